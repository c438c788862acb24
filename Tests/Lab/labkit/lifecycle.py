"""Up and down of parts: all at once on the way up, each from whatever state it is in on the way down."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import parts

from . import processes
from .errors import Failed, Missing
from .folder import Folder

LAB = Path(__file__).resolve().parents[1] / "lab"


class Interrupted(Exception):
    """A stop signal came."""

    def __init__(self, number: int):
        super().__init__(f"signal {number}")
        self.number = number


def up(folder: Folder, names: list) -> dict:
    """Starts the parts that are not up. Gives part → reason of those that did not start; the others stay up."""
    with folder.locked():
        wanted = [name for name in names if name not in folder.up()]
        try:
            # Each in a process of its own, so that a stop signal ends all that it began, and `down` does the rest.
            starters = [starter(folder, name) for name in wanted]
            for process in starters:
                process.wait()
        except Interrupted:
            for name in wanted:
                take_down(folder, name)
            folder.remove_if_empty()
            raise
    skipped = folder.skipped()
    return {
        name: skipped.get(name, "the process that starts it was ended") for name in names if name not in folder.up()
    }


def starter(folder: Folder, name: str) -> subprocess.Popen:
    """The process that starts one part (see `start_here`)."""
    log = folder.path / f"{name}.log"
    env = {**os.environ, "HANDOFF_LAB_DIR": str(folder.path)}
    return processes.spawn([sys.executable, LAB, "start-here", name], folder.starter(name), log, env)


def start_here(folder: Folder, name: str) -> int:
    """Starts one part, in this process. Exit status 0 if it is up; else the reason is in the folder."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        folder.part(name).mkdir(mode=0o711)
        folder.write_exports(name, parts.named(name).up(folder.part(name)))
        folder.write_skipped(name, None)
        return 0
    except (Missing, Failed) as error:
        reason = str(error)
    except Exception as error:  # whatever it was, what did start is stopped and the reason told
        reason = f"{type(error).__name__}: {error}"
    finally:
        if name not in folder.up():
            errors = clear(folder, name)
            print(*errors, sep="\n", file=sys.stderr)
    folder.write_skipped(name, reason)
    return 1


def down(folder: Folder, names: list) -> list:
    """Stops parts, and removes the folder after the last one. Gives the errors."""
    if not folder.path.is_dir():
        return []
    folder.check_ours()
    for name in names:
        end_starter(folder, name)
    with folder.locked():
        errors = [error for name in names for error in take_down(folder, name)]
        folder.remove_if_empty()
    return errors


def take_down(folder: Folder, name: str) -> list:
    """Stops one part, also one that is just being started."""
    end_starter(folder, name)
    errors = clear(folder, name)
    for file in (folder.starter(name), folder.path / f"{name}.log"):
        file.unlink(missing_ok=True)
    if not errors:
        folder.write_skipped(name, None)
    return errors


def end_starter(folder: Folder, name: str) -> None:
    """Ends the process that starts a part, and all that it began except servers."""
    leader = processes.recorded(folder.starter(name))
    if leader is None:
        return
    family = [leader, *processes.descendants(leader)]
    grouped = [pid for pid in family if group_of(pid) == leader]
    processes.stop(grouped, ((signal.SIGTERM, 40), (signal.SIGKILL, 5)))  # it stops its part, as `down` would


def group_of(pid: int) -> int | None:
    """The process group of a process, if there is one."""
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def clear(folder: Folder, name: str) -> list:
    """Has a part stop and undo what it did, then ends what still names its folder, and removes that."""
    path = folder.part(name)
    if not path.is_dir():
        return []
    (path / "exports.json").unlink(missing_ok=True)
    errors = []
    try:
        parts.named(name).down(path)
    except Exception as error:
        errors.append(f"{name}: {error}")
    left = processes.stop(processes.belonging_to(path), processes.GENTLE)
    if left:
        errors.append(f"{name}: processes {left} do not end")
    for _ in range(3):  # something may just have been written
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return errors
    return [*errors, f"{name}: {path} cannot be removed"]


def exports(folder: Folder) -> dict:
    """All that the tests need to know: where each part is, and why another is not there."""
    values = {"HANDOFF_LAB_DIR": str(folder.path)} if folder.path.is_dir() else {}
    for name in folder.up():
        values.update(folder.exports(name))
    for name, reason in folder.skipped().items():
        values["HANDOFF_LAB_SKIPPED_" + name.upper().replace("-", "_")] = reason
    return values
