# SPDX-License-Identifier: MIT
"""The display rows: a program in the guest (tests/bench/display) draws on virtio-gpu while a VNC client on the host takes every update.

fb-animation, drm-animation   150 frames of a software animation of 1280x720 on /dev/fb0 and on DRM's dumb buffers, which flip
input-to-picture              60 keys by VNC, each until the picture has changed by VNC
updates                       600 flips of 1920x1080, 60 a second: the emulator's CPU time less that of a guest that only waits as long; the notes
                              say how many of the pictures the client got"""
import os
import struct
import sys
import tempfile
import threading
import time

import benchrun as run

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "lib"))
from console import ConsoleError  # noqa: E402
from vncclient import DESKTOP_SIZE, Client  # noqa: E402

ANIMATIONS, LATENCY, UPDATES = ("fb-animation", "drm-animation"), "input-to-picture", "updates"
NAMES = [*ANIMATIONS, LATENCY, UPDATES]
WIDTH, HEIGHT = 1920, 1080  # of the updates
KEYS, KEYSYM, COLOURS = 60, ord("a"), (0xff0000, 0x0000ff)


def devices(width, height, socket):
    return f"-device virtio-gpu-pci,xres={width},yres={height} -device virtio-keyboard-pci -vnc unix:{socket}"


def connect(path, deadline):
    while True:
        try:
            return Client(path).begin()
        except (OSError, ConsoleError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class Sink(threading.Thread):
    """Asks for updates 60 times a second, uncompressed, and throws them away."""

    def __init__(self, path, timeout):
        super().__init__(daemon=True)
        self.path, self.deadline, self.stop, self.bytes = path, time.monotonic() + timeout, False, 0
        self.start()

    def run(self):
        try:
            client = connect(self.path, self.deadline)
            client.socket.settimeout(1 / 60)
            while not self.stop:
                client.ask()
                began = time.monotonic()
                while time.monotonic() < began + 1 / 60:
                    try:
                        part = client.socket.recv(1 << 20)
                        self.bytes += len(part)
                        if not part:
                            return
                    except TimeoutError:
                        break
        except (OSError, ConsoleError):
            pass  # the emulator has ended


def run_watched(command, names, timeout, socket):
    """The samples, and how many bytes the client got."""
    sink = Sink(socket, timeout)
    try:
        return run.run_rows(command, names, timeout), sink
    finally:
        sink.stop = True
        sink.join()


def first_pixel(client):
    """Of the next update; None: it had no pixels."""
    kind = client.take(1)[0]
    if kind == 3:
        client.take(3)
        client.take(struct.unpack(">I", client.take(4))[0])
    if kind != 0:
        return None
    pixel = None
    for _ in range(struct.unpack(">xH", client.take(3))[0]):
        _, _, width, height, encoding = struct.unpack(">HHHHi", client.take(12))
        if encoding == DESKTOP_SIZE:
            client.width, client.height = width, height
            continue
        left, buffer = 4 * width * height, bytearray(1 << 20)
        while left:
            n = client.socket.recv_into(buffer, min(left, len(buffer)))
            if not n:
                raise ConsoleError("the VNC server hung up")
            if left == 4 * width * height and n >= 3:
                pixel = buffer[0] | buffer[1] << 8 | buffer[2] << 16
            left -= n
    return pixel


def press_keys(client, process):
    """Presses each key when the one before has been answered. Seconds, CPU time."""
    waits, cpu = [], run.cpu_seconds(process)
    for i in range(KEYS):
        began = time.monotonic()
        client.key(KEYSYM)
        while True:
            client.ask()
            if first_pixel(client) == COLOURS[i & 1]:
                break
        waits.append(time.monotonic() - began)
        time.sleep(0.01 + 0.007 * (i % 7))  # not in step with anybody's refresh
    return sum(waits), run.cpu_seconds(process) - cpu


def run_latency(command, timeout, socket):
    process, deadline = run.start_program(command), time.monotonic() + timeout
    try:
        for _, line in run.read_lines(process, deadline):
            if line == f"start {LATENCY}":
                client = connect(socket, deadline)
                client.socket.settimeout(timeout)
                time.sleep(1)
                seconds, cpu = press_keys(client, process)
                return run.Sample(seconds=seconds, cpu=cpu, sum="answered", iterations=KEYS)
        return run.Sample(error="the guest's program did not start")
    except (OSError, ConsoleError) as error:
        return run.Sample(error=f"VNC: {error}")
    finally:
        run.stop_program(process)


def cost_of_updates(samples, sink):
    """One sample of the difference, on both clocks. Emulators differ in how many of the pictures they send."""
    shown, still = samples[UPDATES], samples["still"]
    if shown.error or still.error:
        return run.Sample(error=shown.error or still.error)
    cost = max(shown.cpu - still.cpu, 0.001)
    return run.Sample(seconds=cost, cpu=cost, sum=shown.sum, iterations=shown.iterations, shown=sink.bytes // (4 * WIDTH * HEIGHT))


def measure(command_for, names, timeout):
    """{name: Sample} of one emulator. command_for(names, arguments): its command line for a guest that runs those."""
    samples = {}
    with tempfile.TemporaryDirectory() as folder:
        socket, animations = f"{folder}/vnc", [name for name in ANIMATIONS if name in names]
        if animations:
            samples.update(run_watched(command_for(animations, devices(1280, 720, socket)), animations, timeout, socket)[0])
        if LATENCY in names:
            samples[LATENCY] = run_latency(command_for([LATENCY], devices(1280, 720, socket)), timeout, socket)
        if UPDATES in names:
            both = [UPDATES, "still"]
            samples[UPDATES] = cost_of_updates(*run_watched(command_for(both, devices(WIDTH, HEIGHT, socket)), both, timeout, socket))
    return samples
