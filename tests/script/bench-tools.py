#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rules of tools/bench and tools/run-elfs, on emulators that only pretend: ratios and their means, what a failed
or missing row counts, wrong checksums, time-outs, lines between marks; and how run-elfs tells pass from failure."""
import os
import subprocess
import sys
import tempfile
import types
import xml.dom.minidom

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tools", "lib"))
import benchplot as plot  # noqa: E402
import benchreport as report  # noqa: E402
import benchrun as run  # noqa: E402

faults = []


def check(name, good):
    if not good:
        faults.append(name)


def result(myna, peer, native=(), group="g"):
    row = types.SimpleNamespace(name="row", group=group)
    return report.Result(row, {"myna": list(myna), "peer": list(peer)}, list(native))


def sample(seconds, sum="1", guest=None):
    return run.Sample(seconds=seconds, cpu=seconds, guest=guest, sum=sum)


def test_ratios():
    check("ratio of medians", result(map(sample, (1, 9, 2)), map(sample, (5, 6, 4))).ratio() == 2.5)
    check("wrong checksum counts 0.5", result([sample(1, "2")], [sample(5)]).ratio() == 0.5)
    check("one wrong checksum of two counts 0.5", result([sample(1), sample(1, "2")], [sample(5)] * 2).ratio() == 0.5)
    check("missing row counts 0.5", result([run.Sample(error="gone")], [sample(5)]).ratio() == 0.5)
    both = result([sample(1, "2")], [sample(5, "2")], [sample(1, "1")])
    check("native's checksum is the right one", both.failed and both.peer_failed and both.ratio() is None)
    check("a peer that fails gives no ratio", result([sample(1)], [run.Sample(error="gone")]).ratio() is None)
    check("slowdown", result([sample(6)], [sample(9)], [sample(2)]).slowdown("myna") == 3)
    check("geometric mean", abs(report.geomean([2, 8, None]) - 4) < 1e-9 and report.geomean([]) is None)
    lines = report.table([result([sample(1)], [sample(2)]), result([sample(1)], [sample(8)], group="h")],
                         ["myna", "peer"])
    check("means in the table", [line[-2] for line in lines if line[1] == "geometric mean"] == ["2.00", "8.00", "4.00"])
    check("clocks", sample(1, guest=1.04).clocks_agree() and not sample(1, guest=0.5).clocks_agree())


def test_picture():
    groups = report.groups_of([result([sample(1)], [sample(2)]), result([sample(1)], [run.Sample(error="gone")]),
                               result([sample(2)], [sample(1)], group="h")])
    check("groups", [(name, [r for _, r in rows], mean) for name, rows, mean in groups] == [("g", [2, None], 2), ("h", [0.5], 0.5)])
    svg = xml.dom.minidom.parseString(plot.as_svg(groups, "a < b"))
    bars = [r for r in svg.getElementsByTagName("rect") if r.getAttribute("x")]
    ends = [(float(r.getAttribute("x")), float(r.getAttribute("width"))) for r in bars]
    check("a bar a ratio, none where there is none, and a mean a group", len(bars) == 4)
    check("twice as fast and twice as slow are as long, on either side of 1",
          abs(ends[0][1] - ends[2][1]) < 0.2 and abs(ends[2][0] + ends[2][1] - ends[0][0]) < 0.2)


def test_runs():
    def shell(script, names, timeout=60):
        return run.run_rows(["/bin/sh", "-c", script], names, timeout)
    # Lines may be read late on a busy machine, so the bounds are wide: a second of sleep is time, and not CPU time.
    got = shell("echo start a; sleep 1; echo 'a 7 0.2 beef'; echo start b; echo 'b 1 0 1'", ["a", "b"], 60)
    check("time between the lines", got["a"].seconds > 0.4 and got["a"].cpu < 0.4)
    check("checksum and iterations", got["a"].sum == "beef" and got["a"].iterations == 7 and got["b"].error is None)
    check("a row that never ends", "no result" in shell("echo start a; sleep 9", ["a"], 0.5)["a"].error)
    check("a row that dies", shell("echo start a; echo oops; exit 3", ["a"])["a"].error == "exit 3: oops")
    check("a result without a start is none", shell("echo 'a 7 0.2 beef'", ["a"])["a"].error is not None)
    check("garbage", shell("echo start a; printf 'a 7 x beef\\n\\377\\n'", ["a"])["a"].error is not None)


def test_marks(folder):
    path = f"{folder}/doc"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write_between_marks(path, "new\n")
    with open(path, encoding="utf-8") as file:
        check("lines between marks", file.read() == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n")


def test_run_elfs(folder):
    for name in ("pass", "fail", "hang"):
        with open(f"{folder}/{name}", "wb") as file:  # the least that looks like a 64-bit RISC-V ELF
            file.write(b"\x7fELF\2\1\1" + bytes(11) + b"\xf3\0")
    with open(f"{folder}/emulator64", "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\nfor file; do :; done\ncase $file in *fail) exit 3 ;; *hang) exec sleep 60 ;; esac\n')
    os.chmod(f"{folder}/emulator64", 0o755)

    def elfs(match):
        done = subprocess.run([f"{TOP}/tools/run-elfs", folder, "--command", f"{folder}/emulator{{xlen}}", "--timeout", "5",
                               "--match", match], capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()
    code, said = elfs("")
    check("run-elfs counts", code == 1 and said[-1] == "1 passed, 2 failed")
    check("run-elfs says why", any("exit 3" in line for line in said) and any("no answer" in line for line in said))
    check("run-elfs passes", elfs("pass")[0] == 0)
    check("run-elfs without ELFs fails", elfs("nothing")[0] != 0)


with tempfile.TemporaryDirectory() as scratch:
    test_ratios()
    test_picture()
    test_runs()
    test_marks(scratch)
    test_run_elfs(scratch)
print("\n".join(f"FAIL {name}" for name in faults) or "bench tools: all rules hold")
sys.exit(bool(faults))
