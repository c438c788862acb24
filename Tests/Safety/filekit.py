"""Small projects for Tests/Safety/files, runs of the tool with a fault at one system call, and what must hold after."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

BINARY = os.environ.get("HANDOFF_BINARY", str(Path(__file__).resolve().parent.parent.parent / ".build/debug/handoff"))
PATH = "/usr/local/bin:/usr/bin:/bin"
GIT = shutil.which("git", path=PATH) or "git"
STRACE = shutil.which("strace", path=PATH) or "strace"
TARGET = "handoffs/SESSION-HANDOFF-2025-11-07-FIRST.md"
END = "<!-- handoff:end facts -->\n"
OURS = re.compile(r"^(\.handoff-.*\.tmp|index\.handoff-.*|handoff-commit)$")

GENERATE = ["generate", "--only", "git", "-q", "--title"]
# What is swept: the arguments, and what a run of the same kind is that comes after a kill.
OPERATIONS = {
    "write": (GENERATE + ["Two"], GENERATE + ["Three"]),
    "first": (GENERATE + ["Two"], GENERATE + ["Three"]),
    "update": (["generate", "-q", "--update", TARGET], ["generate", "-q", "--update", TARGET]),
    "commit": (GENERATE + ["Two", "--commit"], GENERATE + ["Three", "--commit"]),
    "ignore": (["verify", "-q", "--write-ignore", "--reason", "x", TARGET],) * 2,
    "trust": (["trust", "--yes"],) * 2,
    "key": (["scan", "note.md"],) * 2,
}

CHANGING = {
    "openat": "ENOSPC EACCES EROFS EDQUOT EIO EINTR EMFILE", "write": "ENOSPC EIO EDQUOT EINTR", "pwrite64": "ENOSPC EIO",
    "fsync": "EIO ENOSPC EDQUOT EINTR", "fdatasync": "EIO ENOSPC", "rename": "EACCES EROFS ENOSPC EIO EDQUOT",
    "renameat": "EACCES EROFS ENOSPC EIO EDQUOT", "renameat2": "EACCES EROFS ENOSPC EIO EDQUOT EINVAL ENOSYS",
    "link": "EACCES EROFS ENOSPC EIO EDQUOT EPERM EMLINK", "linkat": "EACCES EROFS ENOSPC EIO EDQUOT EPERM EMLINK",
    "unlink": "EACCES EROFS EIO EINTR", "unlinkat": "EACCES EROFS EIO EINTR", "rmdir": "EACCES EROFS EIO",
    "mkdir": "ENOSPC EACCES EROFS EDQUOT EIO", "fchmod": "EPERM EIO EROFS", "chmod": "EPERM EIO EROFS",
    "fchown": "EPERM EIO EROFS", "flock": "EINTR ENOLCK EIO", "ftruncate": "EIO EINTR ENOSPC",
}  # fmt: skip
READING = {
    "openat": "EACCES EIO EMFILE EINTR", "read": "EIO EINTR", "pread64": "EIO", "newfstatat": "EACCES EIO", "lseek": "EIO",
    "getdents64": "EIO ENOMEM", "readlink": "EIO EACCES", "close": "EIO EINTR", "mmap": "ENOMEM", "fcntl": "EMFILE",
    "access": "EACCES", "getcwd": "EACCES",
}  # fmt: skip
WITH_PATH = {"openat", "newfstatat", "readlink", "access", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir", "mkdir", "chmod"}


@dataclass(frozen=True)
class Call:
    """The n-th call of a kind in one thread, or one process of git."""

    name: str
    number: int
    changes: bool
    text: str
    # Whether strace counts only the calls that touch known paths.
    by_path: bool = False


@dataclass(frozen=True)
class Point:
    operation: str
    # None for the tool itself, else which git command: "commit.1".
    git: str | None
    call: Call
    fault: str

    @property
    def kills(self) -> bool:
        return self.fault == "KILL"

    def __str__(self) -> str:
        return f"{self.operation}: {self.fault} at {'git ' + self.git if self.git else 'handoff'}: {self.call.text[:160]}"


@dataclass
class Done:
    status: int
    out: str
    err: str
    hit: bool = False


@dataclass
class State:
    files: dict
    index: bytes | None
    entries: str
    head: str
    others: dict
    kept: dict


class World:
    """A project at a fixed place, put back to its beginning for each run; for one worker, on one processor."""

    def __init__(self, folder: Path, processor: int):
        self.folder, self.processor = folder, processor
        self.root, self.home, self.plan = folder / "p", folder / "home", folder / "plan"
        self.stage, self.log = folder / "beginning", folder / "trace"
        self.environment = {"PATH": f"{folder}/bin:{PATH}", "HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1"}
        folder.mkdir(parents=True)
        self.plan.mkdir()
        (folder / "bin").mkdir()
        self.wrap_git()
        self.begin()

    def wrap_git(self) -> None:
        """A git that traces, or hurts, the one command that is asked for."""
        wrapper = self.folder / "bin/git"
        wrapper.write_text(
            f"""#!/bin/sh
[ -e {self.plan}/at ] || exec {GIT} "$@"
value=
for word; do
  if [ "$value" ]; then value=; continue; fi
  case $word in -c) value=1 ;; -*) ;; *) break ;; esac
done
number=1
until mkdir "{self.plan}/$word.$number" 2>/dev/null; do number=$((number + 1)); done
read -r at <{self.plan}/at
case $at in all | "$word.$number") ;; *) exec {GIT} "$@" ;; esac
exec {STRACE} -y -o "{self.plan}/$word.$number/trace" $(cat {self.plan}/faults) {GIT} "$@"
"""
        )
        wrapper.chmod(0o755)

    # What the project is.

    def begin(self) -> None:
        for each in (self.root, self.home):
            each.mkdir()
        (self.home / ".gitconfig").write_text("[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n")
        self.git("init", "-q", "--template=")
        for name in ("a", "b", "c"):
            (self.root / f"{name}.txt").write_text("one\n")
        (self.root / "handoff.yml").write_text("commands:\n  hello: {run: [echo, hi]}\n")
        (self.root / ".env.example").write_text("STORY_NAME=\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "one")
        first = self.must(*GENERATE, "First").out.strip()
        (self.root / first).rename(self.root / TARGET)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "two")
        (self.root / TARGET).chmod(0o640)
        self.must("trust", "--yes")
        # What is trusted is outdated, the user has something staged, something changed, and something new.
        (self.root / "handoff.yml").write_text("# kept\ncommands:\n  hello: {run: [echo, hello]}\n")
        (self.root / "handoff.yml").chmod(0o640)
        (self.root / "b.txt").write_text("staged\n")
        self.git("add", "b.txt")
        (self.root / "c.txt").write_text("changed\n")
        (self.root / "note.md").write_text("pass" + "word: Sunn1" + "day!x9\n")
        self.stage.mkdir()
        for each in ("p", "home"):
            shutil.copytree(self.folder / each, self.stage / each, symlinks=True)
        self.before = {name: self.reset(name) for name in OPERATIONS}

    def reset(self, operation: str) -> State:
        """Puts everything back to its beginning."""
        for each in ("p", "home"):
            shutil.rmtree(self.folder / each, ignore_errors=True)
            shutil.copytree(self.stage / each, self.folder / each, symlinks=True)
        for each in self.plan.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        if operation == "first":
            shutil.rmtree(self.root / "handoffs")
        known = getattr(self, "before", {}).get(operation)
        return known or self.state()

    # Programs.

    def git(self, *words: str) -> str:
        done = subprocess.run([GIT, *words], cwd=self.root, env=self.environment | {"GIT_OPTIONAL_LOCKS": "0"}, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"git {words}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace")

    def run(self, words, before=(), timeout: float = 60) -> Done:
        done = subprocess.run(
            [*before, BINARY, *words], cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=timeout,
        )  # fmt: skip
        return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def must(self, *words: str) -> Done:
        done = self.run(words)
        if done.status != 0:
            raise RuntimeError(f"handoff {words}: {done.status} {done.err}")
        return done

    @property
    def pinned(self) -> list:
        # On one processor the work stays in one thread, so that its calls can be counted.
        return ["taskset", "-c", str(self.processor)]

    def tracing(self, *options: str) -> list:
        # Programs that the tool runs are let go: they are looked at apart.
        return [*self.pinned, STRACE, "-f", "-b", "execve", "-y", "-o", str(self.log), *options]

    # The calls of an undisturbed run.

    def calls(self, operation: str) -> list:
        """The calls of the tool itself that touch the project or the user's state, in a run that nothing disturbs."""
        own = (str(self.root), str(self.home))
        self.reset(operation)
        self.run(OPERATIONS[operation][0], self.tracing())
        whole = self.counted(self.log.read_text(errors="replace"), own)
        paths = sorted({path for call in whole for path in self.paths(call.text) if "handoff-" not in path.rsplit("/", 1)[-1]})
        filters = [word for path in paths for word in ("-P", path)]
        self.reset(operation)
        self.run(OPERATIONS[operation][0], self.tracing(*filters))
        known = self.counted(self.log.read_text(errors="replace"), own, by_path=True)
        self.filters = getattr(self, "filters", {}) | {operation: filters}
        # What touches only files whose names are made by chance is counted among all calls.
        rest = [call for call in whole if not any(path in paths for path in self.paths(call.text))]
        return known + rest

    def git_calls(self, operation: str) -> dict:
        """The calls of each git command that touch the project, in a run that nothing disturbs."""
        self.reset(operation)
        (self.plan / "at").write_text("all\n")
        (self.plan / "faults").write_text("\n")
        self.run(OPERATIONS[operation][0])
        found = {}
        for trace in sorted(self.plan.glob("*/trace")):
            found[trace.parent.name] = self.counted(trace.read_text(errors="replace"), (str(self.root),), process="")
        return found

    def paths(self, text: str) -> list:
        # The folder that a program works in says nothing of the call.
        rest = re.sub(r"AT_FDCWD<[^>]*>", "", text)
        found = [match[1] or match[2] for match in re.finditer(r'\d<(/[^>]*)>|"(/[^"]*)"', rest)]
        return [path.removesuffix("(deleted)") for path in found if path.startswith((str(self.root), str(self.home)))]

    def counted(self, trace: str, own: tuple, by_path: bool = False, process: str | None = None) -> list:
        counts, found = {}, []
        for line in trace.splitlines():
            match = re.match(r"(\d+ +)?(\w+)\((.*)", line)
            if not match:
                continue
            thread, name, rest = match[1] or "", match[2], match[3]
            number = counts[thread, name] = counts.get((thread, name), 0) + 1
            text = f"{name}({rest}"
            touches = bool(self.paths(text)) or (process is not None and name in WITH_PATH and re.search(r'(^|, )"[^/"]', rest))
            changes = name in CHANGING and (name != "openat" or "O_CREAT" in rest)
            if touches and (changes or name in READING):
                found.append(Call(name, number, changes, text, by_path))
        return found

    # One fault.

    def disturb(self, point: Point) -> Done:
        call = point.call
        fault = "signal=KILL" if point.kills else f"error={point.fault}"
        options = ["-e", f"trace={call.name}", "-e", f"inject={call.name}:{fault}:when={call.number}"]
        words = OPERATIONS[point.operation][0]
        if point.git is None:
            self.log.unlink(missing_ok=True)
            done = self.run(words, self.tracing(*(self.filters[point.operation] if call.by_path else []), *options))
            log = self.log
        else:
            (self.plan / "at").write_text(point.git + "\n")
            (self.plan / "faults").write_text(" ".join(options) + "\n")
            done = self.run(words, self.pinned)
            log = self.plan / point.git / "trace"
        trace = log.read_text(errors="replace") if log.exists() else ""
        if point.kills:
            done.hit = "killed by SIGKILL" in trace
        else:
            lines = [line for line in trace.splitlines() if "(INJECTED)" in line]
            # A fault that fell on something else, such as a library of the tool's, says nothing of files.
            done.hit = bool(lines) and all(self.paths(line) or point.git for line in lines)
        if point.kills:
            self.wait()
        for each in (self.plan / "at",):
            each.unlink(missing_ok=True)
        return done

    def wait(self) -> None:
        """Waits until no program works in the project any more."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if not any(self.works(each) for each in os.listdir("/proc") if each.isdigit()):
                return
            time.sleep(0.005)
        raise RuntimeError("something still runs in the project")

    def works(self, process: str) -> bool:
        try:
            return os.readlink(f"/proc/{process}/cwd").startswith(str(self.root))
        except OSError:
            return False

    # What is there.

    def state(self) -> State:
        def tree(folder: Path) -> dict:
            if not folder.is_dir():
                return {}
            return {each.name: (each.read_bytes(), stat.S_IMODE(each.stat().st_mode)) for each in folder.iterdir() if each.is_file()}

        index = self.root / ".git/index"
        kept = {}
        base = self.home / ".local/state/handoff"
        for each in base.rglob("*") if base.is_dir() else ():
            if each.is_file():
                kept[str(each.relative_to(base))] = (each.read_bytes(), stat.S_IMODE(each.stat().st_mode))
        return State(
            files=tree(self.root / "handoffs"), index=index.read_bytes() if index.exists() else None,
            entries=self.git("ls-files", "--stage"), head=self.git("rev-parse", "HEAD").strip(), others=tree(self.root), kept=kept,
        )  # fmt: skip

    def leftovers(self) -> list:
        """Files of the tool's own, and locks, wherever they are; what git keeps for its own collector is not counted."""
        found = []
        for base in (self.root, self.home):
            for folder, _, names in os.walk(base):
                found += [os.path.relpath(os.path.join(folder, name), self.folder) for name in names if OURS.match(name) or name.endswith(".lock")]
        return sorted(found)

    def complete(self, name: str) -> str | None:
        """What is wrong with a document; nil when it is whole and the tool reads it."""
        text = (self.root / "handoffs" / name).read_bytes().decode()
        if not text.endswith(END):
            return "does not end as a document does"
        block = re.search(r"```json\n(.*?)\n```", text[text.rindex("<!-- handoff:begin facts -->") :], re.S)
        if not block or json.loads(block[1]).get("schema") != "handoff.document/1":
            return "has no facts"
        done = self.run(["show", f"handoffs/{name}"])
        return None if done.status == 0 else f"cannot be shown: {done.err.strip()}"

    # What must hold.

    def violations(self, operation: str, done: Done, kill: str = "", spared: bool = False) -> list:
        """What does not hold after a run.

        kill: "" after an error, "handoff" where the tool was killed, "git" where a git command of it was.
        spared: whether git was kept from taking its own lock away, which nobody else may do for it.
        """
        before, now, found = self.before[operation], self.state(), []
        target = TARGET.split("/")[1]
        new = sorted(name for name in now.files if name not in before.files and not OURS.match(name))
        told = done.err + done.out

        def check(holds, words: str) -> None:
            if not holds:
                found.append(words)

        for name in new:
            wrong = self.complete(name)
            check(wrong is None, f"{name} {wrong}")
            check(now.files[name][1] == 0o644, f"{name} has the mode {now.files[name][1]:o}")
        # Documents that were there.
        for name, (content, mode) in before.files.items():
            there = now.files.get(name)
            check(there, f"{name} is gone")
            if there and there[0] != content:
                wrong = self.complete(name) if operation == "update" and name == target else "was changed"
                check(wrong is None, f"{name} {wrong}")
            check(not there or there[1] == mode, f"{name} has another mode: {there[1] if there else 0:o}")
        changed = target in before.files and now.files.get(target) != before.files[target]
        # The user's own files.
        for name, content in before.others.items():
            if (operation, name) != ("ignore", "handoff.yml"):
                check(now.others.get(name) == content, f"{name} was changed")
        extra = [name for name in now.others if name not in before.others and not OURS.match(name)]
        check(not extra, f"new in the project: {extra}")
        left = self.leftovers()
        if spared:
            left = [each for each in left if not re.search(r"/(next-index-\d+|HEAD|index|refs/.*)\.lock$", each)]
        if kill == "":
            check(not left, f"left behind: {left}")
            if operation == "first" and done.status != 0:
                check(not (self.root / "handoffs").exists(), "the new folder was left behind")
        if kill == "git":
            # Git leaves its own lock when it is killed, and so it does without us.
            check(not [each for each in left if OURS.match(each.rsplit("/", 1)[-1])], f"left behind: {left}")

        if operation in ("write", "first", "commit"):
            check(len(new) <= 1, f"more than one document: {new}")
            if kill != "handoff":
                check(done.status != 0 or len(new) == 1, "exit 0 without a document")
                if operation != "commit":
                    check(done.status == 0 or not new, "a document in spite of an error")
                check(done.status == 0 or not new or new[0] in told, "a document that is not told")
        if operation == "update" and kill != "handoff":
            check(done.status != 0 or changed, "exit 0 without the new bytes")
            check(done.status == 0 or not changed or "is written" in told, "new bytes in spite of an error")
        if operation not in ("update",):
            check(not changed, "another document was changed")
        self.check_git(operation, before, now, done, new, kill, check)
        self.check_kept(operation, before, now, done, kill, check)
        return found

    def check_git(self, operation: str, before: State, now: State, done: Done, new: list, kill: str, check) -> None:
        if now.head == before.head:
            if operation != "commit":
                check(now.index == before.index, "the index was written")
            if kill == "handoff" and new and operation == "commit":
                # Between staging and the commit only the file itself may have been added.
                extra = set(now.entries.splitlines()) - set(before.entries.splitlines())
                check(all(line.endswith(f"\thandoffs/{new[0]}") for line in extra), f"also staged: {extra}")
                check(set(before.entries.splitlines()) <= set(now.entries.splitlines()), "something was taken out of the index")
            else:
                check(now.entries == before.entries, "the index is not as it was")
            check(operation != "commit" or done.status != 0, "exit 0 without a commit")
            return
        check(operation == "commit", "a commit that nobody asked for")
        check(self.git("rev-parse", "HEAD^").strip() == before.head, "the commit does not follow the last one")
        check(len(new) == 1, "a commit without the document")
        if len(new) != 1:
            return
        path = f"handoffs/{new[0]}"
        check(self.git("diff", "--name-status", "HEAD^", "HEAD") == f"A\t{path}\n", "the commit holds something else")
        check(self.git("show", f"HEAD:{path}").encode() == now.files[new[0]][0], "the commit holds other bytes")
        staged = self.git("diff", "--cached", "--name-status")
        follows = staged == "M\tb.txt\n"
        check(follows or (done.status != 0 and "git reset" in done.err), f"the index does not follow the commit: {staged!r}")
        check(done.status == 0 or kill == "handoff" or "ommit" in done.err, "a commit that is not told")

    def check_kept(self, operation: str, before: State, now: State, done: Done, kill: str, check) -> None:
        killed = kill == "handoff"
        if operation == "ignore":
            old, there = before.others["handoff.yml"], now.others.get("handoff.yml", (b"", 0))
            entry = re.compile(r"^ *- \{.*reason: .*\}$", re.M)
            written = [each.strip() for each in entry.findall(there[0][len(old[0]) :].decode(errors="replace"))]
            told = [each.strip() for each in entry.findall(done.err)]
            # What git could not be asked because of the fault is one more that is reported, and so one more entry.
            whole = there[0].startswith(old[0]) and there[0].endswith(b"}\n") and (written == told if told else len(written) >= 2)
            check(there == old or (whole and there[1] == old[1]), "handoff.yml is neither the old one nor a new one")
            check(killed or done.status != 0 or whole or "added to" not in done.err, "exit 0 without the new handoff.yml")
            check(killed or done.status == 0 or not whole or "added to" in done.err or "is written" in done.err, "a new handoff.yml in spite of an error")
        for name, (content, mode) in before.kept.items():
            there = now.kept.get(name)
            if operation == "trust":
                check(there, "what was trusted is gone")
                whole = there and there[0].endswith(b"}\n") and b'"digest"' in there[0] and len(there[0]) == len(content)
                check(not there or there[0] == content or whole, "what is trusted is no whole entry")
                check(killed or done.status != 0 or (whole and there[0] != content), "exit 0 without trust")
            else:
                check(there == (content, mode), f"{name} of the state folder was changed")
        for name, (content, mode) in now.kept.items():
            if name in before.kept or OURS.match(name.rsplit("/", 1)[-1]):
                continue
            check(operation == "key" and name == "key", f"new in the state folder: {name}")
            check(re.fullmatch(rb"[0-9a-f]{64}\n", content) and mode == 0o600, "the key is not whole, or open to others")
        check(operation != "key" or killed or done.status != 0, "a secret was not found")

    def violations_after(self, operation: str, kill: str) -> list:
        """What a run after a kill leaves: it must succeed, and take away what the killed one left."""
        if kill == "git":
            # As git says, and as its message asks.
            for each in self.leftovers():
                if each.endswith(".lock"):
                    (self.folder / each).unlink()
        done = self.run(OPERATIONS[operation][1])
        found = []
        expected = {"key": (3,)}.get(operation, (0,))
        if done.status not in expected:
            found.append(f"the next run ends with {done.status}: {done.err.strip()[:200]}")
        left = self.leftovers()
        if left:
            found.append(f"the next run leaves {left}")
        if operation == "commit":
            staged = [line for line in self.git("diff", "--cached", "--name-status").splitlines() if not line.startswith("A\thandoffs/")]
            if staged != ["M\tb.txt"]:
                found.append(f"after the next run is staged: {staged}")
        return found
