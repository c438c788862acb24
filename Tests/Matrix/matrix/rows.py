"""Rows: what is read from `rows/*.yml`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import yaml

KITS = ("git", "aws", "python", "postgres", "docker", "environment")
REMEDIES = ("mends", "given", "none", "any")


class Mistake(Exception):
    """A row that cannot be taken: names file, row and key."""


@dataclasses.dataclass
class Row:
    """One case. README.md tells what each key means."""

    area: str
    name: str
    title: str = ""
    kits: tuple = ("git",)
    before: str = ""
    breaks: str = ""
    witness: str = ""
    exit: int = 0
    changes: tuple = ()
    findings: tuple = ()
    notes: tuple = ()
    ignored: tuple = ()
    says: tuple = ()
    hides: tuple = ()
    remedy: str = "any"
    leaves: tuple = ()
    warns: tuple = ()
    already: tuple = ()
    undo: str = ""
    quiet: bool = False
    alone: bool = False
    user: str = ""
    needs: str = ""
    healthy: int = 0
    verify: tuple = ()
    paste: bool = False
    sources: dict = dataclasses.field(default_factory=dict)
    pasted: dict = dataclasses.field(default_factory=dict)
    file: str = ""

    @property
    def id(self) -> str:
        return f"{self.area}/{self.name}"


NAMES = {"with": "kits", "break": "breaks"}
LISTS = ("kits", "changes", "findings", "notes", "ignored", "says", "hides", "leaves", "warns", "already", "verify")
HERE = ("area", "name", "file")
KEYS = [key for key in (field.name for field in dataclasses.fields(Row)) if key not in HERE]


def read(folder: Path) -> list:
    """All rows of a folder's `*.yml`, in the order of the files and of their lines."""
    if not folder.is_dir():
        raise Mistake(f"{folder}: there is no such folder of rows")
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise Mistake(f"{folder}: holds no rows (*.yml)")
    return [row for file in files for row in read_file(file)]


def severities(file: Path) -> dict:
    """What each finding may be, by its id: a set of failure, unknown and warning."""
    listed = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {name: {told} if isinstance(told, str) else set(told) for name, told in listed.items()}


def read_file(file: Path) -> list:
    """The rows of one file. Its key `defaults` holds what its rows have in common."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader)
    except yaml.YAMLError as error:
        raise Mistake(f"{file}: {error}") from error
    if not isinstance(content, dict):
        raise Mistake(f"{file}: a file of rows maps names to rows")
    defaults = content.pop("defaults", None) or {}
    return [make(file, name, {**defaults, **(values or {})}) for name, values in content.items()]


def make(file: Path, name: str, values: dict) -> Row:
    place = f"{file.name}, {name}"
    taken = {"area": file.stem, "name": str(name), "file": str(file)}
    for key, value in values.items():
        key = NAMES.get(key, key)
        if key not in KEYS:
            raise Mistake(f"{place}: there is no key {key!r}")
        if key in LISTS:
            value = tuple(value) if isinstance(value, list) else (value,) if value else ()
        taken[key] = value
    row = Row(**taken)
    for kit in row.kits:
        if kit not in KITS:
            raise Mistake(f"{place}: there is no kit {kit!r}; there are {', '.join(KITS)}")
    if row.remedy not in REMEDIES:
        raise Mistake(f"{place}: remedy is {', '.join(REMEDIES)}, not {row.remedy!r}")
    if row.leaves and row.remedy != "mends":
        raise Mistake(f"{place}: leaves says what a remedy leaves that mends, and remedy is {row.remedy!r}")
    if not row.title:
        raise Mistake(f"{place}: a row says in its title what it is")
    if not row.witness and (row.breaks or not row.quiet):
        raise Mistake(f"{place}: a row has a witness, which sees without the tool what its break did")
    if row.quiet and (row.exit or row.changes or row.findings or row.notes):
        raise Mistake(f"{place}: a quiet row expects no change, no finding, no note and exit 0")
    return row


class Loader(yaml.SafeLoader):
    """YAML in which no key stands twice: a row that another one hides would never be run."""


def mapping(loader: Loader, node: yaml.MappingNode) -> dict:
    seen = set()
    for key, _ in node.value:
        name = loader.construct_object(key)
        if name in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{name!r} stands twice", key.start_mark)
        seen.add(name)
    return loader.construct_mapping(node, deep=True)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
# `on`, `off`, `yes` and `no` are words here, as in YAML 1.2.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
import re  # noqa: E402

Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
