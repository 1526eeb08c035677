# SPDX-License-Identifier: MIT
"""How much memory an emulator holds beyond its guest's RAM.

It is the resident part of all mappings of the process (Rss in /proc/PID/smaps), program and libraries included, less
guest RAM, which is the mapping of just the RAM's size. Translated code is mapped twice, to be written and to be run;
what is mapped of one file at several places counts once, by its largest part."""
import re


def mappings(pid):
    """Each mapping as (name, size, resident), in bytes."""
    found = []
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as f:
        for line in f:
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                words = line.split(maxsplit=5)
                found.append([words[5].strip() if len(words) > 5 else "", 0, 0])
            elif line.startswith(("Size:", "Rss:")):
                found[-1][1 if line.startswith("Size:") else 2] = int(line.split()[1]) * 1024
    return found


def beyond_ram(pid, ram):
    """Bytes beyond guest RAM, and the largest parts of them as (bytes, name)."""
    parts, shared = {}, {}
    for name, size, resident in mappings(pid):
        if size == ram:
            continue
        if name.startswith("/memfd:"):
            shared[name] = max(shared.get(name, 0), resident)
        else:
            parts[name or "anonymous"] = parts.get(name or "anonymous", 0) + resident
    parts.update(shared)
    return sum(parts.values()), sorted(((n, name) for name, n in parts.items()), reverse=True)
