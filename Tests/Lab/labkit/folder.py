"""The lab's folder: all that a lab is. Whoever has its path can ask it, stop it and remove it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path

from . import processes
from .errors import Failed

CHECKOUT = Path(__file__).resolve().parents[3]
PREFIX = "handoff-lab-"


def base() -> Path:
    """Where labs are put: short, since the path of a unix socket below it has at most 103 bytes."""
    folder = os.environ.get("TMPDIR", "")
    return Path(folder).resolve() if 0 < len(folder) <= 24 and os.path.isdir(folder) else Path("/tmp").resolve()


class Folder:
    """One lab. Each part has a folder in it, with its files, logs and pids, and `exports.json` once it is up."""

    def __init__(self, path: Path):
        self.path = Path(path)

    @classmethod
    def chosen(cls) -> "Folder":
        """HANDOFF_LAB_DIR, or this checkout's own folder, the same at each call."""
        named = os.environ.get("HANDOFF_LAB_DIR")
        if named:
            return cls(Path(os.path.abspath(named)))
        return cls(base() / f"{PREFIX}{os.getuid()}-{zlib.crc32(os.fsencode(CHECKOUT)):08x}")

    @classmethod
    def fresh(cls) -> "Folder":
        """A new one that no other lab has."""
        return cls(Path(tempfile.mkdtemp(prefix=PREFIX, dir=base())))

    @classmethod
    def abandoned(cls) -> list:
        """This user's labs whose `lab run` is no more."""
        found = []
        for path in sorted(base().glob(PREFIX + "*")):
            owner = path / "owner"
            try:
                mine = path.is_dir() and not path.is_symlink() and path.stat().st_uid == os.getuid() and owner.exists()
            except OSError:
                continue
            if mine and processes.recorded(owner) is None:
                found.append(cls(path))
        return found

    def create(self) -> None:
        """Makes the folder. Others may pass through it (the database server's user does), but not read it."""
        if len(os.fsencode(self.path)) > 60:
            raise Failed(f"{self.path} is too long for unix sockets below it; name a shorter one in HANDOFF_LAB_DIR")
        try:
            self.path.mkdir(mode=0o711, parents=True)
        except FileExistsError:
            self.check_ours()
        os.chmod(self.path, 0o711)

    def check_ours(self) -> None:
        """Failed unless the folder is a lab of this user's, or empty: what is in a lab is removed in the end."""
        try:
            real = self.path.is_dir() and not self.path.is_symlink() and self.path.stat().st_uid == os.getuid()
            if real and ((self.path / "lock").exists() or not any(self.path.iterdir())):
                return
        except FileNotFoundError:
            return  # removed just now
        raise Failed(f"{self.path} is there and is not a lab of this user's; name another in HANDOFF_LAB_DIR")

    @contextmanager
    def locked(self):
        """Creates the folder and keeps two commands from working in it at once."""
        while True:
            self.create()
            try:
                file = open(self.path / "lock", "a")
            except FileNotFoundError:
                continue  # removed just now
            with file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if self.is_current(file):
                    yield
                    return

    def is_current(self, file) -> bool:
        """Whether an open lock file is still the one in the folder."""
        try:
            return os.path.samestat(os.fstat(file.fileno()), os.stat(self.path / "lock"))
        except OSError:
            return False

    def part(self, name: str) -> Path:
        """The folder of one part."""
        return self.path / name

    def up(self) -> list:
        """The names of the parts that are up."""
        return sorted(file.parent.name for file in self.path.glob("*/exports.json"))

    def exports(self, name: str) -> dict:
        """What a part that is up exports."""
        return json.loads((self.part(name) / "exports.json").read_text())

    def write_exports(self, name: str, values: dict) -> None:
        """Says that a part is up, and where. Only the owner may read it: it holds the lab's passwords."""
        scratch = self.part(name) / "exports.json.new"
        with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({key: str(value) for key, value in values.items()}, file, indent=1)
        os.replace(scratch, self.part(name) / "exports.json")

    def starter(self, name: str) -> Path:
        """The pid file of the process that starts a part; it leads a process group of its own."""
        return self.path / f"{name}.starting"

    def skipped(self) -> dict:
        """Part → reason, of those that could not be started."""
        return {file.name[:-8]: file.read_text().strip() for file in sorted(self.path.glob("*.skipped"))}

    def write_skipped(self, name: str, reason: str | None) -> None:
        """Notes why a part is not there; None takes the note back."""
        file = self.path / f"{name}.skipped"
        if reason is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(" ".join(reason.split()) + "\n")

    def remove_if_empty(self) -> None:
        """Removes the folder once no part is left in it."""
        if self.path.is_dir() and not any(child.is_dir() for child in self.path.iterdir()):
            shutil.rmtree(self.path)
