"""Runs commands: once to see that they do what is measured, then to measure."""

from __future__ import annotations

import dataclasses
import json
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

# How often hyperfine goes through all commands that are compared: work that the machine does meanwhile falls on each of them.
ROUNDS = 5
# A command whose runs took so many seconds in all is run no more, once it ran three times.
PATIENCE = 6.0
ONCE = Path(__file__).with_name("once.py")


class Unmeasured(Exception):
    """Something failed, or did not give what it should."""


@dataclasses.dataclass
class Place:
    """Where commands run."""

    folder: Path
    env: dict

    def run(self, *argv, status: tuple = (0,), says: str = "") -> str:
        """Runs a command and gives its standard output, which must hold `says`.

        >>> Place(Path("/"), {}).run("/bin/sh", "-c", "echo 12", says="12")
        '12\\n'
        >>> Place(Path("/"), {}).run("/bin/sh", "-c", "echo 12; exit 3")
        Traceback (most recent call last):
        benchmarks.measure.Unmeasured: exit 3 of /bin/sh -c 'echo 12; exit 3': 12
        """
        words = [str(word) for word in argv]
        try:
            done = subprocess.run(
                words, cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
            )  # fmt: skip
        except OSError as error:
            raise Unmeasured(f"{shlex.join(words)}: {error.strerror}") from None
        told = " ".join((done.stderr + done.stdout).split())[:300]
        if done.returncode not in status:
            raise Unmeasured(f"exit {done.returncode} of {shlex.join(words)}: {told}")
        if says not in done.stdout:
            raise Unmeasured(f"{shlex.join(words)} says nothing of {says!r}: {told}")
        return done.stdout

    def json(self, *argv, status: tuple = (0,)) -> dict:
        """Runs a command that prints JSON."""
        told = self.run(*argv, status=status)
        try:
            return json.loads(told)
        except ValueError:
            raise Unmeasured(f"{shlex.join(map(str, argv))} gives no JSON: {told[:300]}") from None


def medians(place: Place, commands: dict, runs: int, prepare: dict = {}) -> dict:
    """The median of each command in milliseconds, by hyperfine and without a shell, in rounds of all commands.

    prepare: for some of them, what is run before each run.
    """
    times: dict = {name: [] for name in commands}
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        words = ["hyperfine", "--shell=none", "--style=none", "--warmup=1", f"--runs={max(2, runs // ROUNDS)}"]
        words += [f"--export-json={file.name}"]
        if prepare:
            words += [f"--prepare={shlex.join(prepare.get(name, ['true']))}" for name in commands]
        words += [shlex.join(map(str, argv)) for argv in commands.values()]
        for _ in range(ROUNDS):
            place.run(*words)
            for name, result in zip(commands, json.loads(Path(file.name).read_text())["results"]):
                times[name] += result["times"]
    return {name: statistics.median(each) * 1000 for name, each in times.items()}


@dataclasses.dataclass
class Taken:
    """The median and the least time of a command, and the peak of its resident memory: of the command itself, or of a
    program that it ran and waited for, whichever was larger."""

    ms: float
    least_ms: float
    peak_mib: float


def taken(place: Place, commands: dict, runs: int, status: tuple = (0,)) -> dict:
    """Time and peak memory (wait4, ru_maxrss) of each command, in turn. The peak is never below ONCE's own, some 10 MiB."""
    times: dict = {name: [] for name in commands}
    peaks: dict = {name: 0 for name in commands}
    for _ in range(runs):
        for name, argv in commands.items():
            if len(times[name]) >= 3 and sum(times[name]) > PATIENCE:
                continue
            words = [str(word) for word in argv]
            told = place.run(sys.executable, "-I", "-S", ONCE, *words).split()
            if int(told[2]) not in status:
                raise Unmeasured(f"exit {told[2]} of {shlex.join(words)}")
            times[name].append(float(told[0]))
            peaks[name] = max(peaks[name], int(told[1]))
    return {
        name: Taken(statistics.median(each) * 1000, min(each) * 1000, peaks[name] / 1024) for name, each in times.items()
    }
