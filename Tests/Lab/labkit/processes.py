"""Processes that outlive the command that started them, found again later by pid *and* time of start.

A pid alone may belong to a stranger by the time the lab is stopped. So every process writes its own pid to a file
before it becomes the server, and a pid whose process is younger than that file is never touched.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

LINUX = sys.platform.startswith("linux")
GENTLE = ((signal.SIGTERM, 10), (signal.SIGKILL, 5))


def clean_environment(home: Path, **extra: str) -> dict:
    """An environment that owes nothing to the caller's: no proxies, AWS_*, PG*, DOCKER_* or PYTHON* get through."""
    return {"PATH": search_path(), "HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **extra}


def search_path() -> str:
    """The caller's PATH, and the folders where servers are, which a person's PATH often lacks."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    folders += ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/opt/homebrew/bin"]
    return os.pathsep.join(dict.fromkeys(folder for folder in folders if folder))


def started_at(pid: int) -> float | None:
    """When the process started, in seconds since 1970; None if there is none, or only a zombie of one."""
    if LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        if fields[0] in "ZX":
            return None
        return boot_time() + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    env = {"LC_ALL": "C", "PATH": search_path()}
    shown = subprocess.run(command, capture_output=True, text=True, env=env).stdout.split(None, 1)
    if len(shown) != 2 or shown[0].startswith("Z"):
        return None
    return time.mktime(time.strptime(shown[1].strip(), "%a %b %d %H:%M:%S %Y"))


def boot_time() -> float:
    """Seconds since 1970 at which this machine's clock of processes began."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def parents() -> dict:
    """Every process's parent, as pid → pid."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout
    return {int(line.split()[0]): int(line.split()[1]) for line in shown.splitlines()}


def descendants(pid: int) -> list:
    """All processes below this one, the nearest first."""
    parent_of, found, level = parents(), [], {pid}
    while level:
        level = {child for child, parent in parent_of.items() if parent in level}
        found += level
    return found


def spawn(argv, pidfile: Path, log: Path, env: dict, stdin=None, user: str | None = None) -> subprocess.Popen:
    """Starts a server in a session of its own. Its pid is in `pidfile` before it is anything but a shell."""
    pidfile.unlink(missing_ok=True)
    own = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    with open(log, "ab") as out:
        return subprocess.Popen(
            ["/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"', str(pidfile), *map(str, argv)],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=out,
            stderr=out,
            env=env,
            cwd=pidfile.parent,
            start_new_session=True,
            **own,
        )


def recorded(pidfile: Path) -> int | None:
    """The pid in the file's first line, if that process still runs and is not a younger stranger."""
    try:
        pid, written = int(pidfile.read_text().split("\n", 1)[0]), pidfile.stat().st_mtime
    except (OSError, ValueError):
        return None
    start = started_at(pid)
    return pid if start is not None and start <= written + 2 else None


def stop(pids, steps) -> list:
    """Sends each signal of `steps` — (signal, seconds to wait) — until none of `pids` is left; gives those that are.

    SIGCONT follows each signal, so that a process that a test stopped hears of it.
    """
    alive = {pid: started_at(pid) for pid in pids}
    alive = {pid: start for pid, start in alive.items() if start is not None}
    for number, seconds in steps:
        for pid in alive:
            for each in (number, signal.SIGCONT):
                try:
                    os.kill(pid, each)
                except OSError:
                    pass
        end = time.monotonic() + seconds
        while alive and time.monotonic() < end:
            alive = {pid: start for pid, start in alive.items() if same(pid, start)}
            if alive:
                time.sleep(0.01)
        if not alive:
            break
    return sorted(alive)


def same(pid: int, start: float) -> bool:
    """Whether the process that started then still runs."""
    now = started_at(pid)
    return now is not None and abs(now - start) < 2


def belonging_to(folder: Path) -> list:
    """The processes that name a folder among their arguments or have it as their home, but for this one and those that
    it was started by."""
    parent, own, pid = parents(), set(), os.getpid()
    while pid in parent:
        own.add(pid)
        pid = parent[pid]
    shown = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, errors="replace")
    rows = [line.split(None, 1) for line in shown.stdout.splitlines()]
    named = {int(row[0]) for row in rows if len(row) == 2 and f"{folder}/" in row[1]}
    return sorted((named | set(started_with("HOME", str(folder)))) - own)


def started_with(name: str, value: str) -> list:
    """The processes that were started with this in their environment. Linux only: elsewhere none is found."""
    return [pid for pid in sorted(parents()) if LINUX and variable(pid, name) == os.fsencode(value)]


def variable(pid: int, name: str) -> bytes | None:
    """A variable that a process was started with; None without it, or if this user may not know."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return None
    prefix = name.encode() + b"="
    return next((each[len(prefix) :] for each in variables if each.startswith(prefix)), None)
