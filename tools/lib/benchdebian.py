# SPDX-License-Identifier: MIT
"""The rows of tools/bench that run Debian's own programs: what they read, and the archive that carries it to the guest.

The guest is the system that tests/guest-long/debian-install leaves; its disk is not written. Inputs are made from fixed
numbers, so checksums are comparable over time as well."""
import glob
import os
import random
import re

ROW_LOOP = re.compile(r"^for name in (.*); do$", re.M)
TEXT_BYTES, FUNCTIONS = 1_500_000, 110
PRIME = 2**2203 - 1  # a Mersenne prime: its tests are modular exponentiations as RSA's are


def names():
    with open("tests/bench/debian/rows", encoding="utf-8") as file:
        return ["login"] + [f"debian-{name}" for name in ROW_LOOP.search(file.read()).group(1).split()]


def make_text(r):
    """Lines of words, their frequencies about as natural text has them."""
    words = ["".join(r.choice("etaoinshrdlucmfwypvbgkjqxz"[:r.randint(4, 26)]) for _ in range(r.randint(1, 9)))
             for _ in range(4000)]
    lines, size = [], 0
    while size < TEXT_BYTES:
        line = " ".join(words[int(4000 * r.random() ** 3)] for _ in range(r.randint(3, 14)))
        lines.append(line)
        size += len(line) + 1
    return "\n".join(lines) + "\n"


def make_function(r, number):
    """One C function of about 18 lines: loops, branches, a switch, arrays, calls of an earlier one."""
    a, b, c = (r.randint(2, 99) for _ in range(3))
    call = f"f{r.randrange(number)}(t, n - 1)" if number else "n * 3"
    return f"""struct s{number} {{ long a; unsigned char b[{a}]; double c; }};
long f{number}(struct table *t, long n) {{
    struct s{number} s = {{ n, {{ {b} }}, n * 0.{c} }};
    long sum = {b};
    for (int i = 0; i < {a}; i++) {{
        s.b[i] = (unsigned char)(i * {b} + n);
        if ((s.b[i] & {c}) > {b % 30} && t->used > i)
            sum += t->rows[i % 16].value * s.b[(i + {c}) % {a}];
        else if (n % {b} == {a % b})
            s.c += sum / {c}.5;
        switch (s.b[i] % 5) {{
        case 0: sum ^= sum << {a % 13 + 1}; break;
        case 1: sum -= t->rows[(i + n) & 15].weight; break;
        case 2: t->rows[i & 15].value = (int)(sum >> {c % 20}); break;
        case 3: if (n > 0) sum += {call}; break;
        default: s.a += sum % {b}; break;
        }}
    }}
    return sum + s.a + (long)s.c;
}}
"""


def make_program(r):
    head = "struct row { int value; short weight; };\nstruct table { int used; struct row rows[16]; };\n"
    return head + "".join(make_function(r, n) for n in range(FUNCTIONS))


def pack(archive):
    """Puts the rows' scripts and inputs into an archive for the initramfs (kmodules.Archive)."""
    r = random.Random(20)
    archive.folder("bench")
    for path in [*glob.glob("tests/bench/debian/*"), "tests/bench/linux/row.sh"]:
        with open(path, "rb") as file:
            archive.file(f"bench/{os.path.basename(path)}", file.read(), 0o755)
    for name, text in (("text", make_text(r)), ("program.c", make_program(r)), ("prime", str(PRIME))):
        archive.file(f"bench/{name}", text.encode(), 0o644)
