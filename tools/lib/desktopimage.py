# SPDX-License-Identifier: MIT
"""A graphical Debian for a foreign architecture as a raw disk image, without running any of its code: packages are unpacked, and
what their scripts would have set up is written here (accounts, machine id) or made by the guest itself when it first starts
(caches of pixmap loaders, schemas and file types: tools/lib/desktop-init)."""
import glob
import os
import shlex
import shutil

from aptroot import AptRoot, run_as_root, say, unpack, versions

SUITE, SIZE = "trixie", "2G"
PACKAGES = [
    "bash", "coreutils", "grep", "sed", "mount", "util-linux", "procps", "kmod", "iproute2", "udev", "dbus", "dbus-x11", "libc-bin", "hostname",
    "login", "weston", "foot", "xfce4-panel", "xfce4-session", "xfwm4", "xfdesktop4", "xfconf", "xfce4-settings", "xterm", "xserver-xorg-core",
    "xserver-xorg-input-libinput", "xinit", "x11-xkb-utils", "x11-xserver-utils", "xclip", "xdotool", "spice-vdagent", "alsa-utils",
    "fonts-dejavu-core", "libgdk-pixbuf2.0-bin", "libglib2.0-bin", "shared-mime-info", "wmctrl", "adwaita-icon-theme",
]
# Nothing here draws by OpenGL, for which the drivers would bring a compiler.
XORG = """Section "Device"
  Identifier "virtio-gpu"
  Driver "modesetting"
  Option "AccelMethod" "none"
EndSection
"""
# Xfwm's compositor draws each window twice; its shadows are not worth that without a GPU.
XFWM = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfwm4" version="1.0">
  <property name="general" type="empty">
    <property name="use_compositing" type="bool" value="false"/>
  </property>
</channel>
"""
# What the packages bring and nothing here runs: half of the image. Drivers for OpenGL with their compiler, what only plugins of Weston
# for other displays than ours load, and a C preprocessor.
UNUSED = ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/libexec/gcc", "usr/lib/*/lapack"] + [
    f"usr/lib/*/lib{name}*.so.*" for name in ("LLVM", "z3", "icudata", "icui18n", "icuuc", "codec2", "avcodec", "avfilter", "avformat", "x265", "x264",
                                             "placebo", "flite", "aom", "SvtAv1Enc", "rav1e", "vpx", "hwy", "freerdp")] + ["usr/lib/*/libgallium-*.so"]
ACCOUNTS = {"root": (0, "/root", "/bin/bash"), "messagebus": (101, "/nonexistent", "/bin/false")}
GROUPS = {"root": 0, "tty": 5, "disk": 6, "kmem": 15, "audio": 29, "video": 44, "input": 104, "render": 105, "sgx": 106, "kvm": 107, "lp": 7,
          "dialout": 20, "cdrom": 24, "tape": 26, "utmp": 43, "messagebus": 101, "netdev": 108}


def write(root, path, text, mode=0o644):
    full = f"{root}/{path}"
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="ascii") as f:
        f.write(text)
    os.chmod(full, mode)


def configure(root):
    here = os.path.dirname(os.path.abspath(__file__))
    write(root, "etc/passwd", "".join(f"{name}:x:{uid}:{uid}::{home}:{shell}\n" for name, (uid, home, shell) in ACCOUNTS.items()))
    write(root, "etc/group", "".join(f"{name}:x:{gid}:\n" for name, gid in GROUPS.items()))
    write(root, "etc/hostname", "desktop\n")
    write(root, "etc/machine-id", "0123456789abcdef0123456789abcdef\n")
    write(root, "etc/hosts", "127.0.0.1 localhost desktop\n")
    write(root, "etc/X11/xorg.conf.d/10-desktop.conf", XORG)
    write(root, "etc/xdg/xfce4/helpers.rc", "TerminalEmulator=xterm\n")
    write(root, "etc/xdg/xfce4/xfconf/xfce-perchannel-xml/xfwm4.xml", XFWM)
    shutil.copy(f"{here}/desktop-init", f"{root}/usr/sbin/desktop-init")
    for folder in ("proc", "sys", "dev", "run", "tmp", "root", "var/lib/dbus", "var/log"):
        os.makedirs(f"{root}/{folder}", exist_ok=True)
    if not os.path.lexists(f"{root}/usr/bin/sh"):
        os.symlink("bash", f"{root}/usr/bin/sh")


def slim(root):
    for pattern in UNUSED:
        for path in glob.glob(f"{root}/{pattern}"):
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def merge_usr(root):
    """Packages of before the merge would make real folders of what are links."""
    for name in ("bin", "sbin", "lib"):
        os.makedirs(f"{root}/usr/{name}", exist_ok=True)
        os.symlink(f"usr/{name}", f"{root}/{name}")


def make_disk(arch, out, work):
    """Leaves disk.img in `out` and adds to VERSIONS."""
    root = f"{work}/desktop"
    debs = AptRoot([SUITE], arch).download_closed(PACKAGES, SUITE, work)
    say(f"unpacking {len(debs)} packages")
    os.makedirs(root)
    merge_usr(root)
    unpack(debs, root)
    slim(root)
    configure(root)
    script = f"cd {shlex.quote(root)} && chown -R 0:0 . && mke2fs -q -t ext4 -L desktop -d . {shlex.quote(out)}/disk.img {SIZE}"
    run_as_root(script)
    with open(f"{out}/VERSIONS", "a", encoding="ascii") as f:
        f.write(versions(debs))
