# SPDX-License-Identifier: MIT
"""What tools/bench measures, and how it is built: a row a kernel file, guest and native, into build/bench."""
import concurrent.futures
import glob
import os
import re
import shlex
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import benchdebian as debian  # noqa: E402
from kmodules import Archive  # noqa: E402

OUT = "build/bench"
COMMON = "-std=gnu11 -O2 -Wall -Wextra -I."
# No contraction, so that native and guest round alike and their checksums can be compared.
KERNEL = f"{COMMON} -ffp-contract=off -fno-math-errno"
NATIVE_CC = f"gcc {KERNEL} -fno-tree-vectorize -mfma"
GUEST_CC = ("riscv64-linux-gnu-gcc -march=rv64gc -mabi=lp64d -mcmodel=medany -ffreestanding -static -nostdlib -no-pie "
            f"-fno-pic -fno-stack-protector -fno-tree-loop-distribute-patterns -Wl,--build-id=none {KERNEL}")
RUNTIME = ["tests/bench/riscv/crt.S", "tests/bench/riscv/mmu.c", "tests/bench/riscv/runtime.c"]
KERNEL_LINE = re.compile(r'^const Kernel kernel = \{"([^"]+)"', re.M)
COMPILED_ROW = re.compile(r'^    \{"([^"]+)", \d+, run_', re.M)
SHELL_ROW = re.compile(r"^row (busybox-\S+)", re.M)
GROUPS = ["integer", "calls", "fp", "memory", "system", "paging", "linux", "debian"]


class BuildError(Exception):
    """A row could not be built; the text says which and why."""


class Row:
    """One line of the table. `elf` is a bare-metal row's guest program; None for what runs inside Linux."""

    def __init__(self, name, group, source=None):
        self.name, self.group, self.source = name, group, source
        self.elf = self.native = None


def kernel_rows():
    """The bare-metal rows: one a kernel file, in the groups' order."""
    rows = []
    for path in sorted(glob.glob("tests/bench/kernels/*/*.c") + glob.glob("tests/bench/riscv/*/*.c")):
        with open(path, encoding="utf-8") as file:
            found = KERNEL_LINE.search(file.read())
        if not found:
            raise BuildError(f"{path}: defines no `const Kernel kernel`")
        rows.append(Row(found.group(1), os.path.basename(os.path.dirname(path)), path))
    return sorted(rows, key=lambda row: (GROUPS.index(row.group), row.name))


def linux_rows():
    """The rows inside Linux: `boot`, the compiled ones, then the shell's."""
    names = ["boot"]
    for path, pattern in (("tests/bench/linux/main.c", COMPILED_ROW), ("tests/bench/linux/init", SHELL_ROW)):
        with open(path, encoding="utf-8") as file:
            names += pattern.findall(file.read())
    return [Row(name, "linux") for name in names] + [Row(name, "debian") for name in debian.names()]


def is_fresh(target, sources):
    """True if `target` is newer than its sources and everything shared."""
    if not os.path.exists(target):
        return False
    shared = glob.glob("tests/bench/*.c") + glob.glob("tests/bench/riscv/*.*") + glob.glob("tests/bench/**/*.h",
                                                                                         recursive=True)
    made = os.path.getmtime(target)
    return all(os.path.getmtime(path) < made for path in [*sources, *shared, __file__])


def compile_program(command, sources, target, extra=()):
    if is_fresh(target, sources):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    words = [*shlex.split(command), *sources, *extra, "-o", target]
    try:
        done = subprocess.run(words, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BuildError(f"no compiler {words[0]}: run tools/setup") from error
    if done.returncode:
        raise BuildError(f"{' '.join(words)}\n{done.stderr}")


def build_kernel(row, bare):
    kind = "bare" if bare else "riscv"
    row.elf = f"{OUT}/{kind}/{row.name}"
    compiler = f"{GUEST_CC} -DNO_MMU" if bare else GUEST_CC
    compile_program(compiler, [*RUNTIME, row.source], row.elf, ["-Ttests/bench/riscv/link.ld", "-lgcc"])
    if row.source.startswith("tests/bench/kernels/"):
        row.native = [f"{OUT}/native/{row.name}"]
        compile_program(NATIVE_CC, ["tests/bench/host.c", row.source], row.native[0])


def build_linux(rows, guest):
    """Builds the in-guest programs and the initramfs; returns the folder with kernel, firmware and both."""
    sources = sorted(glob.glob("tests/bench/linux/*.c"))
    compile_program(f"riscv64-linux-gnu-gcc -static {COMMON}", sources, f"{OUT}/linux/rows")
    compile_program(f"gcc -static {COMMON}", sources, f"{OUT}/linux/rows-native")
    for row in rows:
        if row.name != "boot" and not row.name.startswith("busybox-"):
            row.native = [f"{OUT}/linux/rows-native", row.name]
    archive = Archive()
    archive.folder("bench")
    for name, path in (("bench/rows", f"{OUT}/linux/rows"), ("bench/init", "tests/bench/linux/init"),
                       ("bench/row.sh", "tests/bench/linux/row.sh")):
        with open(path, "rb") as file:
            archive.file(name, file.read(), 0o755)
    write_initrd(guest, archive, f"{OUT}/linux")


def write_initrd(guest, archive, folder):
    """folder/initrd.cpio.gz: the busybox guest's, and behind it what the rows need."""
    os.makedirs(folder, exist_ok=True)
    archive.write_gzip(f"{folder}/extra.cpio.gz")
    with open(f"{folder}/initrd.cpio.gz", "wb") as out:  # the kernel unpacks one archive after the other
        for path in (f"{guest}/initrd.cpio.gz", f"{folder}/extra.cpio.gz"):
            with open(path, "rb") as file:
                out.write(file.read())


def build_rows(rows, bare, guest):
    """Builds all that `rows` need. `guest` is the folder tools/guest made, or None without Linux rows."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda row: build_kernel(row, bare), [row for row in rows if row.source]))
    if any(row.group == "linux" for row in rows):
        build_linux([row for row in rows if row.group == "linux"], guest)
    if any(row.group == "debian" for row in rows):
        archive = Archive()
        debian.pack(archive)
        write_initrd(guest, archive, f"{OUT}/debian")
