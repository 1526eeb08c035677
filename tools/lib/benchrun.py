# SPDX-License-Identifier: MIT
"""Runs one benchmark program and times it from outside: the host's clock between the arrival of `start NAME` and of
`NAME iterations seconds checksum` on the console. The guest's own figure is kept only to cross-check, because an
emulator makes the guest's clock."""
import os
import re
import select
import subprocess
import time


class Sample:
    """One measurement of one row, or the reason why there is none."""

    def __init__(self, seconds=None, cpu=None, guest=None, sum=None, iterations=None, error=None, shown=None):
        self.seconds, self.cpu, self.guest = seconds, cpu, guest  # host clock, CPU time, guest clock
        self.sum, self.iterations, self.error = sum, iterations, error
        self.shown = shown  # whole pictures that reached a VNC client

    def clocks_agree(self):
        """Guest and host clock within 5 % or 20 ms."""
        return self.guest is None or abs(self.seconds - self.guest) <= max(0.02, 0.05 * self.seconds)


def read_lines(process, deadline):
    """(arrival time, line) for each line on the process's output until it ends or the deadline passes."""
    pending, fd = b"", process.stdout.fileno()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            return
        data = os.read(fd, 65536)
        now = time.monotonic()
        if not data:
            return
        pending += data
        *lines, pending = pending.split(b"\n")
        for line in lines:
            yield now, line.decode(errors="replace").strip()


def cpu_seconds(process):
    """CPU time of all the process's threads so far, ended ones too: the kernel's CPU clock of that process."""
    return time.clock_gettime(~process.pid << 3 | 2)


def parse_result(line, name):
    """A Sample without host time from a result line of that row, or None."""
    words = line.split()
    if len(words) != 4 or words[0] != name:
        return None
    try:
        return Sample(guest=float(words[2]), sum=words[3], iterations=int(words[1]))
    except ValueError:
        return None


def start_program(command):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def stop_program(process):
    process.kill()
    process.stdout.close()
    process.wait()


def how_it_ended(process, timeout, said):
    """Why a run gave no result: out of time, or its exit and last words."""
    try:
        code = process.wait(0.5)
    except subprocess.TimeoutExpired:
        return f"no result in {timeout:g} s" if not said else f"no result in {timeout:g} s; last: {said[-1][:100]}"
    return f"exit {code}" + (f": {said[-1][:100]}" if said else "")


def run_rows(command, names, timeout):
    """{name: Sample} for the rows one program runs, one after another."""
    samples, started, said = {}, {}, []
    process = start_program(command)
    try:
        for now, line in read_lines(process, time.monotonic() + timeout):
            said.append(line)
            words = line.split()
            if len(words) == 2 and words[0] == "start" and words[1] in names:
                started[words[1]] = now, cpu_seconds(process)
                continue
            sample = parse_result(line, words[0]) if words and words[0] in started else None
            if sample:
                begin, cpu = started[words[0]]
                sample.seconds, sample.cpu = now - begin, cpu_seconds(process) - cpu
                samples[words[0]] = sample
                if len(samples) == len(names):
                    break
        missing = [name for name in names if name not in samples]
        if missing:
            error = how_it_ended(process, timeout, [line for line in said if line])
            samples.update({name: Sample(error=error) for name in missing})
    finally:
        stop_program(process)
    return samples


def run_until(command, mark, timeout):
    """Sample of the seconds from the program's start until a line matches the regex `mark`."""
    begin, said = time.monotonic(), []
    process = start_program(command)
    try:
        for now, line in read_lines(process, begin + timeout):
            said.append(line)
            if re.search(mark, line):
                return Sample(seconds=now - begin, cpu=cpu_seconds(process), sum=mark, iterations=1)
        return Sample(error=how_it_ended(process, timeout, [line for line in said if line]))
    finally:
        stop_program(process)
