"""Hostile repositories, for Tests/Safety/repositories.

A case is a function that is given a box, with a project and a home of its own, makes the project hostile, and gives back
its control: what does naively what the repository attacks, and tells whether that fell for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

# Another machine (RFC 5737); in the network of these tests it is an address of loopback.
ELSEWHERE = "192.0.2.1"
# What files outside of the project hold, and no document may.
MARKER = "OUTSIDE-THE-PROJECT-7"
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


class Box:
    """A project, a home, what is outside of both, and a canary that nothing may touch."""

    def __init__(self, base: Path, binary: str, packages: Path):
        self.base, self.binary, self.packages = base, binary, packages
        self.root, self.home, self.outside, self.canary = base / "project", base / "home", base / "outside", base / "canary"
        for folder in (self.root, self.home, self.outside):
            folder.mkdir()
        (self.outside / "secret.txt").write_text(f"{MARKER}\n")
        # What is run from, and how.
        self.at, self.commands, self.times, self.statuses, self.timeout = self.root, None, 1, None, 3
        # What of the project its user made, and git does not track: that may be run.
        self.own: list[Path] = []
        self.trace: Callable = lambda words: None
        self.listeners, self.received, self.threads, self.running = [], [], [], True
        self.elsewhere = self.listen(ELSEWHERE)
        self.environment = {
            "PATH": PATH, "HOME": str(self.home), "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
            # What the user's own session gives: an account that is asked on this machine, where nobody listens.
            "AWS_ACCESS_KEY_ID": "AKIA" + "Z" * 16, "AWS_SECRET_ACCESS_KEY": "z" * 40, "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip
        self.write(self.home / ".gitconfig", "[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n")
        self.write("README.md", "A project.\n")
        self.write("requirements.txt", "pytest\n")
        self.write(".env.example", "STORY_KEY=\nAWS_PROFILE=\n")
        self.git("init", "-q")
        self.commit()

    # Making

    def write(self, path, text: str, mode: int = 0o644) -> Path:
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def link(self, path, target) -> None:
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.exists():
            path.unlink()
        path.symlink_to(target)

    @property
    def fire(self) -> str:
        """What a shell runs to touch the canary."""
        return f"echo fired >> '{self.canary}'"

    def script(self, path, says: str = "") -> Path:
        """A program of the repository."""
        return self.write(path, f"#!/bin/sh\n{self.fire}\n{says}\n", 0o755)

    @property
    def python_fire(self) -> str:
        return f"open({str(self.canary)!r}, 'a').write('fired')\n"

    def git(self, *words, folder: Path | None = None, given: str | None = None) -> str:
        done = subprocess.run(["git", *words], cwd=folder or self.root, env=self.environment, input=given, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"git {words}: {done.stderr}")
        return done.stdout.strip()

    def commit(self) -> None:
        self.git("add", "--all", "--force")
        self.git("commit", "-q", "--allow-empty", "-m", "work")

    def configure(self, text: str) -> None:
        """Adds to the repository's own configuration of git."""
        with open(self.root / ".git/config", "a") as file:
            file.write(text)

    def dirty(self) -> None:
        """A file that git has to look into to see whether it changed."""
        self.write("README.md", "A project!\n")

    def handoff(self, *words, check: bool = True) -> str:
        done = subprocess.run([self.binary, *words], cwd=self.at, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if check and done.returncode not in (0, 1, 2):
            raise RuntimeError(f"handoff {words}: {done.returncode} {done.stderr}")
        return done.stdout

    def document(self, edit: Callable[[dict], None]) -> Path:
        """A handoff whose facts are edited by hand."""
        path = self.root / self.handoff("generate", "--timeout", "2").strip()
        text = path.read_text()
        found = re.search(r"(?s)(<!-- handoff:begin facts -->.*?```json\n)(.*?)(\n```)", text)
        facts = json.loads(found[2])
        edit(facts)
        path.write_text(text[: found.start(2)] + json.dumps(facts, indent=1) + text[found.end(2) :])
        return path

    def own_environment(self) -> Path:
        """A virtual environment of the project's user, which git does not track."""
        self.write(".gitignore", ".venv\n")
        self.own.append(self.root / ".venv")
        return self.environment_of_python()

    def environment_of_python(self, folder: str = ".venv") -> Path:
        """A virtual environment that works, with pytest."""
        path = self.root / folder
        subprocess.run(["python3", "-m", "venv", "--without-pip", path], env=self.environment, check=True)
        (next(path.glob("lib/python*/site-packages")) / "pytest.pth").write_text(f"{self.packages}\n")
        return path

    # Watching

    def listen(self, address: str, answer: bytes | None = None) -> int:
        """Listens there, notes who comes, and answers the same to each."""
        server = socket.socket()
        server.bind((address, 0))
        server.listen(16)
        server.settimeout(0.1)
        self.listeners.append(server)

        def serve() -> None:
            kept = []
            while self.running:
                try:
                    client, _ = server.accept()
                except OSError:
                    continue
                if address == ELSEWHERE:
                    self.received.append(address)
                kept.append(client)
                if answer is not None:
                    try:
                        client.settimeout(1)
                        client.recv(4096)
                        client.sendall(answer)
                    except OSError:
                        pass
            for client in kept:
                client.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.threads.append(thread)
        return server.getsockname()[1]

    def asked(self) -> bool:
        return bool(self.received)

    def forget(self) -> None:
        self.received.clear()

    def fired(self) -> bool:
        return self.canary.exists()

    def outside_state(self) -> dict:
        """What stands outside of the project, but for what the tool keeps for its user."""
        state = {}
        for top in (self.outside, self.home):
            for path in sorted(top.rglob("*")):
                name = str(path.relative_to(self.base))
                if name.startswith(("home/.local", "home/.cache")):
                    continue
                kind = path.lstat().st_mode
                state[name] = path.read_bytes() if stat.S_ISREG(kind) else kind
        return state

    # What runs beside the tool

    def meanwhile(self, do: Callable[[], None]) -> None:
        """Does something again and again while the tool runs."""
        self.swapping = True

        def loop() -> None:
            while self.swapping:
                do()

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        self.swapper = thread

    def stop(self) -> None:
        """Ends what runs beside the tool."""
        if getattr(self, "swapper", None) and not getattr(self, "keeps_swapping", False):
            self.swapping = False
            self.swapper.join()

    def close(self) -> None:
        self.swapping = False
        if getattr(self, "swapper", None):
            self.swapper.join()
        self.running = False
        for thread in self.threads:
            thread.join()
        for server in self.listeners:
            server.close()

    # Doing it naively

    def naive(self, command: str, timeout: float = 10, **variables) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["bash", "-c", command], cwd=self.at, env={**self.environment, **variables}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=timeout,
        )  # fmt: skip

    def runs(self, command: str, **variables) -> Callable[[], bool]:
        """The control of what is run."""

        def control() -> bool:
            self.naive(command, **variables)
            return self.fired()

        return control

    def runs_on_terminal(self, command: str) -> Callable[[], bool]:
        return self.runs(f"script -qec {json.dumps(command)} /dev/null")

    def reaches(self, command: str, **variables) -> Callable[[], bool]:
        """The control of what connects to another machine."""

        def control() -> bool:
            self.naive(command, **variables)
            until = time.monotonic() + 2
            while not self.asked() and time.monotonic() < until:
                time.sleep(0.01)
            return self.asked()

        return control

    def trespasses(self, *words: str) -> Callable[[], bool]:
        """The control of what the trace of system calls shows."""
        return lambda: bool([each for each in self.trace(list(words))[4] if "takes" not in each])

    def tells(self, command: str) -> Callable[[], bool]:
        """The control of what shows a file outside of the project."""
        return lambda: MARKER in self.naive(command).stdout

    def hangs(self, command: str) -> Callable[[], bool]:
        """The control of what never ends."""

        def control() -> bool:
            process = subprocess.Popen(
                ["bash", "-c", command], cwd=self.at, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            try:
                process.wait(1)
                return False
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return True

        return control

    def fails(self, command: str) -> Callable[[], bool]:
        """The control of what its reader fails at, or never ends with."""

        def control() -> bool:
            try:
                return self.naive(command, timeout=3).returncode not in (0, 127)
            except subprocess.TimeoutExpired:
                return True

        return control

    def python(self, text: str) -> str:
        return f"PYTHONPATH={self.packages} python3 -c {json.dumps(text)}"


@dataclass
class Case:
    name: str
    make: Callable[[Box], Callable[[], bool]]


CASES: list[Case] = []


def case(name: str):
    def register(make):
        CASES.append(Case(name, make))
        return make

    return register


def each(name: str, values):
    """A case for each of some values; `{}` in the name is its first word."""

    def register(make):
        for value in values:
            first = value[0] if isinstance(value, tuple) else value
            CASES.append(Case(name.format(first), lambda box, value=value: make(box, value)))
        return make

    return register


# What .git/config can run


GIT_SETTINGS = [
    # A name, what stands in the configuration, and what runs it naively. SCRIPT is a program of the repository.
    ("core.fsmonitor", "[core]\n\tfsmonitor = SCRIPT\n", "git status"),
    ("diff.external", "[diff]\n\texternal = SCRIPT\n", "git diff"),
    ("core.sshCommand", "[core]\n\tsshCommand = SCRIPT\n[remote \"origin\"]\n\turl = ssh://localhost/x\n", "git ls-remote origin"),
    ("credential.helper", "[credential]\n\thelper = \"!SCRIPT\"\n", "printf 'protocol=https\\nhost=localhost\\n\\n' | git credential fill"),
    ("core.askPass", "[core]\n\taskPass = SCRIPT\n", "printf 'protocol=https\\nhost=localhost\\n\\n' | git credential fill"),
    ("core.gitProxy", "[core]\n\tgitProxy = SCRIPT\n[remote \"origin\"]\n\turl = git://localhost/x\n", "git ls-remote origin"),
    ("core.editor", "[core]\n\teditor = SCRIPT\n[sequence]\n\teditor = SCRIPT\n", "git commit --allow-empty"),
    ("alias", "[alias]\n\tst = !SCRIPT\n\tstatus = !SCRIPT\n\trev-parse = !SCRIPT\n\tls-files = !SCRIPT\n", "git st"),
    ("protocol ext", "[protocol]\n\tallow = always\n[remote \"origin\"]\n\turl = ext::SCRIPT\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n", "git ls-remote origin"),
    ("url.insteadOf", "[protocol \"ext\"]\n\tallow = always\n[url \"ext::SCRIPT\"]\n\tinsteadOf = https://localhost/x\n[remote \"origin\"]\n\turl = https://localhost/x\n", "git ls-remote origin"),
    ("remote.uploadpack", "[remote \"origin\"]\n\turl = .\n\tuploadpack = SCRIPT\n", "git ls-remote origin"),
]  # fmt: skip


@each(".git/config: {}", GIT_SETTINGS)
def git_setting(box, value):
    _, text, naive = value
    box.configure(text.replace("SCRIPT", str(box.script("tools/run"))))
    box.commit()
    box.dirty()
    box.configure('[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n' if "remote" in text else "")
    return box.runs(naive)


@case(".git/config: core.pager")
def pager(box):
    script = box.script("tools/run")
    box.configure(f"[core]\n\tpager = {script}\n[pager]\n\tlog = {script}\n\tstatus = {script}\n\tdiff = {script}\n")
    return box.runs_on_terminal("git log")


@each(".git/config: filter.{} by .gitattributes", ["clean", "smudge", "process"])
def content_filter(box, kind):
    script = box.script("tools/run", "cat")
    box.write(".gitattributes", "* filter=evil\n")
    box.commit()
    box.configure(f'[filter "evil"]\n\t{kind} = {script}\n\trequired = true\n')
    box.dirty()
    return box.runs("rm README.md; git checkout -- README.md" if kind == "smudge" else "git status; git diff")


@case(".git/config: a further program of the user's own content filter")
def filter_extension(box):
    # As git-lfs does it: its own filter is the user's, and runs what lfs.extension.NAME.clean of the repository says.
    tool = box.home / "bin/git-lfs"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text("#!/bin/sh\n$(git config lfs.extension.e.clean)\ncat\n")
    tool.chmod(0o755)
    box.environment["PATH"] = f"{tool.parent}:{box.environment['PATH']}"
    with open(box.home / ".gitconfig", "a") as file:
        file.write('[filter "lfs"]\n\tclean = git-lfs clean\n\trequired = true\n')
    box.write(".gitattributes", "*.md filter=lfs\n")
    box.commit()
    box.configure(f'[lfs "extension.e"]\n\tclean = {box.script("tools/run")}\n')
    box.dirty()
    return box.runs("git status; git diff")


@each(".git/config: diff driver's {}", ["textconv", "command"])
def diff_driver(box, kind):
    box.write(".gitattributes", "* diff=evil\n")
    box.configure(f'[diff "evil"]\n\t{kind} = {box.script("tools/run")}\n')
    box.commit()
    box.dirty()
    return box.runs("git diff")


@each(".git/config: {} of a file in the work tree", ["include.path", "includeIf"])
def include(box, kind):
    box.write("settings", f"[core]\n\tfsmonitor = {box.script('tools/run')}\n")
    box.commit()
    box.configure("[include]\n\tpath = ../settings\n" if kind == "include.path" else '[includeIf "gitdir:**"]\n\tpath = ../settings\n')
    return box.runs("git status")


@case(".git/config.worktree: core.fsmonitor")
def worktree_configuration(box):
    box.configure("[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n")
    box.write(".git/config.worktree", f"[core]\n\tfsmonitor = {box.script('tools/run')}\n")
    return box.runs("git status")


@each("hooks: {}", ["hooks", "core.hooksPath"])
def hooks(box, kind):
    folder = ".git/hooks" if kind == "hooks" else "tools/hooks"
    for name in ["post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout", "pre-auto-gc"]:
        box.script(f"{folder}/{name}")
    if kind != "hooks":
        box.configure(f"[core]\n\thooksPath = {box.root}/tools/hooks\n")
    (box.root / "README.md").touch()
    return box.runs("touch README.md; git status; git update-ref refs/heads/x HEAD")


@case(".git/config: gpg.program, and commits that are signed")
def signature(box):
    raw = box.git("cat-file", "commit", "HEAD")
    headers, message = raw.split("\n\n", 1)
    signed = f"{headers}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n aaaa\n -----END PGP SIGNATURE-----\n\n{message}\n"
    box.git("update-ref", "HEAD", box.git("hash-object", "-t", "commit", "-w", "--stdin", given=signed))
    box.configure(f"[gpg]\n\tprogram = {box.script('tools/run')}\n[log]\n\tshowSignature = true\n")
    return box.runs("git log -1")


def submodule(box) -> Path:
    inner = box.base / "inner"
    inner.mkdir()
    box.git("init", "-q", folder=inner)
    (inner / "a").write_text("1\n")
    (inner / ".gitattributes").write_text("* filter=evil\n")
    box.git("add", ".", folder=inner)
    box.git("commit", "-q", "-m", "1", folder=inner)
    box.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "lib")
    box.commit()
    (box.root / "lib/a").write_text("2\n")
    return box.root / ".git/modules/lib/config"


@case("submodule: update = !command")
def submodule_update(box):
    submodule(box)
    (box.root / "lib/a").write_text("3\n")
    box.git("commit", "-qam", "2", folder=box.root / "lib")
    box.configure(f'[submodule "lib"]\n\tupdate = !{box.script("tools/run")}\n')
    return box.runs("git submodule update")


@each("submodule's own configuration: {}", ["fsmonitor", "filter"])
def submodule_configuration(box, kind):
    config = submodule(box)
    script = box.script("tools/run", "cat")
    with open(config, "a") as file:
        file.write(f"[core]\n\tfsmonitor = {script}\n" if kind == "fsmonitor" else f'[filter "evil"]\n\tclean = {script}\n')
    return box.runs("touch lib/a; git status; git diff")


@case(".git/config: core.worktree leads out of the project")
def core_worktree(box):
    (box.outside / MARKER).write_text("")
    box.configure(f"[core]\n\tworktree = {box.outside}\n")
    return box.tells("git status --porcelain")


@case("partial clone that fetches what it lacks by a command")
def promisor(box):
    script = box.script("tools/run")
    blob = box.git("rev-parse", "HEAD:README.md")
    (box.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    box.configure(
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n[protocol \"ext\"]\n\tallow = always\n"
        f'[remote "origin"]\n\turl = ext::{script}\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'
    )
    box.dirty()
    return box.runs("git diff; git log -p")


# Repositories that are not what they seem


def bare(box, folder: Path) -> None:
    """Makes a folder look like a bare repository."""
    (folder / "objects").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {folder}\n\tfsmonitor = {box.script('tools/run')}\n")
    (folder / "index").write_bytes((box.root / ".git/index").read_bytes())


@case("nested bare repository, and the shell in it")
def nested_bare(box):
    bare(box, box.root / "docs")
    box.at = box.root / "docs"
    return box.runs("git status")


@case("nested bare repository that is a project of its own")
def nested_bare_project(box):
    bare(box, box.root / "docs")
    box.write("docs/handoff.yml", "project: docs\n")
    box.at = box.root / "docs"
    return box.runs("git status")


@case("nested bare repository with the environment in it")
def nested_bare_environment(box):
    bare(box, box.root / "docs")
    box.write("docs/handoff.yml", "python: {environment: venv}\n")
    folder = box.environment_of_python("docs/venv")
    (folder / "bin/python").unlink()
    box.script("docs/venv/bin/python")
    box.commit()
    box.at = box.root / "docs"
    return box.runs("git status; venv/bin/python -V")


@case(".git is a file that points elsewhere")
def git_file(box):
    shutil.move(box.root / ".git", box.outside / "evil.git")
    with open(box.outside / "evil.git/config", "a") as file:
        file.write(f"[core]\n\tfsmonitor = {box.script('tools/run')}\n")
    box.write(".git", "gitdir: ../outside/evil.git\n")
    return box.runs("git status")


@case(".git is a link that points elsewhere")
def git_link(box):
    shutil.move(box.root / ".git", box.outside / "evil.git")
    with open(box.outside / "evil.git/config", "a") as file:
        file.write(f"[core]\n\tfsmonitor = {box.script('tools/run')}\n")
    box.link(".git", "../outside/evil.git")
    return box.runs("git status")


@each("pipe as {}", [".git/index", ".git/HEAD", ".git/config", ".git/info/exclude", ".git/packed-refs", ".git/info/attributes"])
def git_pipe(box, name):
    path = box.root / name
    if path.exists():
        path.unlink()
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    box.statuses, box.timeout = (0, 1, 2), 2
    return box.hangs(f"cat {name}")


@case("pipe as core.excludesFile, core.attributesFile, mailmap.file and commit.template")
def git_pipe_settings(box):
    os.mkfifo(box.root / "pipe")
    box.configure(f"[core]\n\texcludesFile = {box.root}/pipe\n\tattributesFile = {box.root}/pipe\n[mailmap]\n\tfile = {box.root}/pipe\n")
    return box.hangs("git status")


# Variables


@case(".env sets GIT_DIR, GIT_EXTERNAL_DIFF, GIT_SSH_COMMAND, GIT_CONFIG_*")
def git_dotenv(box):
    script = box.script("tools/run")
    box.write(".env", f"GIT_EXTERNAL_DIFF={script}\nGIT_SSH_COMMAND={script}\nGIT_PAGER={script}\nGIT_CONFIG_COUNT=1\nGIT_CONFIG_KEY_0=core.fsmonitor\nGIT_CONFIG_VALUE_0={script}\n")
    box.commit()
    box.dirty()
    return box.runs("set -a; . ./.env; git status; git diff")


@case("GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE of the session lead into another repository")
def git_environment(box):
    script = box.script("tools/run")
    evil = box.outside / "evil"
    evil.mkdir()
    box.git("init", "-q", folder=evil)
    with open(evil / ".git/config", "a") as file:
        file.write(f"[core]\n\tfsmonitor = {script}\n")
    box.environment |= {"GIT_DIR": f"{evil}/.git", "GIT_WORK_TREE": str(box.root), "GIT_INDEX_FILE": f"{evil}/.git/i"}
    return box.runs("git status")


@case("GIT_EXTERNAL_DIFF, GIT_SSH_COMMAND, GIT_PAGER, GIT_TRACE of the session")
def git_programs(box):
    script = box.script("tools/run")
    box.dirty()
    box.environment |= {"GIT_EXTERNAL_DIFF": str(script), "GIT_SSH_COMMAND": str(script), "GIT_PAGER": str(script), "GIT_EDITOR": str(script), "GIT_ASKPASS": str(script), "GIT_TRACE": str(box.canary)}
    return box.runs("git diff")


@case("GIT_CONFIG_* of the session: fsmonitor, diff.external, pager")
def git_counted(box):
    script = box.script("tools/run")
    box.dirty()
    names = ["core.fsmonitor", "diff.external", "core.pager", "core.hooksPath"]
    box.environment |= {"GIT_CONFIG_COUNT": str(len(names))}
    for index, name in enumerate(names):
        box.environment |= {f"GIT_CONFIG_KEY_{index}": name, f"GIT_CONFIG_VALUE_{index}": str(script)}
    return box.runs("git status; git diff")


@case(".env and .envrc lead the state folder, the key and the settings of the tool into the project")
def state_dotenv(box):
    box.script("tools/run", "echo 1")
    box.write("handoff.yml", "commands: {x: {run: [tools/run]}}\n")
    box.handoff("trust", "--yes")
    shutil.move(box.home / ".local/state", box.root / "state")
    text = f"XDG_STATE_HOME={box.root}/state\nHANDOFF_MASK_KEY={'0' * 32}\nHANDOFF_STATE={box.root}/state\nHANDOFF_TRUST=1\nHOME={box.root}\n"
    box.write(".env", text)
    box.write(".envrc", "".join(f"export {line}\n" for line in text.splitlines()))
    box.commit()
    return box.runs(f"set -a; . ./.env; export HOME={box.home}; mv state ../state; XDG_STATE_HOME={box.base}/state {box.binary} preflight; tools/run")


@case("the session's own state folder is in the project, with trust that was committed")
def state_committed(box):
    box.script("tools/run", "echo 1")
    box.write("handoff.yml", "commands: {x: {run: [tools/run]}}\n")
    box.handoff("trust", "--yes")
    shutil.move(box.home / ".local/state", box.root / "state")
    box.commit()
    elsewhere = {"XDG_STATE_HOME": str(box.base / "state")}
    box.environment |= {"XDG_STATE_HOME": str(box.root / "state")}
    # The same state, where it is not the project's, lets the command run.
    return box.runs(f"cp -a state ../state; {box.binary} preflight", **elsewhere)


@case("AWS_CONFIG_FILE in .env, with a credential_process")
def aws_configuration(box):
    script = box.script("tools/run")
    box.write("aws/config", f"[default]\ncredential_process = {script}\n[profile dev]\ncredential_process = {script}\n")
    box.write(".env", f"AWS_CONFIG_FILE={box.root}/aws/config\nAWS_SHARED_CREDENTIALS_FILE={box.root}/aws/config\nAWS_PROFILE=dev\n")
    box.write("handoff.yml", "aws: {profile: dev}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del box.environment[name]
    box.commit()
    return box.runs(". ./.env; $(sed -n 's/credential_process = //p' $AWS_CONFIG_FILE | head -1)")


# PATH


@each("PATH with {}, and programs of the project", [("a dot", "."), ("an empty entry", ""), ("a relative folder", "bin"), ("its own node_modules/.bin", None)])
def path(box, value):
    folder = {".": ".", "": ".", "bin": "bin", None: "node_modules/.bin"}[value[1]]
    for name in ["git", "aws", "docker", "docker-compose", "python", "python3", "psql", "sh", "pytest"]:
        box.script(f"{folder}/{name}")
    box.commit()
    first = str(box.root / folder) if value[1] is None else value[1]
    box.environment["PATH"] = f"{first}:{PATH}"
    return box.runs("git --version")


# Python


@case("committed virtual environment with a program for its interpreter")
def committed_python(box):
    folder = box.environment_of_python()
    for name in ("python", "python3"):
        (folder / "bin" / name).unlink(missing_ok=True)
        box.script(f".venv/bin/{name}")
    box.commit()
    return box.runs(".venv/bin/python -V")


@each("virtual environment of which only {} is committed", ["evil.pth", "pytest/__init__.py", "pyvenv.cfg"])
def committed_part(box, name):
    folder = box.environment_of_python()
    packages = next(folder.glob("lib/python*/site-packages"))
    box.write(".gitignore", ".venv\n")
    if name == "pyvenv.cfg":
        file = folder / name
        library = f"fake/lib/{packages.parent.name}"
        fire = f"import posix\nposix.close(posix.open({str(box.canary)!r}, posix.O_CREAT | posix.O_WRONLY))\n"
        for module in ["os.py", "encodings/__init__.py"]:
            box.write(f"{library}/{module}", fire)
        (box.root / library / "lib-dynload").mkdir()
        file.write_text(f"home = {box.root}/fake/bin\n")
    else:
        file = packages / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(("import os; " if file.suffix == ".pth" else "") + box.python_fire)
    box.git("add", "--force", str(file), ".gitignore")
    box.git("commit", "-qm", "work")
    return box.runs(".venv/bin/python -m pytest --version")


@case("virtual environment that is a committed link into the project")
def linked_inside(box):
    folder = box.environment_of_python("tools/env")
    (folder / "bin/python").unlink()
    box.script("tools/env/bin/python")
    box.link(".venv", "tools/env")
    box.commit()
    return box.runs(".venv/bin/python -V")


@case("virtual environment that is a committed link out of the project")
def linked_outside(box):
    evil = box.outside / "env"
    (evil / "bin").mkdir(parents=True)
    (evil / "pyvenv.cfg").write_text("home = /usr/bin\n")
    box.script(evil / "bin/python")
    box.link(".venv", "../outside/env")
    box.commit()
    return box.runs(".venv/bin/python -V")


@case("virtual environment behind a committed link out of the project")
def linked_on_the_way(box):
    evil = box.outside / "tools/env"
    (evil / "bin").mkdir(parents=True)
    (evil / "pyvenv.cfg").write_text("home = /usr/bin\n")
    box.script(evil / "bin/python")
    box.link("tools", "../outside/tools")
    box.write("handoff.yml", "python: {environment: tools/env}\n")
    box.commit()
    return box.runs("tools/env/bin/python -V")


@case("handoff.yml names an interpreter that is committed elsewhere in the project")
def named_environment(box):
    folder = box.environment_of_python("tools/env")
    (folder / "bin/python").unlink()
    box.script("tools/env/bin/python")
    box.write("handoff.yml", "python: {environment: ./docs/../tools/env}\n")
    (box.root / "docs").mkdir()
    box.commit()
    return box.runs("docs/../tools/env/bin/python -V")


@case("modules of the project named as those of the standard library and as pytest")
def shadowing(box):
    box.own_environment()
    for name in ["json.py", "pytest.py", "site.py", "sitecustomize.py", "usercustomize.py", "encodings/__init__.py", "importlib/metadata.py", "re.py", "pytest/__main__.py"]:
        box.write(name, box.python_fire)
    box.git("add", ".")
    box.git("commit", "-qm", "work")
    return box.runs(".venv/bin/python -m pytest --version")


@each("pytest is told by {} to load a module of the project", ["pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", "conftest.py"])
def pytest_configuration(box, name):
    box.own_environment()
    box.write("evil.py", box.python_fire)
    section = {"pytest.ini": "[pytest]", "tox.ini": "[pytest]", "setup.cfg": "[tool:pytest]", "pyproject.toml": "[tool.pytest.ini_options]"}.get(name)
    quote = '"' if name == "pyproject.toml" else ""
    box.write(name, box.python_fire if section is None else f"{section}\naddopts = {quote}-p evil{quote}\n")
    box.git("add", ".")
    box.git("commit", "-qm", "work")
    return box.runs(".venv/bin/python -m pytest --co")


@case("PYTHONPATH, PYTHONHOME, PYTHONSTARTUP and PYTEST_* in .env")
def python_dotenv(box):
    box.own_environment()
    box.write("lib/sitecustomize.py", box.python_fire)
    box.write(".env", f"PYTHONPATH={box.root}/lib\nPYTEST_ADDOPTS=-p sitecustomize\nPYTEST_PLUGINS=sitecustomize\n")
    return box.runs("set -a; . ./.env; .venv/bin/python -c 1")


@case("PYTHONPATH of the session leads to modules of the project, relative to its folder")
def python_path(box):
    box.own_environment()
    box.write("sitecustomize.py", box.python_fire)
    box.environment["PYTHONPATH"] = "."
    return box.runs(".venv/bin/python -c 1")


@case("PYTHONPATH of the session leads to committed modules of the project")
def python_path_of_modules(box):
    box.own_environment()
    box.write("lib/sitecustomize.py", box.python_fire)
    box.git("add", ".")
    box.git("commit", "-qm", "work")
    box.environment["PYTHONPATH"] = f"{box.root}/lib"
    return box.runs(".venv/bin/python -c 1")


@case("editable install of a project that has a committed pytest of its own")
def editable(box):
    packages = next(box.own_environment().glob("lib/python*/site-packages"))
    (packages / "__editable__.project.pth").write_text(f"{box.root}/src\n")
    box.write("src/pytest/__init__.py", "")
    box.write("src/pytest/__main__.py", box.python_fire)
    box.git("add", ".")
    box.git("commit", "-qm", "work")
    return box.runs(".venv/bin/python -m pytest --version")


@case("requirements that are read from outside of the project")
def requirements(box):
    box.own_environment()
    box.write("requirements.txt", "-r ../outside/secret.txt\n-c /etc/passwd\n--requirement=../outside/secret.txt\n")
    return box.tells("cat $(sed -n 's/^-r //p' requirements.txt)")


# Files that never end


CONFIGURATION = ["handoff.yml"]
READ = [
    ".env", ".env.local", ".env.example", "docker-compose.yml", "Dockerfile", ".dockerignore", "requirements.txt",
    "pyproject.toml", "setup.cfg", "Pipfile", ".python-version", "package.json", ".venv/pyvenv.cfg",
    "handoffs/SESSION-HANDOFF-2199-01-01-X.md", "migrations/0001_a.sql", ".gitignore", ".gitattributes", ".mailmap",
]  # fmt: skip
TEMPLATE = ["templates/session-handoff.md"]
ENDLESS = [
    (f"{kind} as {what}", kind, names)
    for kind in ("pipe", "link to /dev/zero", "sparse file of 1 TiB", "socket")
    for what, names in (("handoff.yml", CONFIGURATION), ("what else is read", READ), ("template", TEMPLATE))
    if kind != "socket" or names is READ
]


@each("{}", ENDLESS)
def endless(box, value):
    _, kind, names = value
    for name in names:
        path = box.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "socket":
            server = socket.socket(socket.AF_UNIX)
            # The path of a socket is short.
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            server.bind(f"/proc/self/fd/{folder}/{path.name}")
            server.listen(1)
            box.listeners.append(server)
            os.close(folder)
        elif kind.startswith("link"):
            path.symlink_to("/dev/zero")
        else:
            with open(path, "wb") as file:
                try:
                    file.truncate(1 << 40)
                except OSError:
                    file.truncate(1 << 34)
    if kind == "socket":
        # Whoever connects there waits.
        connect = "import socket; s = socket.socket(socket.AF_UNIX); s.connect('.env'); s.recv(1)"
        return box.hangs(box.python(connect))
    return box.hangs(f"cat {names[0]}")


@each("links as {}", [("handoff.yml",), (".env", ".env.local", ".env.example"), ("docker-compose.yml", "requirements.txt")])
def linked(box, names):
    (box.outside / "secret.yml").write_text(f"project: {MARKER}\nservices: {{{MARKER}: {{image: {MARKER}}}}}\n")
    (box.outside / "secret.env").write_text(f"A={MARKER}\nDATABASE_URL=postgres://{MARKER}@{ELSEWHERE}:{box.elsewhere}/x\n")
    for name in names:
        box.link(name, f"../outside/secret.{'env' if name.startswith('.env') else 'yml'}")
    box.commit()
    return box.tells(f"cat {names[0]}")


# YAML


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))


@each("aliases that mean a billion in {}", ["handoff.yml", "docker-compose.yml"])
def laughs(box, name):
    box.write(name, LAUGHS if name == "handoff.yml" else LAUGHS + "services: {a: {image: x}}\n")
    read = f"import yaml, json; json.dumps(yaml.safe_load(open('{name}')))"
    return box.hangs(box.python(read))


@each("nesting of a hundred thousand in {}", ["handoff.yml", "docker-compose.yml"])
def nesting(box, name):
    box.write(name, "a: " + "[" * 100_000 + "]" * 100_000 + "\n")
    return box.fails(box.python(f"import yaml; yaml.safe_load(open('{name}'))"))


# Other machines


URLS = [
    ("its host", "postgres://u:p@HOST:PORT/d"),
    ("the second of its hosts", "postgres://u@127.0.0.1:9,HOST:PORT/d"),
    ("host as an option", "postgres://u@localhost/d?host=HOST&port=PORT"),
    ("hostaddr", "postgres://u@localhost/d?hostaddr=HOST&port=PORT"),
    ("its host, escaped", "postgres://u@%31%39%32.0.2.1:PORT/d"),
    ("its host behind an @", "postgres://u:p@localhost:5432@HOST:PORT/d"),
]


@case("handoff.yml names a service of the user's that leads elsewhere")
def named_service(box):
    (box.home / ".pg_service.conf").write_text(f"[prod]\nhost={ELSEWHERE}\nport={box.elsewhere}\nuser=u\ndbname=d\n")
    box.write("handoff.yml", "postgres: {service: prod}\n")
    box.commit()
    return box.reaches("PGCONNECT_TIMEOUT=2 timeout 3 psql service=prod -c 'select 1'")


@each("DATABASE_URL in .env leads elsewhere by {}", URLS)
def database(box, value):
    url = value[1].replace("HOST", ELSEWHERE).replace("PORT", str(box.elsewhere))
    box.write(".env", f"DATABASE_URL={url}\n")
    box.commit()
    naive = url.replace("localhost:5432@", "") if "behind" in value[0] else url
    return box.reaches(f"PGCONNECT_TIMEOUT=2 timeout 3 psql '{naive}' -c 'select 1'")


@case("PG* and DB_* in .env lead elsewhere")
def database_variables(box):
    box.write(".env", f"PGHOST={ELSEWHERE}\nPGHOSTADDR={ELSEWHERE}\nPGPORT={box.elsewhere}\nDB_HOST={ELSEWHERE}\nDB_PORT={box.elsewhere}\nDB_NAME=d\nPGUSER=u\nPGDATABASE=d\n")
    box.commit()
    return box.reaches("set -a; . ./.env; PGCONNECT_TIMEOUT=2 timeout 3 psql -c 'select 1'")


@case("PGSERVICEFILE and PGPASSFILE in .env, and a service of the repository")
def service(box):
    box.write("service.conf", f"[x]\nhost={ELSEWHERE}\nport={box.elsewhere}\nuser=u\ndbname=d\n")
    box.write(".pgpass", "*:*:*:*:pw\n", 0o600)
    box.write(".env", f"PGSERVICEFILE={box.root}/service.conf\nPGSERVICE=x\nPGPASSFILE={box.root}/.pgpass\nDATABASE_URL=postgres:///?service=x\n")
    box.commit()
    return box.reaches("set -a; . ./.env; PGCONNECT_TIMEOUT=2 timeout 3 psql -c 'select 1'")


@case("handoff.yml names databases elsewhere")
def configured_database(box):
    box.write("handoff.yml", f"postgres:\n  - {{host: {ELSEWHERE}, port: {box.elsewhere}, database: d, user: u}}\n  - {{name: b, host: '127.0.0.1,{ELSEWHERE}', port: {box.elsewhere}, database: d}}\n")
    box.commit()
    return box.reaches(f"PGCONNECT_TIMEOUT=2 timeout 3 psql -h {ELSEWHERE} -p {box.elsewhere} -U u d -c 'select 1'")


@case("a database whose name would have to be asked of a name server")
def resolving(box):
    box.write(".env", "DATABASE_URL=postgres://u@db.evil.example/d\n")
    box.write("handoff.yml", "checks: {a: {tcp: 'cache.evil.example:6379'}, b: {http: 'https://api.evil.example/'}}\n")
    box.commit()
    naive = "import socket\ntry: socket.getaddrinfo('db.evil.example', 5432)\nexcept OSError: pass"
    return box.trespasses("python3", "-c", naive)


@case("a database on this machine whose certificate is to be read from a pipe")
def certificate(box):
    port = box.listen("127.0.0.1", b"S")
    os.mkfifo(box.root / "pipe")
    box.write(".env", f"DATABASE_URL=postgres://u@127.0.0.1:{port}/d?sslmode=verify-full&sslrootcert={box.root}/pipe&sslcert={box.root}/pipe&passfile={box.root}/pipe\n")
    return box.hangs(f"psql \"$(sed s/DATABASE_URL=// .env)\" -c 'select 1'")


@case("AWS_ENDPOINT_URL in .env, and proxies")
def endpoint(box):
    there = f"http://{ELSEWHERE}:{box.elsewhere}"
    box.write(".env", "".join(f"{name}={there}\n" for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "AWS_CONTAINER_CREDENTIALS_FULL_URI"]))
    box.write("handoff.yml", "checks: {a: {http: 'http://127.0.0.1:9/'}}\n")
    box.commit()
    return box.reaches("set -a; . ./.env; curl -m 2 http://127.0.0.1:9/")


@each("handoff.yml names {} for a region, which becomes a part of the endpoint's name", ["evil.example/x#", "x@192.0.2.1:PORT/", "x:1@192.0.2.1:PORT?"])
def region(box, name):
    name = name.replace("PORT", str(box.elsewhere))
    box.write("handoff.yml", f'aws: {{region: "{name}"}}\n')
    box.commit()
    del box.environment["AWS_ENDPOINT_URL"], box.environment["AWS_REGION"]
    # All that asks a name is given to a proxy of the user's, on this machine, so that the name can be seen.
    seen: list[bytes] = []
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(16)
    server.settimeout(0.1)
    box.listeners.append(server)

    def serve() -> None:
        while box.running:
            try:
                client, _ = server.accept()
            except OSError:
                continue
            try:
                client.settimeout(1)
                line = client.recv(4096).split(b"\r\n")[0]
            except OSError:
                line = b""
            seen.append(line)
            if not re.match(rb"CONNECT [a-z0-9.-]+\.amazonaws\.com(\.cn)?:443 ", line):
                box.received.append(line)
            client.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    box.threads.append(thread)
    proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
    box.environment |= {"HTTPS_PROXY": proxy, "https_proxy": proxy}
    return box.reaches(f"curl -m 2 -s 'https://sts.{name}.amazonaws.com/'")


@case("DOCKER_HOST, DOCKER_CONFIG and DOCKER_CONTEXT in .env, and a context and plugins of the repository")
def docker(box):
    there = f"tcp://{ELSEWHERE}:{box.elsewhere}"
    identity = hashlib.sha256(b"evil").hexdigest()
    box.write(f".docker/contexts/meta/{identity}/meta.json", json.dumps({"Name": "evil", "Endpoints": {"docker": {"Host": there}}}))
    box.write(".docker/config.json", json.dumps({"currentContext": "evil", "credsStore": "evil", "cliPluginsExtraDirs": [str(box.root / "plugins")]}))
    for name in ["plugins/docker-compose", ".docker/cli-plugins/docker-compose", "docker-credential-evil"]:
        box.script(name)
    box.write(".env", f"DOCKER_HOST={there}\nDOCKER_CONFIG={box.root}/.docker\nDOCKER_CONTEXT=evil\nCOMPOSE_FILE=/etc/passwd\n")
    box.write("docker-compose.yml", "services: {a: {image: busybox}}\n")
    box.commit()
    return box.reaches(". ./.env; curl -m 2 ${DOCKER_HOST/tcp/http}/version")


@each("check of handoff.yml leads elsewhere by {}", ["tcp", "http", "http://127.0.0.1 as its user"])
def check(box, kind):
    there = f"{ELSEWHERE}:{box.elsewhere}"
    text = {"tcp": f"{{tcp: '{there}'}}", "http": f"{{http: 'http://{there}/'}}"}.get(kind, f"{{http: 'http://127.0.0.1@{there}/'}}")
    box.write("handoff.yml", f"checks: {{a: {text}}}\n")
    box.commit()
    return box.reaches(f"curl -m 2 http://127.0.0.1@{there}/")


@case("check of this machine whose answer leads elsewhere")
def redirect(box):
    answer = f"HTTP/1.1 302 Found\r\nLocation: http://{ELSEWHERE}:{box.elsewhere}/\r\nContent-Length: 0\r\n\r\n".encode()
    port = box.listen("127.0.0.1", answer)
    box.write("handoff.yml", f"checks: {{a: {{http: 'http://127.0.0.1:{port}/'}}}}\n")
    return box.reaches(f"curl -m 2 -L http://127.0.0.1:{port}/")


@case("handoff.yml asks for more time than there is, and this machine does not answer")
def patience(box):
    port = box.listen("127.0.0.1")
    box.write("handoff.yml", f"deadline: 3600\nchecks: {{a: {{http: 'http://127.0.0.1:{port}/'}}}}\n")
    box.timeout = None
    box.commands = [["preflight"]]
    return box.hangs(f"curl http://127.0.0.1:{port}/")


# Out of the project


@case("a handoff that is a committed link to a document out of the project")
def handoff_link(box):
    other = box.outside / "other"
    other.mkdir()
    (other / "notes.md").write_text(f"## Next steps\n- [ ] {MARKER}\n")
    name = box.handoff("generate", "--project", str(other), "--notes", str(other / "notes.md"), "--timeout", "2").strip()
    box.link("handoffs/SESSION-HANDOFF-2199-01-01-X.md", f"../../outside/other/{name}")
    box.commit()
    return box.tells("cat handoffs/*.md")


TEMPLATES = [
    ("a partial in a folder above", "{{> ../../outside/secret}}"),
    ("a partial by its absolute path", "{{> ABSOLUTE/secret}}"),
    ("a partial that is a link", "{{> linked}}"),
]


@each("template with {}", TEMPLATES)
def template(box, value):
    (box.outside / "secret.md").write_text(f"{MARKER}\n")
    text = value[1].replace("ABSOLUTE", str(box.outside))
    box.write("templates/session-handoff.md", f"# {{{{title}}}}\n\n{text}\n")
    box.link("templates/linked.md", "../../outside/secret.md")
    return box.tells("cat templates/linked.md")


@each("template that {}", ["is a link", "stands in a folder that is a link", "is named with .. in handoff.yml"])
def template_out(box, kind):
    (box.outside / "session-handoff.md").write_text(f"{MARKER}\n")
    if kind == "is a link":
        box.link("templates/session-handoff.md", "../../outside/session-handoff.md")
    elif kind.startswith("stands"):
        box.link("templates", "../outside")
    else:
        (box.root / "templates").mkdir()
        box.write("handoff.yml", "template: ../../outside/session-handoff\n")
    return box.tells("cat templates/session-handoff.md templates/../../outside/session-handoff.md")


HANDOFFS = [
    ("..", "../outside/handoffs"), ("an absolute path", "/tmp/handoff-elsewhere"), ("a link", None), ("a link on the way", "a/b/c"),
    ("the folder of hooks", ".git/hooks"), ("the folder of hooks, in capitals", ".GIT/hooks"),
]  # fmt: skip


@each("handoffs that leave the project by {}", HANDOFFS)
def handoffs(box, value):
    (box.outside / "handoffs").mkdir()
    kind, folder = value
    if folder is None:
        box.link("handoffs", "../outside/handoffs")
        target = box.root / "handoffs"
    elif kind == "a link on the way":
        box.link("a", "../outside/handoffs")
        target = box.root / "a"
    elif kind == "an absolute path":
        target = Path(str(box.outside / "handoffs"))
        folder = str(target)
    else:
        target = box.root / folder
    if folder is not None:
        box.write("handoff.yml", f"handoffs: {folder}\n")

    def control() -> bool:
        before = set(box.root.glob(".git/hooks/*")), box.outside_state()
        box.naive(f"mkdir -p '{target}' && echo x > '{target}/SESSION.md'")
        return (set(box.root.glob(".git/hooks/*")), box.outside_state()) != before or (box.root / ".GIT").exists()

    return control


@each("handoffs that leave the project behind {}", [("a slash with a mark", "../\u0301handoffs"), ("a slash with a mark in git's own folder", ".git/\u0301handoffs")])
def handoffs_marked(box, value):
    target = box.root / value[1]
    box.write("handoff.yml", f'handoffs: "{value[1]}"\n')

    def control() -> bool:
        if target.exists():
            raise RuntimeError(f"the tool made {value[1]!r}")
        box.naive(f"mkdir -p '{target}' && echo x > '{target}/SESSION.md'")
        return target.exists()

    return control


@case("handoff that is a link out of the project, and is to be updated")
def handoff_link(box):
    path = box.document(lambda facts: None)
    shutil.move(path, box.outside / path.name)
    path.symlink_to(f"../../outside/{path.name}")
    (box.root / "handoffs/SESSION-HANDOFF-2199-01-01-X.md").symlink_to("../../outside/secret.txt")
    box.commands = [["generate", "--update", f"handoffs/{path.name}"], ["generate"], ["verify"], ["list"], ["show"], ["diff", "latest"]]

    def control() -> bool:
        before = box.outside_state()
        box.naive(f"echo x >> handoffs/{path.name}")
        return box.outside_state() != before

    return control


COMPOSE = [
    ("extends", "services: {a: {extends: {file: ../outside/other.yml, service: x}}}\n"),
    ("include", "include: [../outside/other.yml]\nservices: {a: {image: busybox}}\n"),
    ("env_file", "services: {a: {image: postgres, env_file: ../outside/other.env, ports: ['5432:5432']}}\n"),
    ("a build context", "services: {a: {build: {context: ../outside, dockerfile: secret.txt}}}\n"),
    ("configs and secrets", "services: {a: {image: busybox}}\nsecrets: {s: {file: ../outside/secret.txt}}\nconfigs: {c: {file: ../outside/secret.txt}}\n"),
]


@each("compose file that leaves the project by {}", COMPOSE)
def compose(box, value):
    (box.outside / "other.yml").write_text(f"services: {{x: {{image: '{MARKER}', container_name: '{MARKER}', ports: ['{ELSEWHERE}:1:1']}}}}\n")
    (box.outside / "other.env").write_text(f"POSTGRES_USER={MARKER}\nPOSTGRES_DB={MARKER}\nPOSTGRES_PASSWORD={MARKER}\n")
    box.write("docker-compose.yml", value[1])
    box.commit()
    return box.tells("cat $(grep -o '\\.\\./outside/[a-z.]*' docker-compose.yml | head -1) ../outside/secret.txt")


# Documents


def fact(name: str, value, kind: str = "state", source: str = "configuration: x") -> dict:
    return {"class": kind, "id": name, "source": source, "value": value}


def observation(probe: str, *facts: dict) -> dict:
    return {"facts": list(facts), "findings": [], "probe": probe}


def replaced(facts: dict, *new: dict) -> None:
    names = {each["probe"] for each in new}
    facts["observations"] = [each for each in facts["observations"] if each["probe"] not in names] + list(new)


@case("document whose facts lead to a database, an engine and checks elsewhere")
def document_elsewhere(box):
    box.document(
        lambda facts: replaced(
            facts,
            observation("postgres", fact("postgres.host", ELSEWHERE, "identity"), fact("postgres.port", box.elsewhere, "identity"), fact("postgres.database", "d", "identity"), fact("postgres.user", "u", "identity")),
            observation("docker", fact("docker.endpoint", f"tcp://{ELSEWHERE}:{box.elsewhere}"), fact("docker.engine", "20"), fact("docker.containers", ["a"], "set")),
            observation("check[a]", fact("check[a]", "passed", source=f"configuration: tcp {ELSEWHERE}:{box.elsewhere}")),
            observation("aws", fact("aws.account", "1", "identity"), fact("aws.region", f"x@{ELSEWHERE}:{box.elsewhere}/", "identity"), fact("aws.profile", f"$(touch {box.canary})")),
        )
    )
    return box.reaches(f"curl -m 2 http://{ELSEWHERE}:{box.elsewhere}/")


@each("document whose facts name {} to be run", ["an interpreter elsewhere", "an interpreter of the project", "a module", "a command"])
def document_runs(box, kind):
    script = box.script("env/bin/python") if "project" in kind else box.script(box.outside / "env/bin/python")
    shutil.copy(script, script.parent / "python3")
    (script.parent.parent / "pyvenv.cfg").write_text("home = /usr/bin\n")
    box.write("evil.py", box.python_fire)
    box.commit()
    place = {"an interpreter elsewhere": "../outside/env", "an interpreter of the project": "env"}.get(kind, ".venv")
    if place == ".venv":
        folder = box.own_environment()
        (next(folder.glob("lib/python*/site-packages")) / "path.pth").write_text(f"{box.root}\n")
    box.document(
        lambda facts: replaced(
            facts,
            observation("python", fact("python.environment", place, "identity"), fact("python.tool[evil]", "1"), fact("python.tool[pytest; tools/run]", "1"), fact("python.base", "../outside")),
            observation("command[x]", fact("command[x]", f"$(touch {box.canary})", source=f"configuration: {script}")),
        )
    )
    return box.runs(f"{script}; .venv/bin/python -m evil")


@case("document whose commits and branches are options of git")
def document_options(box):
    box.document(
        lambda facts: replaced(
            facts,
            observation("git", fact("git.head", f"--output={box.canary}", "progress"), fact("git.branch", f"--output={box.canary}"), fact("git.upstream", "--upload-pack=tools/run"), fact("git.operation", None)),
        )
    )
    return box.runs(f"git log -p --output={box.canary}")


@case("document that brings advice and commands of its own")
def document_advice(box):
    def edit(facts):
        for each in facts["observations"]:
            each["findings"] = [
                {"id": "aws.no-credentials", "severity": "failure", "facts": ["aws.account"], "message": MARKER, "remedies": [{"command": {"bash": MARKER, "powershell": MARKER}, "description": MARKER, "destructive": False}]}
            ]
            each["setup"] = each["verification"] = [{"command": {"bash": MARKER}, "description": MARKER}]
            each["summary"] = MARKER

    path = box.document(edit)
    box.commands = [["verify"], ["verify", "--format", "json"], ["verify", "--format", "markdown"], ["diff", "latest"]]
    return box.tells(f"cat '{path}'")


@case("document nested a hundred thousand deep")
def document_deep(box):
    path = box.document(lambda facts: None)
    text = path.read_text()
    path.write_text(re.sub(r"(?s)(begin facts -->.*?```json\n).*?(\n```)", lambda found: found[1] + "[" * 100_000 + "]" * 100_000 + found[2], text, count=1))
    return box.fails(box.python(f"import json; json.loads('[' * 100000)"))


# Trust


@each("handoff.yml trusts itself by {}", ["trust: true", "trusted: [x]", "commands: {x: {run: [tools/run], trusted: true}}", "state: state", "commands: {x: {run: [tools/run], shell: true}}"])
def self_trust(box, text):
    box.script("tools/run", "echo 1")
    box.write("handoff.yml", text + "\n" + ("" if "commands" in text else "commands: {x: {run: [tools/run]}}\n"))
    box.commit()
    return box.runs("tools/run")


@case("commands that are declared and were never trusted")
def untrusted(box):
    box.script("tools/run", "echo 1")
    box.write("handoff.yml", "commands: {x: {run: [tools/run]}, y: {run: [sh, -c, 'tools/run']}, z: {run: [/bin/sh, tools/run]}}\n")
    box.commands = [["preflight"], ["preflight", "--only", "command[x]"], ["generate"], ["verify"], ["trust"], ["diff", "latest"]]
    return box.runs("tools/run")


@each("project that was trusted, and of which {}", ["one byte of handoff.yml changed", "one byte of its script changed", "the script became a link", "the copy stands elsewhere"])
def trust_ends(box, kind):
    box.script("tools/run", "echo 1")
    box.write("handoff.yml", "commands: {x: {run: [sh, tools/run]}}\n")
    box.handoff("trust", "--yes")
    allowed = box.fired() or (box.handoff("preflight"), box.fired())[1]
    box.canary.unlink(missing_ok=True)
    if kind.startswith("one byte of handoff.yml"):
        box.write("handoff.yml", "commands: {x: {run: [sh, tools/run]}}\n ")
    elif kind.startswith("one byte of its"):
        with open(box.root / "tools/run", "a") as file:
            file.write("\n")
    elif kind.startswith("the script"):
        (box.root / "tools/run").rename(box.root / "tools/other")
        box.link("tools/run", "other")
    else:
        shutil.copytree(box.root, box.base / "copy", symlinks=True)
        box.at = box.root = box.base / "copy"
    # As it was trusted, it was run.
    return lambda: allowed


@each("project that was trusted, and whose {} is swapped all the time", ["script", "handoff.yml"])
def swapped(box, kind):
    good = "#!/bin/sh\necho 1\n"
    box.write("tools/run", good, 0o755)
    box.script("tools/evil", "echo 1")
    evil = (box.root / "tools/evil").read_text()
    configuration = "commands: {x: {run: [NAME]}, y: {run: [sh, NAME]}}\n"
    box.write("handoff.yml", configuration.replace("NAME", "tools/run"))
    box.handoff("trust", "--yes")
    path = box.root / ("tools/run" if kind == "script" else "handoff.yml")
    texts = (good, evil) if kind == "script" else (configuration.replace("NAME", "tools/run"), configuration.replace("NAME", "tools/evil"))
    mode = 0o755 if kind == "script" else 0o644

    def swap() -> None:
        for index in (1, 0):
            # By turns in place and by a file that takes its name.
            box.turn = getattr(box, "turn", 0) + 1
            if box.turn % 4 < 2:
                other = path.with_name("swap")
                other.write_text(texts[index])
                other.chmod(mode)
                other.rename(path)
            else:
                path.write_text(texts[index])
            time.sleep(0.0005 * (box.turn % 7))

    box.meanwhile(swap)
    box.keeps_swapping = True
    box.commands, box.times = [["preflight", "--only", "command"]], 20
    digest = hashlib.sha256(texts[0].encode()).hexdigest()
    run = "sh tools/run" if kind == "script" else "$(sed 's/.*y: {run: \\[sh, \\(.*\\)\\]}}/sh \\1/' handoff.yml)"
    naive = f"for i in $(seq 400); do [ \"$(sha256sum < {path} | cut -c1-64)\" = {digest} ] && {run}; [ -e '{box.canary}' ] && break; done; true"

    def control() -> bool:
        box.naive(naive, timeout=60)
        return box.fired()

    return control


TRUSTED_NAMES = [
    # Of two names that look the same, either could be the one that is not looked at.
    ("a script whose name's twin differs in its bytes alone", "sh, -c, 'for f in tools/*; do sh $f; done'", "tools/\u00e9.sh"),
    ("a script whose name is the twin", "sh, -c, 'for f in tools/*; do sh $f; done'", "tools/e\u0301.sh"),
    ("a script behind a slash with a mark", 'sh, "d/\\u0301/../../run.sh"', "run.sh"),
    ("a script behind a space with a mark", 'sh, -c, "true /x; sh \\u0301/../run.sh"', "run.sh"),
]


@each("project that was trusted, and in which {} changed", TRUSTED_NAMES)
def trusted_names(box, value):
    _, words, changed = value
    for name in ("tools/\u00e9.sh", "tools/e\u0301.sh", "run.sh"):
        box.script(name, "echo 1")
    for folder in ("\u0301", "d/\u0301"):
        (box.root / folder).mkdir(parents=True)
    box.write("handoff.yml", f"commands: {{x: {{run: [{words}]}}}}\n")
    box.handoff("trust", "--yes")
    allowed = (box.handoff("preflight"), box.fired())[1]
    with open(box.root / changed, "a") as file:
        file.write("\n")
    # As it was trusted, it was run.
    return lambda: allowed


# Files that ask to be run


@case("files that other programs run: .envrc, Makefile, package.json, .vscode, setup.py")
def others(box):
    script = box.script("tools/run")
    box.write(".envrc", f"{script}\n")
    box.write("Makefile", f"all:\n\t{script}\n")
    box.write("package.json", json.dumps({"scripts": {"preinstall": str(script), "test": str(script)}}))
    box.write(".vscode/tasks.json", json.dumps({"tasks": [{"command": str(script), "runOptions": {"runOn": "folderOpen"}}]}))
    box.write("setup.py", box.python_fire)
    box.write(".env", f"A=$({script})\nB=`{script}`\nC=${{D:-$({script})}}\n")
    return box.runs(". ./.envrc")
