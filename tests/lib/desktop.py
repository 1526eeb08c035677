# SPDX-License-Identifier: MIT
"""A desktop without hardware: an X server (Xvfb) whose picture can be read, and a user's hands (xdotool), which go
through the X server as real ones would."""
import ctypes
import os
import shutil
import struct
import subprocess
import tempfile
import time

from console import ConsoleError, patience
from guests import Skip


class Picture:
    """Rows of pixels as 24-bit numbers 0xRRGGBB."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    def cut(self, x, y, width, height):
        return Picture(width, height, [row[x:x + width] for row in self.rows[y:y + height]])

    def scaled(self, n):
        rows = []
        for row in self.rows:
            rows += [[p for p in row for _ in range(n)]] * n
        return Picture(self.width * n, self.height * n, rows)

    def difference(self, other):
        """None, or what differs first."""
        if (self.width, self.height) != (other.width, other.height):
            return f"{self.width}x{self.height} is not {other.width}x{other.height}"
        for y, (a, b) in enumerate(zip(self.rows, other.rows)):
            if a != b:
                x = next((i for i, (p, q) in enumerate(zip(a, b)) if p != q), min(len(a), len(b)))
                return f"pixel {x},{y} differs"
        return None


def read_ppm(path):
    with open(path, "rb") as f:
        kind, size, most, data = f.read().split(b"\n", 3)
    if kind != b"P6" or most != b"255":
        raise ConsoleError(f"{path} is no PPM")
    width, height = map(int, size.split())
    pixels = [data[i] << 16 | data[i + 1] << 8 | data[i + 2] for i in range(0, len(data), 3)]
    return Picture(width, height, [pixels[y * width:(y + 1) * width] for y in range(height)])


def is_whole(path):
    with open(path, "rb") as f:
        head = f.read(64).split(b"\n", 3)
    if len(head) < 4:
        return False
    width, height = map(int, head[1].split())
    return os.path.getsize(path) == sum(len(line) + 1 for line in head[:3]) + 3 * width * height


class Monitor:
    """A monitor on a pair of pipes in the folder."""

    def __init__(self, folder):
        self.folder = folder
        for end in ("in", "out"):
            os.mkfifo(f"{folder}/monitor.{end}")

    def send(self, line):
        with open(f"{self.folder}/monitor.in", "w", encoding="ascii") as f:
            f.write(f"{line}\n")

    def dump(self, head=0):
        path = f"{self.folder}/dump.ppm"
        if os.path.exists(path):
            os.unlink(path)
        self.send(f"screendump -d {head} {path}")
        deadline = time.monotonic() + 10 * patience()
        while time.monotonic() < deadline:
            if os.path.exists(path) and is_whole(path):
                return read_ppm(path)
            time.sleep(0.05)
        raise ConsoleError("screendump wrote nothing")


class Desktop:
    def __init__(self, width=1600, height=1000):
        for program, package in (("Xvfb", "xvfb"), ("xdotool", "xdotool")):
            if not shutil.which(program):
                raise Skip(f"{program} is not installed ({package})")
        self.folder = tempfile.mkdtemp()
        reader, writer = os.pipe()
        self.server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24",
             "-fbdir", self.folder, "-nolisten", "tcp", "-noreset"], pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as f:
            number = f.readline().strip()
        if not number:
            raise Skip("Xvfb does not start here")
        self.display = f":{number}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def tool(self, *words):
        done = subprocess.run(["xdotool", *map(str, words)], env={**os.environ, "DISPLAY": self.display},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise ConsoleError(f"xdotool {words}: {done.stdout}")
        return done.stdout

    def window(self, name, x=20, y=30):
        """The id of the one window with this name, its corner there, with the keyboard's focus."""
        deadline = time.monotonic() + 30 * patience()
        while time.monotonic() < deadline:
            done = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", name], env={**os.environ, "DISPLAY": self.display},
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            if done.stdout.split():
                window = done.stdout.split()[0]
                self.tool("windowmove", "--sync", window, x, y)
                self.tool("windowfocus", "--sync", window)
                return window
            time.sleep(0.2)
        raise ConsoleError(f"there is no window named {name}")

    def place(self, window):
        """x, y, width, height"""
        values = dict(line.split("=") for line in self.tool("getwindowgeometry", "--shell", window).split())
        return tuple(int(values[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def connect(self):
        """libX11, and a connection."""
        x = ctypes.CDLL("libX11.so.6")
        x.XOpenDisplay.restype = ctypes.c_void_p
        x.XInternAtom.restype = ctypes.c_ulong
        return x, ctypes.c_void_p(x.XOpenDisplay(self.display.encode()))

    def close(self, window):
        """As a window manager does when the user closes a window: WM_DELETE_WINDOW (ICCCM 4.2.8.1)."""
        x, display = self.connect()
        atoms = [x.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
        # XClientMessageEvent: type, serial, send_event, display, window, message_type, format, data
        event = struct.pack("@iLiPLLi5l", 33, 0, 1, 0, int(window), atoms[0], 32, atoms[1], 0, 0, 0, 0)
        x.XSendEvent(display, ctypes.c_ulong(int(window)), 0, ctypes.c_long(0), ctypes.create_string_buffer(event, 192))
        x.XCloseDisplay(display)

    def stranger(self):
        """A window of another program, which can have the focus; it stays as long as this process."""
        x, display = self.connect()
        x.XDefaultRootWindow.restype = x.XCreateSimpleWindow.restype = ctypes.c_ulong
        root = ctypes.c_ulong(x.XDefaultRootWindow(display))
        window = x.XCreateSimpleWindow(display, root, 1500, 800, 50, 50, 0, ctypes.c_ulong(0), ctypes.c_ulong(0))
        x.XMapWindow(display, ctypes.c_ulong(window))
        x.XFlush(display)
        return window

    def press(self, *keys):
        """Physical keys by XTEST, numbered as in linux/input-event-codes.h: +N down, -N up, (N,) both."""
        x, display = self.connect()
        xtst = ctypes.CDLL("libXtst.so.6")
        for key in keys:
            for code in (key[0], -key[0]) if isinstance(key, tuple) else (key,):
                xtst.XTestFakeKeyEvent(display, abs(code) + 8, int(code > 0), ctypes.c_ulong(0))
                x.XFlush(display)
                time.sleep(0.02)
        x.XCloseDisplay(display)

    def type(self, text, delay=20):
        self.tool("type", "--delay", delay, text)
        self.tool("key", "Return")

    def picture(self, x=0, y=0, width=None, height=None):
        """What the X server shows, or a part of it: Xvfb keeps it in an XWD file (X11/XWDFile.h)."""
        with open(f"{self.folder}/Xvfb_screen0", "rb") as f:
            words = struct.unpack(">25I", f.read(100))
            start, all_width, all_height, depth, line = words[0] + 12 * words[19], words[4], words[5], words[11], words[12]
            if depth != 32 or words[7] != 0:
                raise ConsoleError(f"the X server's pixels have {depth} bits, byte order {words[7]}")
            width, height = width or all_width, height or all_height
            rows = []
            for row in range(y, y + height):
                f.seek(start + row * line + 4 * x)
                rows.append([p & 0xffffff for p in struct.unpack(f"<{width}I", f.read(4 * width))])
        return Picture(width, height, rows)

    def shows(self, window, wanted, what):
        """Waits until the window's middle shows this picture."""
        deadline = time.monotonic() + 10 * patience()
        while True:
            x, y, width, height = self.place(window)
            left, top = x + (width - wanted.width) // 2, y + (height - wanted.height) // 2
            inside = left >= max(x, 0) and top >= max(y, 0)
            found = self.picture(left, top, wanted.width, wanted.height).difference(wanted) if inside else f"the window is at {x},{y}, {width}x{height}"
            if not found:
                return
            if time.monotonic() > deadline:
                raise ConsoleError(f"{what}: {found}")
            time.sleep(0.3)


def xclip(desktop, *words, text=None):
    """The X server's clipboard: "-o" gives its text; "-i" with a text stays in the background until somebody else has the clipboard."""
    done = subprocess.run(["xclip", "-display", desktop.display, "-selection", "clipboard", *words], input=text and text.encode(),
                          stdout=subprocess.PIPE if text is None else subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=20)
    return done.stdout.decode() if text is None else None
