"""What is fetched from PyPI, kept between runs: `${XDG_CACHE_HOME:-~/.cache}/handoff-lab`."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import Failed, Missing
from .processes import search_path


def root() -> Path:
    """The cache's folder; HANDOFF_LAB_CACHE names another."""
    named = os.environ.get("HANDOFF_LAB_CACHE")
    if named:
        return Path(os.path.abspath(named))
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home) / "handoff-lab"


def interpreter() -> Path:
    """The Python that venvs are made from: HANDOFF_LAB_BASE_PYTHON, or the real one behind the one that runs this."""
    named = os.environ.get("HANDOFF_LAB_BASE_PYTHON")
    found = Path(named or getattr(sys, "_base_executable", None) or sys.executable).resolve()
    shown = run([found, "-I", "-c", "import ensurepip, venv"])
    if shown.returncode != 0:
        raise Missing(f"{found} cannot make a venv; install python3-venv")
    return found


def run(argv, scratch: Path | None = None) -> subprocess.CompletedProcess:
    """Runs a command of Python's or pip's, which keep their settings for the way to PyPI but not their import path.

    What they would leave in the machine's temporary folder, when they are interrupted, is left in `scratch`.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "__PYVENV"))}
    env.update(PATH=search_path(), PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONDONTWRITEBYTECODE="0")
    if scratch is not None:
        scratch.mkdir(exist_ok=True)
        env["TMPDIR"] = str(scratch)
    return subprocess.run(list(map(str, argv)), capture_output=True, text=True, stdin=subprocess.DEVNULL, env=env)


def made_once(kind: str, key: str, make) -> Path:
    """A folder that `make(path, scratch)` fills once for each key. Others wait; a half-made one is not seen."""
    link = root() / f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    root().mkdir(parents=True, exist_ok=True)
    with open(f"{link}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not link.exists():
            for leftover in [*root().glob(f"{link.name}.*[0-9]"), *root().glob(f"{link.name}.scratch")]:
                shutil.rmtree(leftover)  # of one that was killed
            own, scratch = link.with_name(f"{link.name}.{os.getpid()}"), link.with_name(f"{link.name}.scratch")
            try:
                make(own, scratch)
            except BaseException:
                shutil.rmtree(own, ignore_errors=True)
                raise
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            link.unlink(missing_ok=True)
            link.symlink_to(own.name)
    return link.resolve()


def tools() -> Path:
    """A venv with the servers and clients of requirements.txt."""
    wanted = (Path(__file__).resolve().parents[1] / "requirements.txt").read_text()
    python = interpreter()

    def make(path: Path, scratch: Path) -> None:
        checked(run([python, "-m", "venv", path], scratch), "python -m venv")
        lines = [line for line in wanted.splitlines() if line and not line.startswith("#")]
        checked(run([path / "bin/python", "-m", "pip", "install", "--quiet", *lines], scratch), "pip install")

    return made_once("tools", f"{python} {version(python)}\n{wanted}", make)


def wheels() -> Path:
    """A folder of wheels: pytest and what it needs."""
    python = interpreter()

    def make(path: Path, scratch: Path) -> None:
        argv = [tools() / "bin/python", "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", path]
        checked(run([*argv, "pytest"], scratch), "pip download")

    return made_once("wheels", f"{python} {version(python)}", make)


def version(python: Path) -> str:
    """The version of an interpreter, as it says it."""
    return checked(run([python, "-I", "-c", "import sys; print(sys.version)"]), str(python)).stdout.strip()


def checked(done: subprocess.CompletedProcess, what: str) -> subprocess.CompletedProcess:
    """Failed, with the command's last words, unless it succeeded."""
    if done.returncode != 0:
        words = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise Failed(f"{what} exited with {done.returncode}: {words}")
    return done
