"""A venv with pytest, and the wheels to make more of them without the network."""

from __future__ import annotations

from pathlib import Path

from labkit import cache


def up(folder: Path) -> dict:
    """Makes a venv of the base interpreter, as a person does, and installs pytest in it."""
    python, wheels, venv = cache.interpreter(), cache.wheels(), folder / "venv"
    cache.checked(cache.run([python, "-m", "venv", venv], folder / "tmp"), "python -m venv")
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--find-links", wheels, "pytest"]
    cache.checked(cache.run([venv / "bin/python", *install], folder / "tmp"), "pip install")
    return {
        "HANDOFF_LAB_PYTHON": python,
        "HANDOFF_LAB_VENV": venv,
        "HANDOFF_LAB_WHEELS": wheels,
        "HANDOFF_LAB_TOOLS": cache.tools(),
    }


def down(folder: Path) -> None:
    """Nothing runs."""
