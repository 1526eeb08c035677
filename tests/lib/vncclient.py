# SPDX-License-Identifier: MIT
"""A VNC client of RFC 6143: raw pixels, desktop size, keys, pointer. Without authentication."""
import socket
import struct

from console import ConsoleError

RAW, DESKTOP_SIZE = 0, -223


class Client:
    def __init__(self, path, timeout=30):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.version = self.take(12)
        self.socket.sendall(b"RFB 003.008\n")
        self.security = list(self.take(self.take(1)[0]))

    def begin(self):
        self.socket.sendall(b"\1")
        if struct.unpack(">I", self.take(4))[0]:
            raise ConsoleError("the VNC server refuses a client without a password")
        self.socket.sendall(b"\1")  # shared
        self.width, self.height = struct.unpack(">HH", self.take(4))
        self.take(16)
        self.name = self.take(struct.unpack(">I", self.take(4))[0]).decode()
        # 32 bits, little-endian, red at 16
        self.socket.sendall(struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
        self.socket.sendall(struct.pack(">BxHii", 2, 2, RAW, DESKTOP_SIZE))
        self.rows = [[0] * self.width for _ in range(self.height)]
        self.cut = None
        return self

    def take(self, n):
        data = b""
        while len(data) < n:
            part = self.socket.recv(n - len(data))
            if not part:
                raise ConsoleError("the VNC server hung up")
            data += part
        return data

    def close(self):
        self.socket.close()

    def key(self, keysym):
        for down in (1, 0):
            self.socket.sendall(struct.pack(">BBxxI", 4, down, keysym))

    def type(self, text):
        for c in text:
            shift = c.isupper() or c in "~!@#$%^&*()_+{}|:\"<>?"
            if shift:
                self.socket.sendall(struct.pack(">BBxxI", 4, 1, 0xffe1))
            self.key(0xff0d if c == "\n" else ord(c))
            if shift:
                self.socket.sendall(struct.pack(">BBxxI", 4, 0, 0xffe1))

    def pointer(self, x, y, buttons=0):
        self.socket.sendall(struct.pack(">BBHH", 5, buttons, x, y))

    def ask(self, incremental=True):
        self.socket.sendall(struct.pack(">BBHHHH", 3, incremental, 0, 0, self.width, self.height))

    def copy(self, latin1):
        self.socket.sendall(struct.pack(">BxxxI", 6, len(latin1)) + latin1)

    def cut_text(self):
        """The last text the server has copied; waits for one."""
        while self.cut is None:
            self.update()
        return self.cut

    def update(self):
        """Takes one update of the picture in."""
        kind = self.take(1)[0]
        if kind == 2:  # bell
            return
        if kind == 3:
            self.take(3)
            self.cut = self.take(struct.unpack(">I", self.take(4))[0])
            return
        if kind != 0:
            raise ConsoleError(f"the VNC server sent a message {kind}")
        for _ in range(struct.unpack(">xH", self.take(3))[0]):
            x, y, width, height, encoding = struct.unpack(">HHHHi", self.take(12))
            if encoding == DESKTOP_SIZE:
                self.width, self.height = width, height
                self.rows = [[0] * width for _ in range(height)]
                continue
            if encoding != RAW:
                raise ConsoleError(f"the VNC server used encoding {encoding}")
            pixels = struct.unpack(f"<{width * height}I", self.take(4 * width * height))
            for row in range(height):
                self.rows[y + row][x:x + width] = [p & 0xffffff for p in pixels[row * width:(row + 1) * width]]

    def picture(self):
        """The whole picture as it is now."""
        from desktop import Picture
        self.ask(False)
        self.update()
        while len(self.rows) != self.height or not self.rows:
            self.update()
        return Picture(self.width, self.height, self.rows)
