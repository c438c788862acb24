"""`lab run`: a lab for one command, taken down whatever happens to the command or to this process."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import subprocess
import sys

from . import lifecycle, processes
from .folder import Folder

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MARK = "HANDOFF_LAB_RUN"


def run(names: list, by_name: bool, command: list) -> int:
    """Up, the command, down. Gives the command's exit status, 128 + the signal that ended it or this, or 1."""
    named = os.environ.get("HANDOFF_LAB_DIR")
    folder = Folder.chosen() if named else Folder.fresh()
    return Run(folder, names, by_name).all(command)


class Run:
    """One run. `stopping` is the first stop signal that came."""

    def __init__(self, folder: Folder, names: list, by_name: bool):
        self.folder, self.names, self.by_name = folder, names, by_name
        self.stopping: int | None = None
        self.child: subprocess.Popen | None = None
        self.before = folder.up()
        self.mark = secrets.token_hex(8)

    def all(self, command: list) -> int:
        """Takes care that `down` comes last."""
        for number in SIGNALS:
            signal.signal(number, self.heard)
        with self.folder.locked():
            if not self.before:
                (self.folder.path / "owner").write_text(f"{os.getpid()}\n")
        guard = Guard(self.folder, self.mine(), self.mark)
        try:
            status = self.up()
            if status == 0:
                status = self.command(command, guard)
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # from here on nothing may keep it from ending in order
            errors = lifecycle.down(self.folder, self.mine())
            guard.dismiss()
        for error in errors:
            print(f"lab: {error}", file=sys.stderr)
        if self.stopping is not None:
            return 128 + self.stopping
        return status or (1 if errors else 0)

    def mine(self) -> list:
        """The parts that this run starts and stops; those that were up before are left to whoever started them."""
        return [name for name in self.names if name not in self.before]

    def heard(self, number: int, _) -> None:
        """Hands a stop signal on. On Ctrl-C the terminal has already sent it to the command."""
        again = self.stopping is not None
        self.stopping = self.stopping or number
        if self.child is not None:
            for pid in [self.child.pid, *processes.descendants(self.child.pid)]:
                try:
                    os.kill(pid, signal.SIGKILL if again else signal.SIGTERM if number == signal.SIGHUP else number)
                except OSError:
                    pass

    def up(self) -> int:
        """Starts the parts with a command of its own, so that their servers are not this process's children."""
        env = {**os.environ, "HANDOFF_LAB_DIR": str(self.folder.path)}
        words = self.names if self.by_name else []
        self.child = subprocess.Popen(
            [sys.executable, str(lifecycle.LAB), "up", *words],
            env=env,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        if self.stopping is not None:  # it came before there was somebody to hand it to
            self.child.terminate()
        status = self.child.wait()
        self.child = None
        return status if self.stopping is None else 1

    def command(self, command: list, guard: "Guard") -> int:
        """Runs the command in the foreground with the exports, then ends what it left behind."""
        env = {**os.environ, **lifecycle.exports(self.folder), MARK: self.mark}
        adopt_orphans()
        try:
            self.child = subprocess.Popen(command, env=env)
        except OSError as error:
            print(f"lab: {command[0]}: {error.strerror}", file=sys.stderr)
            return 127 if isinstance(error, FileNotFoundError) else 126
        guard.watch(self.child.pid)
        if self.stopping is not None:
            self.child.terminate()
        status = self.child.wait()
        self.child = None
        left = {*processes.descendants(os.getpid()), *processes.started_with(MARK, self.mark)} - {guard.pid}
        for pid in sorted(left):
            shown = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
            if shown and processes.started_at(pid) is not None:
                print(f"lab: the command left a process, ended now: {pid} {shown[:200]}", file=sys.stderr)
        processes.stop(left, ((signal.SIGTERM, 2), (signal.SIGKILL, 2)))
        return 128 - status if status < 0 else status


class Guard:
    """A process that takes the lab down if the run is killed: the pipe to it ends when the run does."""

    def __init__(self, folder: Folder, names: list, mark: str):
        read, self.pipe = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            self.guard(read, folder, names, mark)
        os.close(read)

    def guard(self, read: int, folder: Folder, names: list, mark: str) -> None:
        """In the child: waits for the end of the pipe, or for `dismiss`."""
        try:
            os.setsid()
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            null = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):  # whoever reads the run's output sees its end when the run ends
                os.dup2(null, descriptor)
            with os.fdopen(read) as lines:
                said = lines.read().split()
            if "dismissed" not in said:
                watched = [int(word) for word in said]
                family = watched + [child for pid in watched for child in processes.descendants(pid)]
                family += processes.started_with(MARK, mark)
                processes.stop(set(family), ((signal.SIGTERM, 3), (signal.SIGKILL, 3)))
                lifecycle.down(folder, names)
        finally:
            os._exit(0)

    def watch(self, pid: int) -> None:
        """Has the guard end this process too."""
        os.write(self.pipe, f"{pid}\n".encode())

    def dismiss(self) -> None:
        """The lab is down: ends the guard."""
        os.write(self.pipe, b"dismissed\n")
        os.close(self.pipe)
        os.waitpid(self.pid, 0)


def adopt_orphans() -> None:
    """Makes processes whose parents end children of this one, on Linux: prctl(2), PR_SET_CHILD_SUBREAPER."""
    if processes.LINUX:
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
