# SPDX-License-Identifier: MIT
"""The picture of a benchmark run: a bar a row, as long as the logarithm of peer ÷ myna, in groups, with their geometric means."""
import html
import math

WIDTH, NAMES, RIGHT, ROW, TOP = 900, 150, 60, 15, 64
LOW, HIGH = 0.5, 64
COLOURS = ["#4878a8", "#d1704a", "#5d9b5d", "#9270b0", "#b39b3c", "#4aa3a3", "#a85a7a"]


def place(ratio):
    """x of a ratio: equal factors are equal lengths."""
    ratio = min(max(ratio, LOW), HIGH)
    return NAMES + (WIDTH - NAMES - RIGHT) * math.log(ratio / LOW) / math.log(HIGH / LOW)


def text(x, y, words, anchor="start", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{html.escape(words)}</text>'


def bar(y, ratio, colour, extra=""):
    left, right = sorted((place(1), place(ratio)))
    return f'<rect x="{left:.1f}" y="{y:.1f}" width="{max(right - left, 1):.1f}" height="{ROW - 4}" fill="{colour}"{extra}/>'


def as_svg(groups, headline):
    """groups: [(name, [(row, ratio or None)], geometric mean)]"""
    rows = sum(len(g[1]) + 2 for g in groups)
    height = TOP + rows * ROW + 10
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
           f'font-family="sans-serif" font-size="11">', f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
           text(10, 20, "Myna against QEMU: how many times faster (longer is better)", extra=' font-size="15"'),
           text(10, 36, headline, extra=' fill="#666666" font-size="9"')]
    for step in (0.5, 1, 2, 4, 8, 16, 32, 64):
        x, colour = place(step), "#000000" if step == 1 else "#dddddd"
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height - 10}" stroke="{colour}"/>')
        out.append(text(x, TOP - 10, f"{step:g}×", "middle"))
    y = TOP
    for n, (name, members, mean) in enumerate(groups):
        colour = COLOURS[n % len(COLOURS)]
        for row, ratio in members:
            out.append(text(NAMES - 6, y + ROW - 5, row, "end"))
            if ratio:
                out.append(bar(y, ratio, colour, ' fill-opacity="0.65"'))
                out.append(text(max(place(ratio), place(1)) + 4, y + ROW - 5, f"{ratio:.2f}"))
            y += ROW
        if mean:
            out.append(text(NAMES - 6, y + ROW - 5, f"{name}, mean", "end", ' font-weight="bold"'))
            out.append(bar(y, mean, colour))
            out.append(text(max(place(mean), place(1)) + 4, y + ROW - 5, f"{mean:.2f}", extra=' font-weight="bold"'))
        y += 2 * ROW
    return "\n".join([*out, "</svg>"]) + "\n"
