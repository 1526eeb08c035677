# SPDX-License-Identifier: MIT
"""Debian packages of another release or architecture, without touching the system's own apt.

An AptRoot has its own state, cache and an empty package status, reads the mirror from the host's sources, and can
download packages (one by one, or one with everything it depends on) and unpack them into a folder."""
import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
FALLBACK_MIRROR = "http://deb.debian.org/debian"


class AptError(Exception):
    pass


def say(text):
    print(f"guest: {text}", file=sys.stderr, flush=True)


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "myna")


def run(command, **kwargs):
    """Runs a command quietly; on failure raises with the end of what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          text=True, errors="replace", **kwargs)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise AptError(f"{' '.join(command[:2])} … failed with code {done.returncode}:\n{tail}")
    return done.stdout


def run_as_root(script):
    """Runs a shell script that makes a root file system: as root, or where files only seem to be root's."""
    if os.geteuid() and not shutil.which("fakeroot"):
        raise AptError("a root file system needs root or fakeroot (tools/setup installs it)")
    run(["sh", "-c", script] if os.geteuid() == 0 else ["fakeroot", "sh", "-c", script])


@contextlib.contextmanager
def locked(path):
    """Holds a lock file, so that two runs at once do not make the same thing."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def host_mirror():
    """The Debian mirror the host itself uses: the first source whose path ends in /debian."""
    lines = []
    folder = "/etc/apt/sources.list.d"
    names = [os.path.join(folder, name) for name in sorted(os.listdir(folder))] if os.path.isdir(folder) else []
    for name in ["/etc/apt/sources.list"] + names:
        try:
            with open(name, encoding="utf-8", errors="replace") as f:
                lines += f.read().splitlines()
        except OSError:
            continue
    for line in lines:
        match = re.match(r"\s*(?:URIs:|deb\s+(?:\[[^]]*\]\s*)?)\s*(\S+)", line)
        if match and re.search(r"/debian/?$", match.group(1)):
            return match.group(1).rstrip("/")
    return FALLBACK_MIRROR


class AptRoot:
    """One architecture, one or more suites (the last has priority when asked for with `newest`)."""

    def __init__(self, suites, arch):
        self.suites, self.arch = suites, arch
        self.path = os.path.join(cache_folder(), "apt", f"{'+'.join(suites)}-{arch}")
        self.fresh = False

    def options(self):
        values = {
            "APT::Architecture": self.arch, "APT::Architectures": self.arch,
            "Dir::State": f"{self.path}/state", "Dir::State::status": f"{self.path}/status",
            "Dir::Cache": f"{self.path}/cache", "Dir::Etc::SourceList": f"{self.path}/sources.list",
            "Dir::Etc::SourceParts": f"{self.path}/none", "Dir::Etc::Preferences": f"{self.path}/none/x",
            "Dir::Etc::PreferencesParts": f"{self.path}/none", "APT::Sandbox::User": "root",
            "Acquire::Languages": "none", "Acquire::Retries": "3", "Debug::NoLocking": "true",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11-icons-hidpi::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11-icons-large::DefaultEnabled": "false",
        }
        return [word for key, value in values.items() for word in ("-o", f"{key}={value}")]

    def update(self):
        """Reads the mirror's package lists, once a process."""
        if not self.fresh:
            with locked(f"{self.path}.lock"):
                self.read_lists()
            self.fresh = True

    def read_lists(self):
        for folder in ("state/lists/partial", "cache/archives/partial", "none"):
            os.makedirs(os.path.join(self.path, folder), exist_ok=True)
        with open(f"{self.path}/status", "w", encoding="ascii"):
            pass
        mirror = host_mirror()
        with open(f"{self.path}/sources.list", "w", encoding="ascii") as f:
            for suite in self.suites:
                f.write(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
        say(f"reading the package lists of {', '.join(self.suites)} for {self.arch}")
        run(["apt-get"] + self.options() + ["update"])

    def depends(self, package):
        """The names a package depends on directly."""
        self.update()
        text = run(["apt-cache"] + self.options() + ["depends", "--no-recommends", "--no-suggests", package])
        return re.findall(r"^ +(?:Pre)?Depends: ([^\s<]\S*)", text, re.MULTILINE)

    def download(self, packages, folder):
        """Fetches exactly these packages into the folder and returns the paths of their files."""
        self.update()
        os.makedirs(folder, exist_ok=True)
        before = set(os.listdir(folder))
        say(f"fetching {' '.join(packages)}")
        run(["apt-get"] + self.options() + ["download"] + packages, cwd=folder)
        new = sorted(name for name in set(os.listdir(folder)) - before if name.endswith(".deb"))
        return [os.path.join(folder, name) for name in new]

    def download_closed(self, packages, suite, folder):
        """Fetches packages and all they depend on, as for an empty system, into the folder; returns the paths."""
        self.update()
        say(f"fetching {' '.join(packages)} and what they need")
        os.makedirs(f"{folder}/archives/partial", exist_ok=True)
        run(["apt-get"] + self.options() + ["-o", f"Dir::Cache::archives={folder}/archives", "install", "-y",
             "--download-only", "--no-install-recommends", "-t", suite] + packages)
        return sorted(f"{folder}/archives/{name}" for name in os.listdir(f"{folder}/archives")
                      if name.endswith(".deb"))


def unpack(debs, folder):
    os.makedirs(folder, exist_ok=True)
    for deb in debs:
        run(["dpkg-deb", "-x", deb, folder])


def versions(debs):
    """`name version` of each package file, for the folder's VERSIONS."""
    form = "--showformat=${Package} ${Version}\n"
    return "".join(run(["dpkg-deb", "--show", form, deb]) for deb in debs)
