# SPDX-License-Identifier: MIT
"""How much memory an emulator holds beyond its guest's RAM.

It is the resident part of all mappings of the process (Rss in /proc/PID/smaps), program and libraries included, less
guest RAM, which is the mapping of just the RAM's size, or those in a row that are together (the kernel cuts it where huge
pages are asked for in parts of it). Translated code is mapped twice, to be written and to be run;
what is mapped of one file at several places counts once, by its largest part, but for pages that were copied when written."""
import re


def mappings(pid):
    """Each mapping as (name, start, end, resident, of that copies of a file's pages or no file's), in bytes."""
    found = []
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as f:
        for line in f:
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
            if head:
                words = line.split(maxsplit=5)
                found.append([words[5].strip() if len(words) > 5 else "", int(head[1], 16), int(head[2], 16), 0, 0])
            elif line.startswith("Rss:"):
                found[-1][3] = int(line.split()[1]) * 1024
            elif line.startswith("Anonymous:"):
                found[-1][4] = int(line.split()[1]) * 1024
    return found


def without_ram(found, ram):
    """The mappings but for those that begin and end where guest RAM may, one at the other's end."""
    for first in range(len(found)):
        last = first
        while found[last][2] - found[first][1] < ram and last + 1 < len(found) and found[last + 1][1] == found[last][2]:
            last += 1
        if found[last][2] - found[first][1] == ram:
            return found[:first] + found[last + 1:]
    raise ValueError("no mappings of guest RAM's size")


def beyond_ram(pid, ram):
    """Bytes beyond guest RAM, and the largest parts of them as (bytes, name)."""
    parts, shared = {}, {}
    for name, _, _, resident, own in without_ram(mappings(pid), ram):
        if name.startswith("/memfd:"):
            shared[name] = max(shared.get(name, 0), resident - own)
            resident = own
        parts[name or "anonymous"] = parts.get(name or "anonymous", 0) + resident
    for name, resident in shared.items():
        parts[name] += resident
    return sum(parts.values()), sorted(((n, name) for name, n in parts.items()), reverse=True)
