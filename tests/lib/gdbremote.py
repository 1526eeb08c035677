# SPDX-License-Identifier: MIT
"""A client of gdb's remote protocol, so that tests can say what gdb itself never would."""
import re
import socket
import time


class Remote:
    """One connection; every method raises AssertionError with what came instead."""

    def __init__(self, path, timeout=20):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        deadline = time.monotonic() + timeout
        while True:  # the emulator may not listen yet
            try:
                self.socket.connect(path)
                break
            except OSError:
                assert time.monotonic() < deadline, f"nobody listens at {path}"
                time.sleep(0.05)
        self.buffer = b""
        self.acks = True

    def close(self):
        self.socket.close()

    def raw(self, data):
        self.socket.sendall(data)

    def send(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        escaped = bytearray()
        for byte in data:
            escaped += bytes([0x7d, byte ^ 0x20]) if byte in b"$#}*" else bytes([byte])
        self.raw(b"$" + escaped + b"#%02x" % (sum(escaped) & 0xff))

    def receive(self):
        """The next packet's text."""
        while True:
            found = re.search(rb"\$((?:[^#])*)#([0-9a-f]{2})", self.buffer, re.DOTALL)
            if found:
                self.buffer = self.buffer[found.end():]
                assert sum(found.group(1)) & 0xff == int(found.group(2), 16), f"bad checksum: {found.group(0)}"
                if self.acks:
                    self.raw(b"+")
                return re.sub(rb"}(.)", lambda m: bytes([m.group(1)[0] ^ 0x20]), found.group(1), flags=re.DOTALL).decode("latin-1")
            data = self.socket.recv(65536)
            assert data, "the stub closed the connection"
            self.buffer += data

    def ask(self, text):
        self.send(text)
        return self.receive()

    def expect(self, text, wanted):
        got = self.ask(text)
        assert got == wanted, f"{text}: {got!r}, not {wanted!r}"

    def silent(self, seconds=0.2):
        """Nothing comes for a while."""
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(1000)
            assert False, f"unasked: {data!r}"
        except TimeoutError:
            pass
        finally:
            self.socket.settimeout(20)

    def start(self):
        features = self.ask("qSupported:multiprocess+;swbreak+")
        assert "PacketSize=" in features and "multiprocess+" in features, features
        self.expect("QStartNoAckMode", "OK")
        self.acks = False

    def reg(self, number, thread=1):
        self.expect(f"Hgp1.{thread:x}", "OK")
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}")), "little")

    def stopped(self, wanted=None):
        """(signal, thread) of a stop that comes; self.why is what else it says."""
        got = self.receive()
        found = re.match(r"T([0-9a-f]{2})thread:p1\.([0-9a-f]+);", got)
        assert found, f"no stop: {got!r}"
        self.why = got[found.end():]
        result = int(found.group(1), 16), int(found.group(2), 16)
        assert wanted in (None, result), f"stopped as {result}, not {wanted}"
        return result

    def resume(self, text, wanted=None):
        self.send(text)
        return self.stopped(wanted)

    def read_all(self, what):
        """An object of qXfer."""
        text = ""
        while True:
            part = self.ask(f"qXfer:{what}:{len(text):x},400")
            assert part[:1] in ("m", "l"), part
            text += part[1:]
            if part[0] == "l":
                return text

    def monitor(self, line):
        self.send("qRcmd," + line.encode().hex())
        text = ""
        while True:
            part = self.receive()
            if part == "OK":
                return text
            assert part.startswith("O"), part
            text += bytes.fromhex(part[1:]).decode()
