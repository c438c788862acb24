"""A bare repository to push to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from labkit import processes
from labkit.errors import Failed, Missing


def up(folder: Path) -> dict:
    """Makes the repository, empty, with `main` as its branch to be."""
    git = shutil.which("git", path=processes.search_path())
    if git is None:
        raise Missing("git is not installed")
    remote = folder / "remote.git"
    env = processes.clean_environment(folder, GIT_CONFIG_NOSYSTEM="1")
    done = subprocess.run([git, "init", "-q", "--bare", str(remote)], env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"git init: {done.stderr.strip()}")
    (remote / "HEAD").write_text("ref: refs/heads/main\n")
    return {"HANDOFF_LAB_GIT": git, "HANDOFF_LAB_GIT_REMOTE": remote}


def down(folder: Path) -> None:
    """Nothing runs."""
