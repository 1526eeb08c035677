# SPDX-License-Identifier: MIT
"""What guest tests share: which emulator, which guest, and how a test script reports.

The emulator is the riscv64 one of the build folder given as the first argument (default build/release), or any
program named by the environment variable MYNA, so that the same test can run another emulator."""
import contextlib
import functools
import hashlib
import http.server
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time

from console import Console, ConsoleError

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = 77
READY = "myna-guest: ready"


class Skip(Exception):
    pass


def expect_equal(what, got, wanted):
    if got != wanted:
        raise ConsoleError(f"{what}: got {got!r}, expected {wanted!r}")


def build_folder():
    return os.path.join(TOP, next((word for word in sys.argv[1:] if not word.startswith("-")), "build/release"))


def emulator(target="riscv64"):
    path = os.environ.get("MYNA") or f"{build_folder()}/myna-system-{target}"
    if not os.path.exists(path):
        raise Skip(f"{path} is not built")
    return path


def sanitized():
    """Whether the build runs under a sanitizer, where times and sizes say nothing."""
    if "MYNA" in os.environ:
        return False
    try:
        with open(f"{build_folder()}/CMakeCache.txt", encoding="utf-8") as f:
            return re.search(r"^MYNA_SANITIZE:\w+=.", f.read(), re.MULTILINE) is not None
    except OSError:
        return False


def forgive_libraries():
    """Has the sanitizers pass over what is known of libraries; a finding of ours ends with a code that no test expects."""
    for variable, name, more in (("LSAN_OPTIONS", "leaks", "print_suppressions=0"), ("TSAN_OPTIONS", "races", "history_size=5")):
        os.environ.setdefault(variable, f"suppressions={TOP}/tests/lib/sanitizer-{name}.supp:{more}")
    os.environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")


def guest(name):
    """The folder of a guest, fetched if need be."""
    done = subprocess.run([f"{TOP}/tools/guest", name], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Skip(f"guest {name} is not to be had here")
    return done.stdout.strip()


def chosen(name, preset):
    """What a test was asked for with --NAME=."""
    return next((word.split("=", 1)[1] for word in sys.argv[1:] if word.startswith(f"--{name}=")), preset)


def chosen_arch():
    """The guest's architecture, in Debian's words."""
    return chosen("arch", "riscv64")


def linux_guest_command(kernel, initrd, *extra, arch="riscv64", smp=1, memory="1G", append="", cpu=None, machine="virt"):
    start = {"riscv64": lambda: [emulator(), "-bios", f"{guest('linux-riscv64')}/fw_dynamic.bin"],
             "arm64": lambda: [emulator("aarch64"), "-cpu", cpu or "cortex-a57"]}[arch]()
    console, accel = {"riscv64": "ttyS0", "arm64": "ttyAMA0"}[arch], chosen("accel", None)
    return [*start, "-M", machine, "-m", memory, "-smp", str(smp), "-nographic", "-kernel", kernel, "-initrd", initrd,
            "-append", f"console={console} {append}".strip(), *(["-accel", accel] if accel else []), *extra]


def linux_command(*extra, arch="riscv64", release="", **options):
    """Debian's kernel with the busybox guest."""
    folder = guest(f"linux-{arch}{release}")
    return linux_guest_command(f"{folder}/vmlinux", f"{folder}/initrd.cpio.gz", *extra, arch=arch, **options)


def linux_arm64_command(*extra, **options):
    return linux_command(*extra, arch="arm64", **options)


def disk(image, *options, bus="device"):
    """A raw image as the guest's /dev/vda: on virtio-mmio, or with bus="pci" on that."""
    return ["-drive", ",".join([f"file={image}", "format=raw", "if=none", "id=disk0", *options]),
            "-device", f"virtio-blk-{bus},drive=disk0"]


def installed_folder(arch="riscv64"):
    """Where tests/guest-long/debian-install leaves the installed system."""
    return f"{build_folder()}/guests/debian-{arch}"


def wait_for_shell(console, timeout=None):
    console.expect(READY, timeout=timeout)
    console.expect("# ")
    console.command("dmesg -n 1")  # kernel messages would fall into the middle of answers


def prove_alive(console):
    """Has the guest compute what it cannot know beforehand: the host picks the numbers and checks the answers."""
    nonce = secrets.token_hex(16)
    short = hashlib.sha256(nonce.encode()).hexdigest()
    long = hashlib.sha256((nonce + "\n").encode() * 20000).hexdigest()
    expect_equal("sha256 of a nonce", console.command(f"printf %s {nonce} | sha256sum"), (0, f"{short}  -\n"))
    expect_equal("sha256 of a nonce repeated", console.command(f"yes {nonce} | head -n 20000 | sha256sum"),
                 (0, f"{long}  -\n"))
    a, b = secrets.randbelow(10**9) + 1, secrets.randbelow(10**9) + 1
    expect_equal("integer arithmetic", console.command(f"echo $(({a} * {b} / 7)) $(({a} * {b} % 1013))"),
                 (0, f"{a * b // 7} {a * b % 1013}\n"))
    expect_equal("floating point", console.command(f"awk 'BEGIN {{ printf \"%.17g\\n\", {a} / {b} * 1.1 + {b} }}'"),
                 (0, f"{a / b * 1.1 + b:.17g}\n"))


TROUBLE = re.compile(r"^.*(?:\bOops\b|\bBUG\b|\bWARNING: |Call Trace|Unable to handle|Kernel panic|segfault|unhandled signal).*$",
                     re.MULTILINE)


def expect_sound(console):
    """Nothing on the console so far, nor in the kernel's log, that a kernel says only when something is broken."""
    _, log = console.command("dmesg")
    found = TROUBLE.search(console.shown) or TROUBLE.search(log)
    if found:
        raise ConsoleError(f"the guest's kernel is in trouble: {found.group(0).strip()}\n--- its log:\n{log}")


def expect_end(console, timeout=None, after="poweroff"):
    """That the emulator ends, with code 0; otherwise shows what it said, a sanitizer's findings too."""
    code = console.wait(timeout)
    if code:
        console.fail(f"exit code {code} after {after}")


def power_off(console):
    expect_sound(console)
    console.line("poweroff -f")
    expect_end(console)


def power_off_systemd(console):
    expect_sound(console)
    console.line("systemctl poweroff")
    expect_end(console, 300)


def press_power_key(console):
    """By the monitor behind the console's escape; systemd takes it for a wish to be shut down."""
    expect_sound(console)
    console.send("\x01c")
    console.expect("(qemu) ")
    console.line("system_powerdown")
    console.send("\x01c")
    expect_end(console, 300, "the power key")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve_folder(folder):
    """An HTTP server for the folder on a free port of the host's loopback; guests reach it at 10.0.2.2."""
    handler = functools.partial(QuietHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def main(test):
    """Runs a test function as a script: 0 passed, 1 failed, 77 could not run here."""
    started = time.monotonic()
    forgive_libraries()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that `with Console` ends its program
    try:
        test()
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    except ConsoleError as error:
        print(f"FAILED: {error}")
        sys.exit(1)
    print(f"passed in {time.monotonic() - started:.1f} s")
