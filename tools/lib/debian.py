# SPDX-License-Identifier: MIT
"""A Debian root file system for a foreign architecture, as a raw disk image.

debootstrap's first stage unpacks the packages on the host and runs none of their code; the second stage, which
configures them, runs inside an emulator: boot the image with init=/sbin/myna-second-stage, and it powers off when
done. Files get their right owners through root, or through fakeroot where there is none."""
import hashlib
import os
import shlex
import shutil

from aptroot import KEYRING, AptRoot, host_mirror, run, run_as_root, say, versions

SUITE = "trixie"
SIZE = "4G"
PACKAGES = [
    "systemd-sysv", "udev", "dbus", "kmod", "procps", "iproute2", "iputils-ping", "login", "passwd", "ca-certificates",
    "initramfs-tools", "python3", "gcc", "libc6-dev", "make", "openssl", "sqlite3", "xz-utils", "zstd", "stress-ng", "git",
    "curl",
]


def make_image(arch, out, work):
    """Leaves disk.img and VERSIONS in `out`."""
    root, here = f"{work}/root", os.path.dirname(os.path.abspath(__file__))
    repository = f"{work}/repository"
    make_repository(arch, PACKAGES + [f"linux-image-{arch}"], repository, work)
    say(f"unpacking Debian {SUITE} for {arch}")
    script = f"""set -e
debootstrap --foreign --arch={arch} --variant=minbase --keyring={KEYRING} {SUITE} {shlex.quote(root)} {host_mirror()}
cd {shlex.quote(root)}
# Inside a container debootstrap leaves /proc as a symbolic link to itself.
if [ -L proc ]; then rm proc; mkdir proc; fi
# The image is thrown away if the second stage fails, so its package manager need not wait for the disk.
mkdir -p etc/dpkg/dpkg.cfg.d var/cache/myna
echo force-unsafe-io > etc/dpkg/dpkg.cfg.d/unsafe-io
cp {shlex.quote(repository)}/* var/cache/myna/
install -m 755 {shlex.quote(here)}/guest-second-stage sbin/myna-second-stage
mke2fs -q -t ext4 -L root -d . {shlex.quote(out)}/disk.img {SIZE}
"""
    run_as_root(script)
    shutil.copy(f"{repository}/VERSIONS", out)


def make_repository(arch, packages, folder, work):
    """A folder of package files, with all that they need, that apt in the guest can install from: its Packages, and
    `install`, the names to ask for. debootstrap could take them too, but orders pre-dependencies by reading the whole
    archive's list once for each, which takes an emulated machine hours."""
    debs = AptRoot([SUITE], arch).download_closed(packages, SUITE, work)
    os.makedirs(folder)
    index = []
    for deb in debs:
        name = f"{len(index):04d}.deb"
        os.rename(deb, f"{folder}/{name}")
        with open(f"{folder}/{name}", "rb") as f:
            data = f.read()
        index.append(run(["dpkg-deb", "-f", f"{folder}/{name}"]) +
                     f"Filename: ./{name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n")
    with open(f"{folder}/VERSIONS", "w", encoding="ascii") as f:
        f.write(versions(f"{folder}/{name}" for name in sorted(os.listdir(folder)) if name.endswith(".deb")))
    with open(f"{folder}/Packages", "w", encoding="utf-8") as f:
        f.write("\n".join(index))
    with open(f"{folder}/install", "w", encoding="ascii") as f:
        f.write(" ".join(packages) + "\n")
