"""Folders of more and more handoffs."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

from .growth import Series
from .measure import Place, Unmeasured, taken
from .sample import handoff, project

SIZES = (1, 10, 1_000, 10_000)
A_DAY = 10
ONE_DAY = (1, 100, 1_000)
LIST, LATEST, VERIFY = "list", "show latest", "verify --only environment"


def folders(runs: int) -> list:
    with project() as place:
        (place.folder / ".env.example").write_text("STORY_KEY=your_key_here\n")
        place.env["STORY_KEY"] = "told"
        document = place.folder / place.run(handoff(), "generate", "--title", "Sample").strip()
        original = place.folder / "sample"
        document.rename(original)
        series, one_day = Series("folders", "handoffs"), Series("folders", "handoffs of one day")
        for each, sizes in ((series, SIZES), (one_day, ONE_DAY)):
            for size in sizes:
                # The floor is a folder of one handoff.
                each.add(
                    size if size > 1 else 0,
                    lambda: measured(place, original, size, runs, A_DAY if each is series else size),
                )
    rows = [row for each in (series, one_day) for name in (LIST, LATEST, VERIFY) for row in each.rows(name)]
    return [*rows, *series.failures, *one_day.failures]


def measured(place: Place, original: Path, size: int, runs: int, a_day: int) -> dict:
    """All commands in a folder of copies of a document under other names."""
    folder = place.folder / "handoffs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    newest = datetime.date(2026, 11, 30)
    for number in range(size):
        day = newest - datetime.timedelta(days=number // a_day)
        shutil.copyfile(original, folder / f"SESSION-HANDOFF-{day}-PART-{number % a_day}.md")
    listed = place.json(handoff(), "list", "--format", "json", "-n", "20000")
    if len(entries(listed)) != size:
        raise Unmeasured(f"list knows {len(entries(listed))} of {size} handoffs")
    commands = {name: [handoff(), *name.split()] for name in (LIST, LATEST, VERIFY)}
    place.run(*commands[LATEST], says="Sample")
    place.run(*commands[VERIFY], says=f"SESSION-HANDOFF-{newest}")
    return taken(place, commands, runs)


def entries(answer: dict | list) -> list:
    return answer if isinstance(answer, list) else answer["handoffs"]
