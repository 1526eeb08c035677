# SPDX-License-Identifier: MIT
"""Medians, ratios and geometric means of a benchmark run, as text, Markdown and JSON.

A ratio is the peer's median time over Myna's: 2 means twice as fast. A row that Myna does not finish, or finishes with
another checksum than peer or native, counts 0.5. A row that the peer itself fails has no ratio, and is an error."""
import json
import math
import statistics

FAILED_RATIO = 0.5
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def median(samples, clock):
    times = [getattr(s, clock) for s in samples if s.seconds is not None]
    return statistics.median(times) if times else None


class Result:
    """A row's samples by runner ("myna", "peer", perhaps "old"), native ones beside, and the verdict on them.
    `clock` says which of a sample's times counts: "seconds" on the wall, or "cpu". `one_hart`: Myna's samples with one hart,
    of rows that are measured with two."""

    def __init__(self, row, samples, native, clock="seconds", one_hart=None):
        self.row, self.samples, self.native = row, samples, native
        self.times = {runner: median(s, clock) for runner, s in samples.items()}
        self.times["native"] = median(native, clock)
        self.notes = []
        self.peer_failed = self.fault("peer") is not None
        fault = self.fault("myna")
        self.failed = fault is not None
        if fault:
            self.notes.append(f"FAILED: {fault}")
        if self.peer_failed:
            self.notes.append(f"the peer failed: {self.fault('peer')}")
        if row.name == "cold-code" and not fault and not self.peer_failed: # an iteration is an instruction
            ns = [1e9 * self.times[runner] / samples[runner][0].iterations for runner in ("myna", "peer")]
            self.notes.append(f"{ns[0]:.0f} ns an instruction, peer {ns[1]:.0f}")
        if not fault and not self.peer_failed and samples["myna"] and samples["myna"][0].shown is not None:
            pictures = [median(samples[runner], "shown") for runner in ("myna", "peer")]
            self.notes.append(f"the client got {pictures[0]:.0f} pictures, the peer's {pictures[1]:.0f}")
        if one_hart and not fault and median(one_hart, "seconds"):
            gain = median(one_hart, "seconds") / median(samples["myna"], "seconds")
            self.notes.append(f"two harts {gain:.2f} times as fast as one")
        for runner in samples:
            if any(s.seconds is not None and not s.clocks_agree() for s in samples[runner]):
                self.notes.append(f"clocks differ under {runner}")

    def expected_sum(self):
        """The checksum that counts: native where the row has one, else the peer's first."""
        for sample in [*self.native, *self.samples["peer"]]:
            if sample.sum is not None:
                return sample.sum
        return None

    def fault(self, runner):
        """Why this runner's row does not count, or None."""
        for sample in self.samples[runner]:
            if sample.error:
                return sample.error
            if sample.sum != self.expected_sum():
                return f"checksum {sample.sum}, expected {self.expected_sum()}"
        return None

    def ratio(self):
        if self.peer_failed:
            return None
        return FAILED_RATIO if self.failed else self.times["peer"] / self.times["myna"]

    def slowdown(self, runner):
        """How many times native time this runner took, or None."""
        if self.times["native"] and self.times.get(runner):
            return self.times[runner] / self.times["native"]
        return None


def geomean(values):
    values = [v for v in values if v]
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else None


def number(value, digits=2):
    return "–" if value is None else f"{value:.{digits}f}"


def table(results, runners):
    """Rows of strings, the header first: each result, then a line with means after each group, and one over all."""
    head = ["group", "row", *(f"{r} s" for r in runners), "native s", *(f"{r} ×native" for r in runners),
            "peer ÷ myna", "notes"]
    lines = [head]

    def means(label, chosen):
        lines.append([label, "geometric mean", *("" for _ in runners), "",
                      *(number(geomean([x.slowdown(r) for x in chosen]), 1) for r in runners),
                      number(geomean([x.ratio() for x in chosen])), ""])

    for group in dict.fromkeys(r.row.group for r in results):
        chosen = [r for r in results if r.row.group == group]
        for r in chosen:
            lines.append([group, r.row.name, *(number(r.times.get(x), 3) for x in runners),
                          number(r.times["native"], 3), *(number(r.slowdown(x), 1) for x in runners),
                          number(r.ratio()), "; ".join(r.notes)])
        means(group, chosen)
    if len({r.row.group for r in results}) > 1:
        means("all", results)
    return lines


def groups_of(results):
    """[(group, [(row, ratio)], geometric mean)], in order."""
    groups = {}
    for r in results:
        groups.setdefault(r.row.group, []).append((r.row.name, r.ratio()))
    return [(name, rows, geomean([ratio for _, ratio in rows])) for name, rows in groups.items()]


def as_text(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]) - 1)]
    out = []
    for line in lines:
        cells = [cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))]
        out.append("  ".join([*cells, line[-1]]).rstrip())
        if line[1] == "geometric mean":
            out.append("")
    return "\n".join(out)


def as_markdown(lines, about):
    head = lines[0]
    rule = ["---" if i < 2 or i == len(head) - 1 else "---:" for i in range(len(head))]
    out = [f"{about}", ""]
    for cells in [head, rule, *lines[1:]]:
        bold = cells[1] == "geometric mean"
        out.append("| " + " | ".join(f"**{c}**" if bold and c else c for c in cells) + " |")
    return "\n".join(out) + "\n"


def write_between_marks(path, text):
    """Replaces what stands between the marks of a document; ValueError without them."""
    with open(path, encoding="utf-8") as file:
        old = file.read()
    if BEGIN not in old or END not in old.split(BEGIN, 1)[1]:
        raise ValueError(f"{path} lacks the lines {BEGIN} and {END}")
    before, rest = old.split(BEGIN, 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n{text}{END}{rest.split(END, 1)[1]}")


def write_json(path, results, about):
    def one(r):
        return {"name": r.row.name, "group": r.row.group, "ratio": r.ratio(), "failed": r.failed, "notes": r.notes,
                "checksum": r.expected_sum(), "median": r.times,
                **{clock: {k: [getattr(s, clock) for s in v] for k, v in [*r.samples.items(), ("native", r.native)]}
                   for clock in ("seconds", "cpu")}}
    data = {**about, "rows": [one(r) for r in results],
            "groups": {name: mean for name, _, mean in groups_of(results)},
            "all": geomean([r.ratio() for r in results])}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1, ensure_ascii=False)
        file.write("\n")
