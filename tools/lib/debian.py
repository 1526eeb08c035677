# SPDX-License-Identifier: MIT
"""A Debian root file system for a foreign architecture, as a raw disk image.

debootstrap's first stage unpacks the packages on the host and runs none of their code; the second stage, which
configures them, runs inside an emulator: boot the image with init=/sbin/myna-second-stage, and it powers off when
done. Files get their right owners through root, or through fakeroot where there is none."""
import os
import shlex
import shutil

from aptroot import KEYRING, AptError, host_mirror, run, say

SUITE = "trixie"
SIZE = "4G"
PACKAGES = [
    "systemd-sysv", "udev", "dbus", "kmod", "procps", "iproute2", "iputils-ping", "login", "passwd", "ca-certificates",
    "initramfs-tools", "python3", "gcc", "libc6-dev", "make", "openssl", "sqlite3", "xz-utils", "zstd", "stress-ng", "git",
    "curl",
]


def make_image(arch, out, work):
    """Leaves disk.img and VERSIONS in `out`."""
    mirror, root = host_mirror(), f"{work}/root"
    packages = PACKAGES + [f"linux-image-{arch}"]
    say(f"unpacking Debian {SUITE} for {arch}: {len(packages)} packages and what they need (a few minutes)")
    here = os.path.dirname(os.path.abspath(__file__))
    script = f"""set -e
debootstrap --foreign --arch={arch} --variant=minbase --keyring={KEYRING} --include={",".join(packages)} \
  {SUITE} {shlex.quote(root)} {mirror}
# Inside a container debootstrap leaves /proc as a symbolic link to itself.
if [ -L {shlex.quote(root)}/proc ]; then rm {shlex.quote(root)}/proc; mkdir {shlex.quote(root)}/proc; fi
install -m 755 {shlex.quote(here)}/guest-second-stage {shlex.quote(root)}/sbin/myna-second-stage
# The image is thrown away if the second stage fails, so its package manager need not wait for the disk.
mkdir -p {shlex.quote(root)}/etc/dpkg/dpkg.cfg.d
echo force-unsafe-io > {shlex.quote(root)}/etc/dpkg/dpkg.cfg.d/unsafe-io
mke2fs -q -t ext4 -L root -d {shlex.quote(root)} {shlex.quote(out)}/disk.img {SIZE}
"""
    if os.geteuid() == 0:
        run(["sh", "-c", script])
    elif shutil.which("fakeroot"):
        run(["fakeroot", "sh", "-c", script])
    else:
        raise AptError("a root file system needs root or fakeroot (tools/setup installs it)")
    record_versions(root, out)


def record_versions(root, out):
    names = sorted(os.listdir(f"{root}/var/cache/apt/archives"))
    with open(f"{out}/VERSIONS", "w", encoding="ascii") as f:
        for name in names:
            if name.endswith(".deb"):
                f.write(" ".join(name.split("_")[:2]).replace("%3a", ":") + "\n")
