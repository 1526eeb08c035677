# SPDX-License-Identifier: MIT
"""Debian's kernel sources built with the boot logo, which Debian's own arm64 kernel leaves out (CONFIG_LOGO is not set): a small
kernel with the displays that Myna has, without modules."""
import os
import shutil

from aptroot import AptError, AptRoot, run, unpack, versions

COMMON = """
PRINTK SMP BLK_DEV_INITRD RD_GZIP BINFMT_ELF BINFMT_SCRIPT TTY VT VT_CONSOLE UNIX98_PTYS PROC_FS SYSFS DEVTMPFS TMPFS
PCI PCI_MSI PCI_HOST_GENERIC VIRTIO_MENU VIRTIO_PCI VIRTIO_MMIO INPUT INPUT_EVDEV VIRTIO_INPUT
DRM DRM_FBDEV_EMULATION DRM_VIRTIO_GPU DRM_VIRTIO_GPU_KMS DRM_BOCHS DRM_SIMPLEDRM FB FB_DEVICE FRAMEBUFFER_CONSOLE LOGO LOGO_LINUX_CLUT224
"""
ARCHES = {  # the kernel's name for it, compiler, more options
    "arm64": ("arm64", "aarch64-linux-gnu-", "SERIAL_AMBA_PL011 SERIAL_AMBA_PL011_CONSOLE"),
    "riscv64": ("riscv", "riscv64-linux-gnu-", "FPU RISCV_SBI ARCH_VIRT SERIAL_8250 SERIAL_8250_CONSOLE SERIAL_OF_PLATFORM "
                                               "POWER_RESET POWER_RESET_SYSCON POWER_RESET_SYSCON_POWEROFF"),
}
LOGO = "drivers/video/logo/logo_linux_clut224.ppm"
# A fifth of the sources, which no configuration of ours reads.
LEFT_OUT = ["drivers/gpu/drm/amd/include", "tools/testing"]


def configure(make, tree, options):
    """The named options and what they need; all else is off."""
    with open(f"{tree}/wanted", "w", encoding="ascii") as f:
        f.write("".join(f"CONFIG_{name}=y\n" for name in options))
    run([*make, f"KCONFIG_ALLCONFIG={tree}/wanted", "allnoconfig"])
    with open(f"{tree}/.config", encoding="utf-8") as f:
        lines = f.read().splitlines()
    lost = [name for name in options if f"CONFIG_{name}=y" not in lines]
    if lost:
        raise AptError(f"the kernel does not take {' '.join(lost)}")


def make_kernel(arch, out, work):
    """Leaves vmlinux (an Image), logo.ppm and VERSIONS."""
    kernel, compiler, more = ARCHES[arch]
    for program in ("make", "flex", "bison", "bc", f"{compiler}gcc"):
        if not shutil.which(program):
            raise AptError(f"building a kernel needs {program} (tools/setup installs it)")
    root = AptRoot(["trixie"], "amd64")
    name = next(package for package in root.depends("linux-source") if package.startswith("linux-source-"))
    debs = root.download([name], f"{work}/debs")
    unpack(debs, work)
    run(["tar", "xf", f"{work}/usr/src/{name}.tar.xz", "-C", work, *(f"--exclude={name}/{folder}" for folder in LEFT_OUT)])
    tree = f"{work}/{name}"
    make = ["make", "-s", "-C", tree, f"-j{os.cpu_count()}", f"ARCH={kernel}", f"CROSS_COMPILE={compiler}"]
    configure(make, tree, COMMON.split() + more.split())
    run([*make, "Image"])
    shutil.copy(f"{tree}/arch/{kernel}/boot/Image", f"{out}/vmlinux")
    shutil.copy(f"{tree}/{LOGO}", f"{out}/logo.ppm")
    with open(f"{out}/VERSIONS", "w", encoding="ascii") as f:
        f.write(versions(debs))
