"""A database of more and more tables, and the documents that tell of it."""

from __future__ import annotations

import os

from .growth import Series
from .measure import Place, Unmeasured, taken
from .sample import add_tables, database, facts, handoff, project, psql, sql

SIZES = (0, 100, 1_000, 10_000, 50_000, 100_000)
# What psql is to print: the names that the fact `postgres.tables` holds, in its order.
NAMES = (
    "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "ORDER BY 1"
)
MOVED = 10
ONLY = ("--only", "postgres", "--timeout", "60")
PREFLIGHT, GENERATE, SHOW, DIFF, PSQL = "preflight --only postgres", "generate --stdout", "show", "diff A B", "psql -At"


def tables(runs: int) -> list:
    series = Series("tables", "tables")
    with project() as place, database(place, f"bench_tables_{os.getpid()}"):
        made = 0
        for size in SIZES:
            add_tables(place, made + 1, size)
            made = size
            for part in (capture, generate, documents):
                series.add(size, lambda: part(place, size, runs), part.__name__)
    largest = SIZES[-1]
    rows = series.rows(PREFLIGHT, PSQL, 2, at=largest)
    for name in (GENERATE, SHOW, DIFF):
        rows += series.rows(name)
    return [*rows, *series.limits(DIFF, largest, ms=1000, mib=400), *series.failures]


def capture(place: Place, size: int, runs: int) -> dict:
    """The tables, once it was seen that they are those that psql names."""
    names = [psql(), "-XAt", "-c", NAMES]
    wanted = place.run(*names).split()
    if len(wanted) != size or facts(place, *ONLY)["postgres.tables"] != wanted:
        raise Unmeasured(f"the tables are not those that psql names, of which there are {len(wanted)}")
    return taken(place, {PREFLIGHT: [handoff(), "preflight", *ONLY], PSQL: names}, runs)


def generate(place: Place, size: int, runs: int) -> dict:
    """The whole document, written to standard output."""
    expect(place.run(*written()), size)
    return taken(place, {GENERATE: written()}, runs)


def documents(place: Place, size: int, runs: int) -> dict:
    """One document shown, and compared with one in which ten tables have other names."""
    one, other = place.folder / "a.md", place.folder / "b.md"
    one.write_text(place.run(*written()))
    rename(place, size, "table_", "moved_")
    other.write_text(place.run(*written()))
    rename(place, size, "moved_", "table_")
    show, diff = [handoff(), "show", one], [handoff(), "diff", one, other]
    expect(place.run(*show), size)
    check_difference(place.json(*diff, "--format", "json", status=(0, 1)), size)
    return taken(place, {SHOW: show}, runs) | taken(place, {DIFF: diff}, runs, status=(1,) if size else (0,))


def expect(document: str, size: int) -> None:
    """That a document tells of so many tables."""
    if size and f" {size} tables" not in document:
        raise Unmeasured(f"a document does not tell of {size} tables")


def written() -> list:
    return [handoff(), "generate", "--stdout", "--title", "Tables", *ONLY]


def rename(place: Place, size: int, old: str, new: str) -> None:
    """Gives ten tables other names."""
    for number in range(1, min(MOVED, size) + 1):
        sql(place, f"ALTER TABLE {old}{number:06} RENAME TO {new}{number:06}")


def check_difference(answer: dict, size: int) -> None:
    """That the ten tables are told, and nothing else."""
    changes = {(each["fact"], each["kind"]): each for each in answer["changes"] if each["severity"] in ("failure", "note")}
    kinds = {kind for fact, kind in changes if fact == "postgres.tables"}
    if kinds != ({"gone", "added"} if size else set()):
        raise Unmeasured(f"the documents of {size} tables differ in {sorted(changes)}")
    if size and len(changes["postgres.tables", "gone"]["expected"]) != MOVED:
        raise Unmeasured(f"not {MOVED} tables are gone")
