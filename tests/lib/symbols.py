# SPDX-License-Identifier: MIT
"""An ELF file that holds only names: the symbols of a RISC-V kernel whose own file was stripped, for gdb. Its one section
covers the kernel's text and has no contents, so gdb reads code from the machine. (System V ABI, chapters 4 and 5.)"""
import struct

EXECUTABLE, RISCV, NOBITS, SYMTAB, STRTAB = 2, 243, 8, 2, 3


def write_symbols(path, places, start, end):
    """Writes `places`, a dictionary from name to address, as functions if they lie in start..end."""
    names, symbols = bytearray(b"\0"), bytearray(24)
    for name, address in sorted(places.items(), key=lambda item: item[1]):
        if start <= address < end:
            symbols += struct.pack("<IBBHQQ", len(names), 2, 0, 1, address, 0)  # a local function of section 1
            names += name.encode() + b"\0"
    titles = b"\0.text\0.symtab\0.strtab\0.shstrtab\0"
    parts, at = [], 64
    for data in (symbols, names, titles):
        parts.append((at, len(data)))
        at += len(data) + -len(data) % 8
    rows = [(0,) * 10,
            (1, NOBITS, 6, start, 64, end - start, 0, 0, 4, 0),
            (7, SYMTAB, 0, 0, *parts[0], 3, len(symbols) // 24, 8, 24),
            (15, STRTAB, 0, 0, *parts[1], 0, 0, 1, 0),
            (23, STRTAB, 0, 0, *parts[2], 0, 0, 1, 0)]
    with open(path, "wb") as f:
        f.write(b"\x7fELF" + bytes([2, 1, 1]) + bytes(9))
        f.write(struct.pack("<HHIQQQIHHHHHH", EXECUTABLE, RISCV, 1, start, 0, at, 0, 64, 56, 0, 64, len(rows), 4))
        for data in (symbols, names, titles):
            f.write(data + bytes(-len(data) % 8))
        for row in rows:
            f.write(struct.pack("<IIQQQQIIQQ", *row))
