# SPDX-License-Identifier: MIT
"""Kernel modules out of an unpacked Debian kernel package, and the initramfs archive they go into.

The package carries neither modules.dep nor an initramfs (a host makes both when it installs a kernel), so both are
made here: dependencies come from each module's own .modinfo section, the archive is written in the "newc" format
directly, which needs no privileges for its device nodes."""
import gzip
import lzma
import os
import re
import stat


def read_module(path):
    with open(path, "rb") as f:
        data = f.read()
    return lzma.decompress(data) if path.endswith(".xz") else data


def module_name(path):
    return os.path.basename(path).split(".ko")[0].replace("-", "_")


class Modules:
    """All modules below lib/modules/VERSION, read when asked for."""

    def __init__(self, kernel_root):
        top = next(p for p in (f"{kernel_root}/usr/lib/modules", f"{kernel_root}/lib/modules") if os.path.isdir(p))
        self.version = sorted(os.listdir(top))[0]
        self.paths, self.images = {}, {}
        for folder, _, names in os.walk(os.path.join(top, self.version)):
            for name in names:
                if ".ko" in name:
                    self.paths[module_name(name)] = os.path.join(folder, name)

    def image(self, name):
        if name not in self.images:
            self.images[name] = read_module(self.paths[name])
        return self.images[name]

    def needs(self, name):
        found = re.search(rb"\0depends=([^\0]*)\0", self.image(name))
        return [n.replace("-", "_") for n in found.group(1).decode().split(",") if n] if found else []

    def closure(self, names):
        """The names that exist as modules and all they need, each after its needs. What is built in is left out."""
        order = []

        def visit(name):
            if name in order or name not in self.paths:
                return
            for need in self.needs(name):
                visit(need)
            order.append(name)
        for name in names:
            visit(name)
        return order

    def dep_lines(self, order):
        """The text of modules.dep for the modules in `order`."""
        lines = []
        for name in order:
            needs = [n for n in reversed(self.closure([name])) if n != name]
            lines.append(f"{name}.ko:" + "".join(f" {n}.ko" for n in needs))
        return "\n".join(lines) + "\n"


class Archive:
    """A cpio archive in memory; entries in the order they were added."""

    def __init__(self):
        self.data, self.inode = bytearray(), 0

    def entry(self, name, mode, data=b"", device=(0, 0)):
        self.inode += 1
        path = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, device[0], device[1], len(path), 0)
        self.data += b"070701" + b"".join(b"%08X" % f for f in fields) + path
        self.data += b"\0" * (-len(self.data) % 4) + data
        self.data += b"\0" * (-len(self.data) % 4)

    def folder(self, name):
        self.entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        self.entry(name, stat.S_IFREG | mode, data)

    def link(self, name, target):
        self.entry(name, stat.S_IFLNK | 0o777, target.encode())

    def character(self, name, major, minor):
        self.entry(name, stat.S_IFCHR | 0o600, device=(major, minor))

    def write_gzip(self, path):
        self.inode = -1
        self.entry("TRAILER!!!", 0)
        with open(path, "wb") as f:
            # No time stamp, so that the same input makes the same file.
            f.write(gzip.compress(bytes(self.data), 9, mtime=0))
