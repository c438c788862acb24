"""A series: the same commands at more and more of something, and how their times grow."""

from __future__ import annotations

from . import fit
from .measure import Taken, Unmeasured
from .table import Row, compared

EXPONENT = 1.1


class Series:
    """What was measured at each size. The size 0 is the floor: what a command takes where there is nothing, or least."""

    def __init__(self, group: str, thing: str) -> None:
        self.group, self.thing = group, thing
        self.taken: dict = {}
        self.failures: list = []

    def add(self, size: int, measure, what: str = "") -> None:
        """Takes what `measure()` gives: command → Taken. Where it cannot be measured, the other sizes still are."""
        try:
            self.taken.setdefault(size, {}).update(measure())
        except Unmeasured as error:
            self.failures.append(Row(self.group, f"{size:,} {self.thing}{what and ': ' + what}", failure=str(error)))

    def rows(self, name: str, beside: str = "", goal: float | None = None, at: int = 0) -> list:
        """A row for each size, and one for the growth.

        beside: the command that it is held against. goal: of the ratio, at the size `at`.

        >>> series = Series("g", "files")
        >>> for size in (0, 10, 100): series.add(size, lambda: {"a": Taken(5 + size, 5 + size, 30), "b": Taken(size + 1, 1, 9)})
        >>> for row in series.rows("a", "b", 2, at=100): print(row.what, round(row.value, 2), row.goal)
        10 files: a 1.36 None
        100 files: a 1.04 2
        files: growth of a 1.0 1.1
        """
        found = []
        for size in sorted(self.taken):
            if size == 0 or name not in self.taken[size]:
                continue
            what, own = f"{size:,} {self.thing}: {name}", self.taken[size][name]
            if beside:
                other = self.taken[size][beside].ms
                row = compared(self.group, what, own.ms, beside, other, goal if size == at else None, peak_mib=own.peak_mib)
            else:
                row = Row(self.group, what, own.ms, own.peak_mib)
            found.append(row)
        return [*found, self.growth(name)]

    def growth(self, name: str) -> Row:
        """The exponent, of the least times, on which other work of the machine weighs least, beyond that of the floor.

        >>> series = Series("g", "files")
        >>> series.add(0, lambda: {"a": Taken(9, 5, 30)}); series.add(10, lambda: {"a": Taken(5.1, 5.1, 30)})
        >>> series.growth("a").value is None, series.growth("a").note
        (True, 'too little beyond the floor to tell')
        >>> series.add(100, lambda: {"a": Taken(900, 15, 30)}); series.add(1000, lambda: {"a": Taken(905, 105, 30)})
        >>> series.growth("a").value, series.growth("a").note
        (1.0, '2 sizes; last step 1.00')
        """
        what = f"{self.thing}: growth of {name}"
        measured = {size: each[name].least_ms for size, each in sorted(self.taken.items()) if name in each}
        if 0 not in measured:
            return Row(self.group, what, failure="the floor was not measured")
        floor = measured.pop(0)
        points = list(measured.items())
        value, last = fit.exponent(points, floor), fit.last_step(points, floor)
        if value is None:
            note = "too little beyond the floor to tell"
        else:
            note = f"{len(fit.beyond(points, floor))} sizes" + (f"; last step {last:.2f}" if last is not None else "")
        return Row(self.group, what, value=value, unit="exponent", goal=EXPONENT, note=note)

    def limits(self, name: str, size: int, ms: float, mib: float) -> list:
        """Rows for goals of time and memory at a size; none where it was not measured, which a row of its own says."""
        own = self.taken.get(size, {}).get(name)
        if own is None:
            return []
        what = f"{size:,} {self.thing}: {name}"
        return [
            Row(self.group, f"{what}, its time", value=own.ms, unit="ms", goal=ms),
            Row(self.group, f"{what}, its memory", value=own.peak_mib, unit="MiB", goal=mib),
        ]
