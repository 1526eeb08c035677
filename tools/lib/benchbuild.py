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
import benchdisplay as display  # noqa: E402
from kmodules import Archive  # noqa: E402

OUT = "build/bench"
COMMON = "-std=gnu11 -O2 -Wall -Wextra -I."
# No contraction, so that native and guest round alike and their checksums can be compared.
KERNEL = f"{COMMON} -ffp-contract=off -fno-math-errno"
NATIVE_CC = f"gcc {KERNEL} -fno-tree-vectorize -mfma"
METAL = (f"-ffreestanding -static -nostdlib -no-pie -fno-pic -fno-stack-protector -fno-tree-loop-distribute-patterns "
         f"-Wl,--build-id=none -Wl,--no-warn-rwx-segments {KERNEL}")


class Arch:
    """A guest architecture: how its programs are built, and how emulators start them. `sources` below tests/bench has its start-up
    and its own rows. `bare`: misaligned accesses work without translation; `debian`: Debian's name for it."""

    def __init__(self, target, sources, cc, flags, guest, peer, machine, console, firmware, translation, bare, debian):
        self.target, self.sources, self.cc, self.flags = target, f"tests/bench/{sources}", cc, flags
        self.guest, self.peer, self.machine, self.console, self.bare = guest, peer, machine, console, bare
        self.firmware, self.translation, self.debian = firmware, translation, debian
        self.system = f"qemu-system-{target}"

    def kernel_command(self):
        return f"{self.cc} {self.flags} -I{self.sources} {METAL}"

    def runtime(self):
        return [f"{self.sources}/crt.S", "tests/bench/metal/mmu.c", "tests/bench/metal/runtime.c"]


ARCHES = {
    "riscv64": Arch("riscv64", "riscv", "riscv64-linux-gnu-gcc", "-march=rv64gc -mabi=lp64d -mcmodel=medany", "linux-riscv64", "peer",
                    "-M virt -nographic", "ttyS0", "{guest}/fw_dynamic.bin", "Sv39, 4 KiB pages", True, "riscv64"),
    "aarch64": Arch("aarch64", "arm", "aarch64-linux-gnu-gcc", "-march=armv8-a -mno-outline-atomics -fno-tree-vectorize", "linux-arm64",
                    "peer-arm", "-M virt -cpu cortex-a57 -nographic", "ttyAMA0", None, "EL1, 39 bits, 4 KiB pages",
                    False, "arm64"),
}
KERNEL_LINE = re.compile(r'^const Kernel kernel = \{"([^"]+)"', re.M)
COMPILED_ROW = re.compile(r'^    \{"([^"]+)", \d+, run_', re.M)
SHELL_ROW = re.compile(r"^row (busybox-\S+)", re.M)
GROUPS = ["integer", "calls", "fp", "neon", "memory", "system", "paging", "linux", "smp", "display", "debian"]


class BuildError(Exception):
    """A row could not be built; the text says which and why."""


class Row:
    """One line of the table. `elf` is a bare-metal row's guest program; None for what runs inside Linux."""

    def __init__(self, name, group, source=None):
        self.name, self.group, self.source = name, group, source
        self.elf = self.native = None


def kernel_rows(arch):
    """The bare-metal rows: one a kernel file, in the groups' order."""
    rows = []
    for path in sorted(glob.glob("tests/bench/kernels/*/*.c") + glob.glob(f"{arch.sources}/*/*.c")):
        with open(path, encoding="utf-8") as file:
            found = KERNEL_LINE.search(file.read())
        if not found:
            raise BuildError(f"{path}: defines no `const Kernel kernel`")
        rows.append(Row(found.group(1), os.path.basename(os.path.dirname(path)), path))
    return sorted(rows, key=lambda row: (GROUPS.index(row.group), row.name))


def linux_rows(arch):
    """The rows inside Linux: `boot`, the compiled ones, then the shell's."""
    names = ["boot"]
    for path, pattern in (("tests/bench/linux/main.c", COMPILED_ROW), ("tests/bench/linux/init", SHELL_ROW)):
        with open(path, encoding="utf-8") as file:
            names += pattern.findall(file.read())
    return [Row(name, "smp" if name.startswith("smp-") else "linux") for name in names] + [
        Row(name, "display") for name in display.NAMES] + [Row(name, "debian") for name in debian.names()]


def is_fresh(target, sources):
    """True if `target` is newer than its sources and everything shared."""
    if not os.path.exists(target):
        return False
    shared = [path for pattern in ("*.c", "metal/*.c", "*/crt.S", "*/link.ld", "**/*.h")
              for path in glob.glob(f"tests/bench/{pattern}", recursive=True)]
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


def build_kernel(arch, row, bare):
    row.elf = f"{OUT}/{'bare' if bare else arch.target}/{row.name}"
    portable = row.source.startswith("tests/bench/kernels/")
    compiler = f"{arch.kernel_command()}{' -DNO_MMU' if bare else ''}{' -DUSER' if portable else ''}"
    compile_program(compiler, [*arch.runtime(), row.source], row.elf, [f"-T{arch.sources}/link.ld", "-lgcc"])
    if portable:
        row.native = [f"{OUT}/native/{row.name}"]
        compile_program(NATIVE_CC, ["tests/bench/host.c", row.source], row.native[0])


def build_linux(arch, rows, guest):
    """Builds the in-guest programs and the initramfs."""
    sources, out = sorted(glob.glob("tests/bench/linux/*.c")), f"{OUT}/linux-{arch.target}"
    compile_program(f"{arch.cc} -static -pthread {COMMON}", sources, f"{out}/rows")
    compile_program(f"gcc -static -pthread {COMMON}", sources, f"{OUT}/native/linux-rows")
    for row in rows:
        if row.name != "boot" and not row.name.startswith("busybox-"):
            row.native = [f"{OUT}/native/linux-rows", row.name]
    archive = Archive()
    archive.folder("bench")
    for name, path in (("bench/rows", f"{out}/rows"), ("bench/init", "tests/bench/linux/init"),
                       ("bench/row.sh", "tests/bench/linux/row.sh")):
        with open(path, "rb") as file:
            archive.file(name, file.read(), 0o755)
    write_initrd(guest, archive, initrd_of(arch, "linux"))


def build_display(arch, guest):
    program = f"{OUT}/display-{arch.target}/show"
    compile_program(f"{arch.cc} -static {COMMON}", sorted(glob.glob("tests/bench/display/*.c")), program)
    archive = Archive()
    archive.folder("bench")
    for name, path in (("bench/show", program), ("bench/init", "tests/bench/display/init")):
        with open(path, "rb") as file:
            archive.file(name, file.read(), 0o755)
    write_initrd(guest, archive, initrd_of(arch, "display"))


def initrd_of(arch, group):
    return f"{OUT}/{group}-{arch.target}/initrd.cpio.gz"


def write_initrd(guest, archive, path):
    """The busybox guest's initramfs, and behind it what the rows need."""
    extra = f"{os.path.dirname(path)}/extra.cpio.gz"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    archive.write_gzip(extra)
    with open(path, "wb") as out:  # the kernel unpacks one archive after the other
        for part in (f"{guest}/initrd.cpio.gz", extra):
            with open(part, "rb") as file:
                out.write(file.read())


def build_rows(arch, rows, bare, guest, window):
    """Builds all that `rows` need. `guest` and `window` are folders tools/guest made, or None without such rows."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda row: build_kernel(arch, row, bare), [row for row in rows if row.source]))
    inside = [row for row in rows if row.group in ("linux", "smp")]
    if inside:
        build_linux(arch, inside, guest)
    if any(row.group == "display" for row in rows):
        build_display(arch, window)
    if any(row.group == "debian" for row in rows):
        archive = Archive()
        debian.pack(archive)
        write_initrd(guest, archive, initrd_of(arch, "debian"))
