"""The command line of the lab."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from pathlib import Path

import parts

from . import lifecycle, runner
from .errors import Failed
from .folder import Folder

USAGE = """\
The test lab: real servers on 127.0.0.1, in one folder, leaving nothing behind.

  lab up [PART…]                    starts the parts that are not up yet (default: all)
  lab env                           prints `export NAME=value` for those that are up
  lab status                        says what is up, and what is not and why
  lab down [PART…]                  stops them; without PART also whatever an interrupted `lab run` left
  lab run [PART…] -- COMMAND…       a lab of its own: up, the command with the exports, always down;
                                    exits as the command does
Parts: {parts}
`up` and `env` are used as: Tests/Lab/lab up && eval "$(Tests/Lab/lab env)"

HANDOFF_LAB_DIR     the lab's folder (default: one for this checkout; with `run`: a new one)
HANDOFF_LAB_CACHE   what was fetched from PyPI (default: ${{XDG_CACHE_HOME:-~/.cache}}/handoff-lab)
CI=true             a part that cannot start is a failure; otherwise, unless it was asked for by name, it is
                    skipped: HANDOFF_LAB_SKIPPED_PART says why
"""


def main(arguments: list) -> int:
    """Runs one command, and gives its exit status: 0, 1 (something failed), 64 (usage)."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    try:
        if command == "up":
            return up(names(rest), by_name=bool(rest))
        if command == "down":
            return down(names(rest), everything=not rest)
        if command == "start-here" and len(rest) == 1:  # how `up` starts each part
            return lifecycle.start_here(Folder.chosen(), *names(rest))
        if command == "env" and not rest:
            return env(Folder.chosen())
        if command == "status" and not rest:
            return status(Folder.chosen())
        if command == "run" and "--" in rest:
            split = rest.index("--")
            if rest[split + 1 :]:
                return runner.run(names(rest[:split]), bool(rest[:split]), rest[split + 1 :])
        if command in ("help", "--help", "-h"):
            print(USAGE.format(parts=" ".join(parts.NAMES)), end="")
            return 0
    except Failed as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except UsageError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 64
    print(USAGE.format(parts=" ".join(parts.NAMES)), end="", file=sys.stderr)
    return 64


class UsageError(Exception):
    """The command line names something that is not there."""


def names(words: list) -> list:
    """The parts that the words name, in the catalog's order; all, without words."""
    asked = [name for word in words for name in word.split(",") if name]
    unknown = [name for name in asked if name not in parts.NAMES]
    if unknown:
        raise UsageError(f"no part {', '.join(unknown)}; there are {', '.join(parts.NAMES)}")
    return [name for name in parts.NAMES if name in asked or not words]


def up(wanted: list, by_name: bool) -> int:
    """Starts parts. A stop signal undoes what this command started."""
    folder = Folder.chosen()

    def interrupted(number, _) -> None:
        raise lifecycle.Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        failures = lifecycle.up(folder, wanted)
    except lifecycle.Interrupted as error:
        return 128 + error.number
    print(folder.path)
    for name, reason in failures.items():
        print(f"lab: {name}: {reason}", file=sys.stderr)
    return 1 if failures and (by_name or os.environ.get("CI") == "true") else 0


def down(wanted: list, everything: bool) -> int:
    """Stops parts."""
    folders = [Folder.chosen()]
    if everything and not os.environ.get("HANDOFF_LAB_DIR"):
        folders += [folder for folder in Folder.abandoned() if folder.path != folders[0].path]
    errors = [error for folder in folders for error in lifecycle.down(folder, wanted)]
    for error in errors:
        print(f"lab: {error}", file=sys.stderr)
    return 1 if errors else 0


def env(folder: Folder) -> int:
    """Prints the exports for a shell."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in lifecycle.exports(folder).items()]
    print("".join(lines), end="", flush=True)
    return 0


def status(folder: Folder) -> int:
    """Prints a line for each part."""
    running, skipped = folder.up(), folder.skipped()
    for name in parts.NAMES:
        state = "up" if name in running else f"skipped: {skipped[name]}" if name in skipped else "down"
        print(f"{name:<15} {state}")
    print(f"folder: {folder.path}{'' if Path(folder.path).is_dir() else ' (not there)'}")
    for other in Folder.abandoned():
        print(f"abandoned, `lab down` removes it: {other.path}")
    return 0
