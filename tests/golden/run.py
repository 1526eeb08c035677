#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds and runs the bare-metal tests of tests/golden/riscv under an emulator, and compares what they print.

    tests/golden/run.py [REGEX] [--command 'build/release/myna-system-riscv{xlen}']

A test prints `PASS name` or `FAIL name detail` for each check and at the end `done N checks, M failed`. It passes if it
reached that line, printed N passes and nothing else, and switched the machine off with exit code 0.
Comments a test may have: `// run: xlen=64,32` where it runs, `// args: -smp 2` more arguments, `// peer-fails: NAME` a
check in which QEMU 10 departs from the specification: --peer forgives it there."""
import argparse
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SOURCES = "tests/golden/riscv"
MACHINE = "-M virt -nographic -bios none -m 128M"
ABI = {64: "-march=rv64gc -mabi=lp64d", 32: "-march=rv32gc -mabi=ilp32d"}
CC = ("riscv64-unknown-elf-gcc -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -mcmodel=medany -ffreestanding "
      "-nostdlib -static -fno-tree-loop-distribute-patterns -fno-jump-tables -I. -Wl,--build-id=none "
      "-Wl,--no-warn-rwx-segments")


class Test:
    """One source for one XLEN, with what its comments say."""

    def __init__(self, path, xlen, comments):
        self.path, self.xlen = path, xlen
        self.name = f"rv{xlen}/{os.path.basename(path)[:-2]}"
        self.args = " ".join(comments.get("args", []))
        self.peer_fails = comments.get("peer-fails", [])
        self.elf = f"build/golden/{self.name}"

    def build(self):
        os.makedirs(os.path.dirname(self.elf), exist_ok=True)
        library = [f"{SOURCES}/lib/{name}" for name in ("start.S", "test.c", "paging.c")]
        command = [*shlex.split(f"{CC} {ABI[self.xlen]}"), *library, self.path, f"-T{SOURCES}/lib/link.ld", "-lgcc",
                   "-o", self.elf]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def run(self, command, timeout, forgiven=()):
        """What is wrong, as a list of lines."""
        fault = self.build()
        if fault:
            return fault.splitlines()
        words = [*shlex.split(command.format(xlen=self.xlen)), *shlex.split(MACHINE), *shlex.split(self.args),
                 "-kernel", self.elf]
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=timeout)
        except subprocess.TimeoutExpired as error:
            said = (error.output or b"").decode(errors="replace").splitlines()
            return [f"not done in {timeout:g} s; last: {said[-1] if said else 'nothing'}"]
        said = [line for line in done.stdout.decode(errors="replace").splitlines()
                if not line.startswith("myna: hostile build")]  # its seed
        faults = [line for line in said if not line.startswith(("PASS ", "done "))]
        faults = [line for line in faults if not line.startswith(tuple(f"FAIL {name}" for name in forgiven))]
        end = re.fullmatch(r"done (\d+) checks, (\d+) failed", said[-1] if said else "")
        shown = sum(line.startswith(("PASS ", "FAIL ")) for line in said)
        if not end or int(end.group(1)) != shown or (done.returncode != 0) != (int(end.group(2)) != 0):
            faults.append(f"exit {done.returncode}, last: {said[-1] if said else 'nothing'}")
        return faults


def find_tests(match):
    tests = []
    for name in sorted(os.listdir(SOURCES)):
        if not name.endswith(".c"):
            continue
        with open(f"{SOURCES}/{name}", encoding="utf-8") as file:
            comments = {}
            for key, text in re.findall(r"^// (run|args|peer-fails): (.*)$", file.read(), re.M):
                comments.setdefault(key, []).append(text)
        for xlen in (int(x) for x in comments["run"][0].removeprefix("xlen=").split(",")):
            tests.append(Test(f"{SOURCES}/{name}", xlen, comments))
    return [test for test in tests if re.search(match, test.name)]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("match", nargs="?", default="", help="regex on rvXLEN/name")
    p.add_argument("--command", default=os.environ.get("MYNA", "build/release/myna-system-riscv{xlen}"))
    p.add_argument("--peer", action="store_true", help="forgive the checks that are known to fail under QEMU 10")
    p.add_argument("--timeout", type=float, default=20 * float(os.environ.get("MYNA_PATIENCE", 1)),
                   help="seconds each (default: 20, times $MYNA_PATIENCE)")
    options = p.parse_args()
    options.command = options.command.replace("riscv64", "riscv{xlen}")
    os.chdir(TOP)
    tests = find_tests(options.match)
    if not tests:
        sys.exit(f"run.py: no test matches '{options.match}'")
    for xlen in sorted({test.xlen for test in tests}):
        program = shlex.split(options.command.format(xlen=xlen))[0]
        if not shutil.which(program):
            sys.exit(f"run.py: no emulator '{program}'; build it, or name one with --command or $MYNA")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for test, faults in zip(tests, pool.map(
                lambda t: t.run(options.command, options.timeout, t.peer_fails if options.peer else ()), tests)):
            failed += bool(faults)
            print(f"{'FAIL' if faults else 'pass'} {test.name}", *faults, sep="\n    ")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
