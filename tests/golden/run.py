#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds and runs the bare-metal tests of tests/golden/riscv and a64 under an emulator, and compares what they print.

    tests/golden/run.py [REGEX] [--command 'build/release/myna-system-{target}']

A test prints `PASS name` or `FAIL name detail` for each check and at the end `done N checks, M failed`. It passes if it
reached that line, printed N passes and nothing else, and switched the machine off, on RISC-V with exit code 0.
Comments a test may have: `// run: xlen=64,32` where it runs, `// args: -smp 2` more arguments, `// also: NAME ARGS` once more
with these besides, as NAME, `// peer-fails: NAME` a check in which QEMU 10 departs from the specification: --peer forgives it
there, and leaves out tests of options that it has not."""
import argparse
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FLAGS = ("-std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -ffreestanding -nostdlib -static "
         "-fno-tree-loop-distribute-patterns -fno-jump-tables -I. -Wl,--build-id=none -Wl,--no-warn-rwx-segments")


class Family:
    """What tests of one architecture have in common."""

    def __init__(self, target, sources, library, compiler, machine, exit_tells):
        self.target, self.sources, self.library = target, sources, library
        self.compiler, self.machine, self.exit_tells = compiler, machine, exit_tells


def riscv(xlen, abi):
    return Family(f"riscv{xlen}", "tests/golden/riscv", ("start.S", "test.c", "paging.c"),
                  f"riscv64-unknown-elf-gcc {FLAGS} -mcmodel=medany {abi}", "-M virt -nographic -bios none -m 128M", True)


FAMILIES = {
    "rv64": riscv(64, "-march=rv64gc -mabi=lp64d"),
    "rv32": riscv(32, "-march=rv32gc -mabi=ilp32d"),
    # PSCI has no exit code
    "a64": Family("aarch64", "tests/golden/a64", ("start.S", "test.c"),
                  f"aarch64-linux-gnu-gcc {FLAGS} -march=armv8-a -fno-pic -no-pie -mgeneral-regs-only -mno-outline-atomics",
                  "-M virt -cpu cortex-a57 -nographic -m 128M", False),
}


class Test:
    """One source for one family, with what its comments say."""

    def __init__(self, path, family, comments, also=""):
        name, _, more = also.partition(" ")
        self.path, self.family = path, FAMILIES[family]
        self.name = f"{family}/{os.path.basename(path)[:-2]}" + (f"-{name}" if name else "")
        self.args = " ".join([*comments.get("args", []), more])
        self.peer_fails = comments.get("peer-fails", [])
        self.elf = f"build/golden/{self.name}"

    def build(self):
        os.makedirs(os.path.dirname(self.elf), exist_ok=True)
        folder = f"{self.family.sources}/lib"
        library = [f"{folder}/{name}" for name in self.family.library]
        command = [*shlex.split(self.family.compiler), *library, self.path, f"-T{folder}/link.ld", "-lgcc", "-o", self.elf]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def run(self, command, timeout, forgiven=()):
        """What is wrong, as a list of lines."""
        fault = self.build()
        if fault:
            return fault.splitlines()
        words = [*shlex.split(command.format(target=self.family.target)), *shlex.split(self.family.machine), *shlex.split(self.args),
                 "-kernel", self.elf]
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=timeout)
        except subprocess.TimeoutExpired as error:
            said = (error.output or b"").decode(errors="replace").splitlines()
            return [f"not done in {timeout:g} s; last: {said[-1] if said else 'nothing'}"]
        said = [line for line in done.stdout.decode(errors="replace").splitlines()
                if not line.startswith(("myna: hostile build", "myna: the guest has been silent"))]  # its seed; a slow build or host
        faults = [line for line in said if not line.startswith(("PASS ", "done "))]
        faults = [line for line in faults if not line.startswith(tuple(f"FAIL {name}" for name in forgiven))]
        end = re.fullmatch(r"done (\d+) checks, (\d+) failed", said[-1] if said else "")
        shown = sum(line.startswith(("PASS ", "FAIL ")) for line in said)
        exit_lies = self.family.exit_tells and end and (done.returncode != 0) != (int(end.group(2)) != 0)
        if not end or int(end.group(1)) != shown or exit_lies:
            faults.append(f"exit {done.returncode}, last: {said[-1] if said else 'nothing'}")
        return faults


def find_tests(match):
    tests = []
    for folder in sorted({family.sources for family in FAMILIES.values()}):
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".c"):
                continue
            with open(f"{folder}/{name}", encoding="utf-8") as file:
                comments = {}
                for key, text in re.findall(r"^// (run|args|also|peer-fails): (.*)$", file.read(), re.M):
                    comments.setdefault(key, []).append(text)
            families = ["a64"] if folder.endswith("a64") else [
                f"rv{xlen}" for xlen in comments["run"][0].removeprefix("xlen=").split(",")]
            tests += [Test(f"{folder}/{name}", family, comments, also) for family in families for also in ["", *comments.get("also", [])]]
    return [test for test in tests if re.search(match, test.name)]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("match", nargs="?", default="", help="regex on FAMILY/name")
    p.add_argument("--command", default=os.environ.get("MYNA", "build/release/myna-system-{target}"))
    p.add_argument("--peer", action="store_true", help="forgive the checks that are known to fail under QEMU 10")
    p.add_argument("--timeout", type=float, default=20 * float(os.environ.get("MYNA_PATIENCE", 1)),
                   help="seconds each (default: 20, times $MYNA_PATIENCE)")
    options = p.parse_args()
    options.command = options.command.replace("riscv64", "{target}").replace("riscv{xlen}", "{target}")
    os.chdir(TOP)
    os.environ.setdefault("TSAN_OPTIONS", f"suppressions={os.getcwd()}/tests/lib/sanitizer-races.supp:history_size=5")
    tests = [test for test in find_tests(options.match) if not options.peer or "reservation=" not in test.args]
    if not tests:
        sys.exit(f"run.py: no test matches '{options.match}'")
    for target in sorted({test.family.target for test in tests}):
        program = shlex.split(options.command.format(target=target))[0]
        if not shutil.which(program):
            sys.exit(f"run.py: no emulator '{program}'; build it, or name one with --command or $MYNA")
    failed = 0
    # Harts that wait for each other must not wait for a host CPU first, so tests with several run one at a time.
    several = [test for test in tests if "-smp" in test.args]
    for together, at_once in ([test for test in tests if test not in several], 2), (several, 1):
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            for test, faults in zip(together, pool.map(
                    lambda t: t.run(options.command, options.timeout, t.peer_fails if options.peer else ()), together)):
                failed += bool(faults)
                print(f"{'FAIL' if faults else 'pass'} {test.name}", *faults, sep="\n    ")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
