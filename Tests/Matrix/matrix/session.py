"""A row's own project, home and shell. What one script exports, the next one and the tool see."""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
import signal
import subprocess
import time
from glob import glob
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
MARK = "HANDOFF_MATRIX_ROW"
SHELL = """
set -eE
. "$1"; . "$2"
cd "$3"
. "$4"
env -0 >"$5"
pwd >"$6"
umask >"$7"
"""
NOT_KEPT = {"_", "SHLVL", "PWD", "OLDPWD"}


@dataclasses.dataclass
class Answer:
    """What a script or the tool gave."""

    status: int
    output: str
    complaint: str
    seconds: float = 0
    left: list = dataclasses.field(default_factory=list)

    @property
    def told(self) -> str:
        return "\n".join(part.strip() for part in (self.output, self.complaint) if part.strip())


class Session:
    """The folder of a row: `project`, `home`, and what the runner keeps."""

    def __init__(self, base: Path, name: str, rows: Path, user: str = ""):
        self.name, self.rows, self.user = name, rows, user
        self.folder = base / name
        self.project, self.home = self.folder / "project", self.folder / "home"
        self.state = self.folder / "state"
        for folder in (self.project, self.home, self.state):
            folder.mkdir(parents=True)
        self.cwd, self.umask = self.project, -1
        self.env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.home), "LC_ALL": "C.UTF-8",
            "TMPDIR": "/tmp", MARK: name,
        }  # fmt: skip
        (self.state / "lab.sh").write_text(self.lab())

    def lab(self) -> str:
        """The lab's exports and the row's own names as variables of the shell, which the tool does not see."""
        values = {"LAB_" + key[12:]: value for key, value in os.environ.items() if key.startswith("HANDOFF_LAB_")}
        values.update(
            ROW=str(self.folder), NAME=self.name, PROJECT=str(self.project), MATRIX=str(HERE),
            ROWS=str(self.rows),
            HANDOFF=os.environ["HANDOFF_BINARY"],
        )  # fmt: skip
        return "".join(f"{key}={shlex.quote(value)}\n" for key, value in values.items())

    def shell(self, script: str, seconds: float = 120) -> Answer:
        """Runs a script in bash, in the project. Where it ends well, its variables, folder and umask are the next one's."""
        file, env, cwd, umask = (self.state / name for name in ("script", "env", "cwd", "umask"))
        file.write_text(script)
        argv = ["bash", "--noprofile", "--norc", "-c", SHELL, "row", self.state / "lab.sh", HERE / "kits/lib.sh"]
        answer = self.run([*argv, self.cwd, file, env, cwd, umask], seconds=seconds)
        if answer.status == 0 and env.exists():
            self.take_environment(env)
            self.cwd = Path(os.fsdecode(cwd.read_bytes()[:-1]))
            self.umask = int(umask.read_text(), 8)
        return answer

    def leave_only(self, kept: tuple) -> None:
        """Takes everything out of the session's environment but what is named."""
        self.env = {key: value for key, value in self.env.items() if key in kept or key == MARK}

    def paste(self, script: str, seconds: float = 120) -> Answer:
        """Runs a script in the project as it would be pasted: in a bash that knows nothing of the runner. Where it ends
        well, later scripts and the tool see what it exported."""
        file, env = self.state / "script", self.state / "env"
        file.write_text(f"set -e\n{script}\nenv -0 >{shlex.quote(str(env))}\n")
        self.cwd = self.project
        answer = self.run([*self.around, "bash", "--noprofile", "--norc", file], seconds=seconds)
        if answer.status == 0 and env.exists():
            self.take_environment(env)
        return answer

    def take_environment(self, file: Path) -> None:
        pairs = (entry.partition(b"=") for entry in file.read_bytes().split(b"\0") if entry)
        self.env = {os.fsdecode(key): os.fsdecode(value) for key, _, value in pairs if os.fsdecode(key) not in NOT_KEPT}
        file.unlink()

    @property
    def around(self) -> list:
        """The command that runs the tool, and what is pasted."""
        return shlex.split(self.env.get("AROUND", ""))

    def tool(self, *arguments: str) -> Answer:
        """Runs the tool as the row's user would; `AROUND` holds a command that runs it. Tells how long it took, and which
        processes it left behind."""
        argv = [*self.around, os.environ["HANDOFF_BINARY"], *arguments]
        if self.user:
            argv = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups", *argv]
        before, start = set(self.processes()), time.monotonic()
        answer = self.run(argv)
        answer.seconds = time.monotonic() - start
        answer.left = self.orphans(before)
        return answer

    def orphans(self, before: set) -> list:
        """What runs in the row since, is a child of nobody who ran before, and does not end within a second."""
        end = time.monotonic() + 1
        while True:
            left = [pid for pid in self.processes() if pid not in before and not before & set(ancestors(pid))]
            if not left or time.monotonic() > end:
                return [command for command in map(command_line, left) if command]
            time.sleep(0.02)

    def run(self, argv: list, seconds: float = 120) -> Answer:
        """Runs a program in the row's folder. What outlives it holds no pipe of ours."""
        out, err = self.state / "out", self.state / "err"
        with open(out, "wb") as output, open(err, "wb") as complaint:
            try:
                process = subprocess.Popen(
                    [str(word) for word in argv], cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL, stdout=output,
                    stderr=complaint, start_new_session=True, umask=self.umask,
                )  # fmt: skip
            except OSError as error:
                return Answer(127, "", str(error))
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                status = 124
        told = [file.read_bytes().decode(errors="replace") for file in (out, err)]
        if status == 124:
            told[1] += f"\nno end after {seconds:g} s"
        return Answer(status, *told)

    def give_to_user(self) -> None:
        """Makes the row's files those of its user."""
        if self.user:
            subprocess.run(["chown", "-R", f"{self.user}:{self.user}", self.folder], check=True)

    def end(self, undo: str, keep: bool) -> str:
        """Takes back what is outside the folder, ends what still runs, and removes the folder."""
        told = ""
        self.cwd = self.project if self.project.exists() else Path("/")
        for script in filter(None, (undo, "at_end_all")):
            answer = self.shell(script)
            if answer.status != 0:
                told += f"undo: {answer.told}"
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not keep:
            subprocess.run(["chmod", "-R", "u+rwX", self.folder], capture_output=True)
            shutil.rmtree(self.folder, ignore_errors=True)
        return told

    def processes(self) -> list:
        """The processes that bear the row's mark in their environment, or its folder in their arguments."""
        mark, folder, found = os.fsencode(f"{MARK}={self.name}"), os.fsencode(self.folder), []
        for entry in glob("/proc/[0-9]*"):
            try:
                marked = mark in Path(entry, "environ").read_bytes().split(b"\0")
                if marked or folder in Path(entry, "cmdline").read_bytes():
                    found.append(int(entry.split("/")[2]))
            except OSError:
                pass
        return found


def ancestors(pid: int) -> list:
    """The parents of a process, the nearest first."""
    found = []
    while pid > 1:
        try:
            # The name, in parentheses, may hold anything.
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            break
        found.append(pid)
    return found


def command_line(pid: int) -> str:
    """A process's arguments; empty for one that ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""
