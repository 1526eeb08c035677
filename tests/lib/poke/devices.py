# SPDX-License-Identifier: MIT
"""Display devices as a guest's driver sees them, driven from the host by tests/lib/poke: virtio-gpu on virtio-mmio (Virtual I/O Device 1.2,
4.2 and 5.7), ramfb by fw_cfg's DMA, bochs-display on PCI."""
import struct
import time

from console import patience

OK = 0x1100
# Of a queue: descriptors, then the rings and what they name, from its place on; bytes between two queues' places.
QUEUE, AVAILABLE, BODIES, USED, ANSWERS, AREA = 64, 0x400, 0x600, 0x8000, 0x8300, 0x10000
PIXELS = 0x200000  # from the rings on
CREATE, UNREF, SCANOUT, FLUSH, TRANSFER, ATTACH, DETACH = range(0x101, 0x108)
BLOB, SCANOUT_BLOB, UPDATE_CURSOR, MOVE_CURSOR = 0x10c, 0x10d, 0x300, 0x301


class Virtio:
    """The n-th virtio device on the command line, on virtio-mmio (4.2), its queues set up."""

    def __init__(self, guest, kind, number, features, queues):
        self.guest, self.kind, self.features, self.queues = guest, kind, features, queues
        self.base = guest.board.slot - number * guest.board.stride
        self.rings = guest.free + number * 0x40000
        self.start()

    def register(self, offset, value=None):
        if value is None:
            return self.guest.load(4, self.base + offset)
        return self.guest.store(4, self.base + offset, value)

    def start(self):
        if self.register(0) != 0x74726976 or self.register(8) != self.kind:
            raise AssertionError(f"there is no virtio device {self.kind}")
        self.index, self.ring = [0] * self.queues, [[0] * QUEUE for _ in range(self.queues)]
        for status in (0, 1, 3):
            self.register(0x70, status)
        for half, word in ((0, self.features), (1, 1)):  # VERSION_1
            self.register(0x24, half)
            self.register(0x20, word)
        self.register(0x70, 11)
        for queue in range(self.queues):
            at = self.rings + queue * AREA
            self.guest.write(at, bytes(AREA))
            self.register(0x30, queue)
            self.register(0x38, QUEUE)
            for offset, part in ((0x80, 0), (0x90, AVAILABLE), (0xa0, USED)):
                self.register(offset, at + part)
                self.register(offset + 4, 0)
            self.register(0x44, 1)
        self.register(0x70, 15)


class Input(Virtio):
    """A keyboard or pointer (5.8): what it says, as (type, code, value)."""

    def __init__(self, guest, number):
        super().__init__(guest, 18, number, 0, 1)
        self.seen = 0
        descriptors = b"".join(struct.pack("<QIHH", self.rings + ANSWERS + 8 * i, 8, 2, 0) for i in range(QUEUE))
        guest.write(self.rings, descriptors + struct.pack(f"<HH{QUEUE}H", 0, QUEUE, *range(QUEUE)))
        self.register(0x50, 0)

    def events(self):
        """Those that came since the last call."""
        data = self.guest.read(self.rings + USED, ANSWERS - USED + 8 * QUEUE)
        used, found = struct.unpack_from("<H", data, 2)[0], []
        for i in range(self.seen, used):
            head = struct.unpack_from("<I", data, 4 + 8 * (i % QUEUE))[0]
            found.append(struct.unpack_from("<HHi", data, ANSWERS - USED + 8 * head))
            self.guest.store(2, self.rings + AVAILABLE + 4 + 2 * (i % QUEUE), head)
        self.seen = used
        self.guest.store(2, self.rings + AVAILABLE + 2, QUEUE + used & 0xffff)  # a store of the guest's own: the device may look at any time
        self.register(0x50, 0)
        return found


class Gpu(Virtio):
    """virtio-gpu (5.7), the first device. Commands may be gathered and given together."""

    def __init__(self, guest):
        super().__init__(guest, 16, 0, 2 | 8, 2)  # EDID, blobs
        self.pixels = self.rings + PIXELS

    def batch(self, commands, queue=0):
        """Puts up to 32 (type, body) on the queue, kicks once, and returns the answers' types."""
        return [struct.unpack_from("<I", answer)[0] for answer in self.answers(commands, queue, 64)]

    def wish(self, head=0):
        """Width and height that the user would like a head to have (5.7.6.8, VIRTIO_GPU_CMD_GET_DISPLAY_INFO); 0: off."""
        answer = self.answers([(0x100, b"")], 0, 24 + 16 * 24)[0]
        _, _, width, height, on = struct.unpack_from("<5I", answer, 24 + 24 * head)
        return (width, height) if on else (0, 0)

    def answers(self, commands, queue, room):
        at, ring, index = self.rings + queue * AREA, self.ring[queue], self.index[queue]
        descriptors, bodies = b"", b""
        for i, (kind, body) in enumerate(commands):
            head = struct.pack("<IIQII", kind, 0, 0, 0, 0) + body
            descriptors += struct.pack("<QIHH", at + BODIES + len(bodies), len(head), 1, 2 * i + 1)
            descriptors += struct.pack("<QIHH", at + ANSWERS + room * i, room, 2, 0)
            bodies += head
            ring[(index + i) % QUEUE] = 2 * i
        self.index[queue] = index = (index + len(commands)) & 0xffff
        self.guest.write(at, descriptors.ljust(16 * QUEUE) + struct.pack(f"<HH{QUEUE}H", 0, index, *ring).ljust(BODIES - 16 * QUEUE) + bodies)
        self.register(0x50, queue)
        deadline = time.monotonic() + 30 * patience()
        while time.monotonic() < deadline:
            answers = self.guest.read(at + USED, ANSWERS - USED + room * len(commands))
            if struct.unpack_from("<H", answers, 2)[0] == index:
                return [answers[ANSWERS - USED + room * i:][:room] for i in range(len(commands))]
        raise AssertionError(f"virtio-gpu does not answer: status {self.register(0x70)}, used {answers[:4]}, expected {index}")

    def do(self, *commands, queue=0):
        answers = self.batch(commands, queue)
        if any(answer != OK for answer in answers):
            raise AssertionError(f"virtio-gpu answers {[hex(a) for a in answers]}")


# Bodies of commands (5.7.6.8).
def create(resource, form, width, height):
    return CREATE, struct.pack("<IIII", resource, form, width, height)


def unref(resource):
    return UNREF, struct.pack("<II", resource, 0)


def attach(resource, *pieces):
    return ATTACH, struct.pack("<II", resource, len(pieces)) + b"".join(struct.pack("<QII", at, n, 0) for at, n in pieces)


def transfer(resource, width, height):
    return TRANSFER, struct.pack("<IIIIQII", 0, 0, width, height, 0, resource, 0)


def scanout(head, resource, x, y, width, height):
    return SCANOUT, struct.pack("<IIIIII", x, y, width, height, head, resource)


def flush(resource, width, height):
    return FLUSH, struct.pack("<IIIIII", 0, 0, width, height, resource, 0)


def blob(resource, at, size):
    return BLOB, struct.pack("<IIIIQQ", resource, 1, 1, 1, 0, size) + struct.pack("<QII", at, size, 0)


def scanout_blob(head, resource, view, size, form, stride, offset):
    return SCANOUT_BLOB, struct.pack("<IIIIIIIIII", *view, head, resource, *size, form, 0) + struct.pack("<8I", stride, 0, 0, 0, offset, 0, 0, 0)


def cursor(kind, head, x, y, resource=0, hot_x=0, hot_y=0):
    return kind, struct.pack("<IIIIIIII", head, x & 0xffffffff, y & 0xffffffff, 0, resource, hot_x, hot_y, 0)


class Ramfb:
    """Through fw_cfg's DMA (QEMU, docs/specs/fw_cfg)."""

    def __init__(self, guest):
        self.guest = guest
        guest.store(2, guest.board.fw_cfg + 8, 0x1900)  # the directory
        for _ in range(self.number(4)):
            size, key = self.number(4), self.number(2)
            self.number(2)
            name = bytes(guest.load(1, guest.board.fw_cfg) for _ in range(56))
            if name.startswith(b"etc/ramfb\0") and size == 28:
                self.key = key

    def number(self, n):
        value = 0
        for _ in range(n):
            value = value << 8 | self.guest.load(1, self.guest.board.fw_cfg)
        return value

    def show(self, base, fourcc, width, height, stride):
        at = self.guest.free
        self.guest.write(at, struct.pack(">Q4sIIII", base, fourcc[::-1], 0, width, height, stride))
        self.guest.write(at + 64, struct.pack(">IIQ", self.key << 16 | 8 | 16, 28, at))
        self.guest.store(8, self.guest.board.fw_cfg + 16, int.from_bytes((at + 64).to_bytes(8, "big"), "little"))
        if struct.unpack(">I", self.guest.read(at + 64, 4))[0]:
            raise AssertionError("fw_cfg refuses the write")


class Bochs:
    """The device in slot 1 of bus 0 (QEMU, docs/specs/standard-vga)."""

    def __init__(self, guest):
        self.guest, self.frame, self.registers = guest, guest.board.mmio, guest.board.mmio + 0x10000000
        config = guest.board.ecam + 0x8000
        if guest.load(4, config) != 0x11111234:
            raise AssertionError("there is no bochs-display in slot 1")
        guest.store(4, config + 0x10, self.frame)
        guest.store(4, config + 0x18, self.registers)
        guest.store(2, config + 4, 2)

    def show(self, width, height, bits, virtual_width, x, y, big_endian=False):
        for i, value in ((4, 0), (1, width), (2, height), (3, bits), (6, virtual_width), (8, x), (9, y), (4, 0x41)):
            self.guest.store(2, self.registers + 0x500 + 2 * i, value)
        self.guest.store(4, self.registers + 0x604, 0xbebebebe if big_endian else 0x1e1e1e1e)
