# SPDX-License-Identifier: MIT
"""Drives a program's text console the way a person at a terminal would: waits for texts, types answers.

    with Console(["build/release/myna-system-riscv64", …]) as console:
        console.expect("# ")
        code, text = console.command("uname -m")
        console.line("poweroff -f")
        console.wait()

With MYNA_SHOW=1 in the environment everything the console shows goes to stderr as it comes.
The program runs on a pseudo-terminal (or on pipes), in a process group of its own, and does not outlive the `with`, nor
a test that is killed.
Every failure is a ConsoleError that ends with the last lines the console showed."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
import tty


def patience():
    """What all time limits are multiplied with: MYNA_PATIENCE, for slow builds and busy machines."""
    return float(os.environ.get("MYNA_PATIENCE", "1"))


class ConsoleError(Exception):
    pass


class Console:
    def __init__(self, command, timeout=60, pipes=False):
        self.timeout = timeout * patience()
        self.shown = ""  # all that was printed
        self.read_to = 0  # what expect() has consumed of it
        self.count = 0
        self.eof = False
        self.show = bool(os.environ.get("MYNA_SHOW"))
        self.command_line = command
        self.started = time.monotonic()
        if shutil.which("setpriv"):  # which becomes the program, so the process is the program's
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        if pipes:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT, start_new_session=True)
            self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        else:
            master, slave = pty.openpty()
            tty.setraw(slave)  # no echo before the program sets its own modes
            self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
            os.close(slave)
            self.input = self.output = master

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the program if it still runs. Its group is its own, so nothing else is hit."""
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def seconds(self):
        return time.monotonic() - self.started

    def fail(self, reason):
        lines = [line.rstrip("\r") for line in self.shown.splitlines()]
        found = [n for n, line in enumerate(lines) if "Sanitizer:" in line]
        if found:
            reason += "\n" + "\n".join(lines[found[0]:found[0] + 80])
        tail = "\n".join(lines[-40:])
        raise ConsoleError(f"{reason}\n--- {' '.join(self.command_line)}\n--- the console's last lines:\n{tail}\n---")

    def pump(self, seconds):
        """Takes in what the program prints within the time; False when it has closed its output."""
        if self.eof:
            return False
        if select.select([self.output], [], [], max(seconds, 0))[0]:
            try:
                data = os.read(self.output, 65536)
            except OSError:  # a pseudo-terminal whose other end is closed
                data = b""
            self.eof = not data
            self.shown += data.decode("utf-8", "replace")
            if self.show:
                os.write(2, data)
        return not self.eof

    def expect(self, *patterns, timeout=None):
        """Waits for the first of the texts (or compiled patterns) and returns its match; consumes up to its end."""
        wanted = [re.compile(re.escape(p)) if isinstance(p, str) else p for p in patterns]
        names = " or ".join(repr(p if isinstance(p, str) else p.pattern) for p in patterns)
        limit = self.timeout if timeout is None else timeout * patience()
        deadline = time.monotonic() + limit
        while True:
            found = [m for m in (p.search(self.shown, self.read_to) for p in wanted) if m]
            if found:
                first = min(found, key=lambda m: m.start())
                self.read_to = first.end()
                return first
            left = deadline - time.monotonic()
            if left <= 0:
                self.fail(f"no {names} within {limit:.0f} s")
            if not self.pump(left) and not any(p.search(self.shown, self.read_to) for p in wanted):
                self.fail(f"the program ended with code {self.process.wait()} before it showed {names}")

    def send(self, text):
        data = text.encode()
        while data:
            try:
                data = data[os.write(self.input, data):]
            except OSError as error:
                self.fail(f"cannot type {text!r}: {error}")

    def line(self, text):
        self.send(text + "\n")

    def command(self, text, timeout=None):
        """Runs one shell command in the guest; returns its exit code and what it printed."""
        self.count += 1
        # The quotes keep the shell's echo of what was typed from looking like the marks themselves.
        self.line(f'echo BE""GIN{self.count}; {text}; echo EN""D{self.count} $?')
        self.expect(re.compile(rf"BEGIN{self.count}\r*\n"), timeout=timeout)
        start = self.read_to
        end = self.expect(re.compile(rf"END{self.count} (\d+)\r*\n"), timeout=timeout)
        return int(end.group(1)), self.shown[start:end.start()].replace("\r", "")

    def wait(self, timeout=None):
        """Waits for the program to end by itself and returns its exit code."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout * patience())
        while time.monotonic() < deadline:
            if not self.pump(min(0.2, deadline - time.monotonic())) or self.process.poll() is not None:
                try:
                    return self.process.wait(max(deadline - time.monotonic(), 0.1))
                except subprocess.TimeoutExpired:
                    break
        return self.fail("the program did not end")
