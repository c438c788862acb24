"""The lab's parts, in the order in which they are listed. A new one is a module here and its name in this list.

A part is a module with
    up(folder: Path) -> dict     starts it in that empty folder and gives its exports (name → value);
                                 raises Missing (this machine lacks something) or Failed
    down(folder: Path) -> None   stops and undoes all that `up` did, from whatever state it was left in,
                                 and gives an error only if something is left; the caller removes the folder"""

from importlib import import_module

NAMES = ["postgres", "postgres-scram", "aws", "docker", "git", "python", "liars"]


def named(name: str):
    """The module of a part."""
    return import_module("parts." + name.replace("-", "_"))
