# SPDX-License-Identifier: MIT
"""A machine whose memory and devices the test drives itself, through a small guest that does what its serial port says:

    with Poke("riscv64", "-device", "ramfb") as guest:
        guest.write(guest.free, b"...")
        guest.store(4, address, value)"""
import os
import socket
import struct
import subprocess
import tempfile
import time

from console import Console, ConsoleError, patience
from desktop import Monitor
from guests import TOP, Skip, emulator

FLAGS = "-std=gnu11 -O2 -Wall -Wextra -ffreestanding -nostdlib -static -fno-pic -no-pie -Wl,--build-id=none -Wl,--no-warn-rwx-segments"


class Board:
    """Where `virt` has what; slot: of the first virtio device on its command line, the next ones are `stride` below each other."""

    def __init__(self, target, compiler, folder, arguments, free, slot, stride, fw_cfg, ecam, mmio, simplefb):
        self.target, self.compiler, self.folder, self.arguments = target, compiler, folder, arguments
        self.free, self.slot, self.stride, self.fw_cfg, self.ecam, self.mmio, self.simplefb = free, slot, stride, fw_cfg, ecam, mmio, simplefb


BOARDS = {
    "riscv64": Board("riscv64", "riscv64-linux-gnu-gcc -march=rv64gc -mabi=lp64d -mcmodel=medany", "riscv",
                     ["-M", "virt", "-bios", "none"],
                     0x81000000, 0x10008000, 0x1000, 0x10100000, 0x30000000, 0x40000000, 0x04000000),
    "arm64": Board("aarch64", "aarch64-linux-gnu-gcc -march=armv8-a -mgeneral-regs-only -mno-outline-atomics -mstrict-align", "a64",
                   ["-M", "virt,highmem=off", "-cpu", "cortex-a57"], 0x41000000, 0x0a003e00, 0x200, 0x09020000, 0x3f000000, 0x10000000, 0x0c000000),
}


def build(arch):
    board = BOARDS[arch]
    elf = f"{TOP}/build/poke/{arch}"
    os.makedirs(os.path.dirname(elf), exist_ok=True)
    command = [*board.compiler.split(), *FLAGS.split(), f"{TOP}/tests/lib/poke/guest.c", f"-T{TOP}/tests/golden/{board.folder}/lib/link.ld",
               "-o", elf]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise Skip(f"{command[0]} is not installed") from missing
    if done.returncode:
        raise ConsoleError(f"{' '.join(command)}:\n{done.stderr}")
    return elf


class Poke:
    def __init__(self, arch, *arguments, display=None):
        self.board = BOARDS[arch]
        self.free = self.board.free
        self.folder = tempfile.mkdtemp()
        self.monitor = Monitor(self.folder)
        path = f"{self.folder}/serial"
        self.files = 0
        words = ["env", "-C", self.folder, f"DISPLAY={display or ''}", emulator(self.board.target), *self.board.arguments, "-m", "128M",
                 "-kernel", build(arch), "-semihosting", "-serial", f"unix:{path},server=on,wait=on", "-monitor", f"pipe:{self.folder}/monitor",
                 "-display", "sdl" if display else "none", *arguments]
        self.console = Console(words)
        self.socket = self.connect(path)
        if self.take(1) != b"!":
            raise ConsoleError("the guest does not answer")

    def connect(self, path):
        deadline = time.monotonic() + 30 * patience()
        while True:
            s = socket.socket(socket.AF_UNIX)
            try:
                s.connect(path)
                s.settimeout(60 * patience())
                return s
            except OSError:
                s.close()
                if time.monotonic() > deadline or self.console.process.poll() is not None:
                    self.console.pump(0.5)
                    self.console.fail("it does not open its serial port")
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.console.close()
        self.socket.close()
        for name in os.listdir(self.folder):
            os.unlink(f"{self.folder}/{name}")
        os.rmdir(self.folder)

    def take(self, n):
        data = b""
        while len(data) < n:
            try:
                part = self.socket.recv(n - len(data))
            except TimeoutError:
                self.console.pump(0.1)
                self.console.fail("the guest does not answer in time")
            if not part:
                self.console.wait()
                self.console.fail("it ended")
            data += part
        return data

    def store(self, size, address, value):
        self.socket.sendall(struct.pack("<cBQQ", b"w", size, address, value))

    def load(self, size, address):
        self.socket.sendall(struct.pack("<cBQ", b"r", size, address))
        return struct.unpack("<Q", self.take(8))[0]

    def write(self, address, data):
        with open(f"{self.folder}/{self.files:08}", "wb") as f:
            f.write(data)
        self.socket.sendall(struct.pack("<cQII", b"W", address, len(data), self.files))
        self.files += 1

    def read(self, address, n):
        self.socket.sendall(struct.pack("<cQI", b"R", address, n))
        data = self.take(n)
        while self.files:  # it has read them all
            self.files -= 1
            os.unlink(f"{self.folder}/{self.files:08}")
        return data

    def spin(self, rounds):
        """Two instructions a round; `take(1)` waits for the end."""
        self.socket.sendall(struct.pack("<cQ", b"S", rounds))

    def wait(self):
        """Until it has done all that it was told."""
        self.read(self.free, 1)

    def quit(self):
        """By the monitor; what a sanitizer found at the end is a failure."""
        self.wait()
        self.monitor.send("quit")
        code = self.console.wait()
        if code:
            self.console.fail(f"exit code {code} after quit")
