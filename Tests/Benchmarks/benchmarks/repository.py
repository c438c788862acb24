"""A git repository of more and more files."""

from __future__ import annotations

import subprocess

from .growth import Series
from .measure import Place, Unmeasured, taken
from .sample import facts, handoff, project

SIZES = (0, 1_000, 10_000, 100_000)
CHANGED = 3
PREFLIGHT, STATUS = "preflight --only git", "git status --short"
ONLY = ("--only", "git", "--timeout", "60")


def repository(runs: int) -> list:
    series = Series("repository", "files")
    for size in SIZES:
        with project() as place:
            fill(place, size)
            series.add(size, lambda: measured(place, runs))
    return [*series.rows(PREFLIGHT, STATUS), *series.failures]


def fill(place: Place, size: int) -> None:
    """A commit of so many files, hundred in each folder, and of three more that were changed since."""
    place.run("git", "init", "-q")
    loading = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=place.folder, env=place.env, stdin=subprocess.PIPE)
    with loading.stdin as stream:
        stream.write(b"commit refs/heads/main\ncommitter Sample <sample@localhost> 1760000000 +0000\ndata 6\nBegin\n\n")
        for number in range(size):
            stream.write(b"M 100644 inline folder%d/file%d\ndata 8\n%07d\n\n" % (number // 100, number, number))
        for number in range(CHANGED):
            stream.write(b"M 100644 inline changed%d\ndata 4\nold\n\n" % number)
    if loading.wait() != 0:
        raise Unmeasured(f"git fast-import: exit {loading.returncode}")
    place.run("git", "reset", "-q", "--hard", "main")
    for number in range(CHANGED):
        (place.folder / f"changed{number}").write_text("new\nnew\n")


def measured(place: Place, runs: int) -> dict:
    status = ["git", "status", "--short"]
    changes = facts(place, *ONLY)["git.changes"]
    if changes["modified"] != CHANGED or len(place.run(*status).splitlines()) != CHANGED:
        raise Unmeasured(f"not {CHANGED} files are changed: {changes}")
    return taken(place, {PREFLIGHT: [handoff(), "preflight", *ONLY], STATUS: status}, runs)
