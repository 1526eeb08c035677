# SPDX-License-Identifier: MIT
"""A desktop in a guest (tools/guest desktop-ARCH) in use: through the window under an X server, as a person would, with its effects
read back over the serial console. --keep=FOLDER keeps a picture of each step."""
import os
import tempfile
import time

from console import Console, ConsoleError, patience
from desktop import Monitor
from guests import chosen, emulator, expect_equal, expect_sound, guest, wait_for_shell

WIDTH, HEIGHT = 1024, 768
LINE = "Typed: 42 {[}]"


def command(arch, display, folder, *more):
    here = guest(f"desktop-{arch}")
    console = {"arm64": "ttyAMA0", "riscv64": "ttyS0"}[arch]
    first = {"arm64": lambda: [emulator("aarch64"), "-cpu", "cortex-a72"], "riscv64": lambda: [emulator(), "-bios", f"{here}/fw_dynamic.bin"]}[arch]()
    return ["env", f"DISPLAY={display}", *first, "-M", "virt", "-smp", "2",
            "-m", "2G", "-append", f"console={console} root=/dev/vda rw init=/usr/sbin/desktop-init", "-kernel", f"{here}/vmlinux",
            "-initrd", f"{here}/initrd.cpio.gz", "-display", "sdl", "-name", arch, "-serial", "stdio", "-monitor", f"pipe:{folder}/monitor",
            "-drive", f"file={here}/disk.img,format=raw,if=none,id=d,snapshot=on", "-device", "virtio-blk-pci,drive=d",
            "-device", f"virtio-gpu-pci,xres={WIDTH},yres={HEIGHT}", "-device", "virtio-keyboard-pci", "-device", "virtio-tablet-pci", *more]


def wait_for(what, fn, seconds=60):
    deadline = time.monotonic() + seconds * patience()
    while True:
        got = fn()
        if got:
            return got
        if time.monotonic() > deadline:
            raise ConsoleError(f"it did not come to this: {what}")
        time.sleep(0.5)


class Use:
    """A desktop in use."""

    def __init__(self, console, desktop, monitor, folder, name):
        self.console, self.desktop, self.monitor, self.folder, self.name = console, desktop, monitor, folder, name
        self.window = desktop.window("Myna: ")

    def picture(self, label):
        picture = self.monitor.dump()
        keep = chosen("keep", None)
        if keep:
            os.replace(f"{self.folder}/dump.ppm", f"{keep}/{self.name}-{label}.ppm")
        return picture

    def point(self, x, y):
        left, top, *_ = self.desktop.place(self.window)
        self.desktop.tool("mousemove", "--sync", left + x, top + y)
        time.sleep(0.3)

    def click(self, x, y):
        self.point(x, y)
        self.desktop.tool("click", 1)

    def drag(self, x, y, dx, dy):
        self.point(x, y)
        self.desktop.tool("mousedown", 1)
        for i in range(1, 6):
            self.point(x + dx * i // 5, y + dy * i // 5)
        self.desktop.tool("mouseup", 1)
        time.sleep(2)

    def said(self, words):
        return self.console.command(f"{words} 2>/dev/null")[1]

    def run(self, words, result):
        """Types a command whose output goes to /tmp/RESULT, and gives that."""
        # Slowly where all is slow: a guest's input layer keeps 64 events and drops what comes while its program does not look.
        self.desktop.type(f"{words} > /tmp/{result}.part; mv /tmp/{result}.part /tmp/{result}", delay=20 * min(patience(), 8))
        wait_for(f"the typed command made /tmp/{result}", lambda: self.said(f"ls /tmp/{result}"))
        return self.said(f"cat /tmp/{result}")

    def check_typing(self):
        expect_equal("what was typed", self.run("echo \"Typed: $((6*7)) {[}]\"", "typed"), f"{LINE}\n")

    def check_told(self, width, height):
        """The window's new size is the mode that the guest's kernel prefers."""
        self.desktop.tool("windowsize", "--sync", self.window, width, height)
        wait_for("the guest is told", lambda: self.said("head -n 1 /sys/class/drm/card*-Virtual-1/modes") == f"{width}x{height}\n")

    def wait_for_size(self, width, height):
        def there():
            picture = self.picture("size")
            return (picture.width, picture.height) == (width, height)
        wait_for(f"the guest shows {width} by {height} pixels", there)


def use(arch, desktop, name, check, *more):
    """Boots the guest, has `check` use its desktop, and quits."""
    with tempfile.TemporaryDirectory() as folder:
        monitor = Monitor(folder)
        with Console(command(arch, desktop.display, folder, *more)) as console:
            wait_for_shell(console, timeout=300)
            check(Use(console, desktop, monitor, folder, f"{name}-{arch}"))
            expect_sound(console)
            print(f"{name} on {arch}: {console.seconds():.0f} s")
            desktop.tool("key", "ctrl+alt+q")
            expect_equal("exit code", console.wait(), 0)
