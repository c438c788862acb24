"""The rows of the table: what was measured, what it is held against, and the goal."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass
class Row:
    """One line. `value` is the figure that the goal is about, in `unit`: `×` (of what it is held against), `ms`, `MiB`,
    or `exponent`. `failure` says why it could not be measured."""

    group: str
    what: str
    ms: float | None = None
    peak_mib: float | None = None
    against: str = ""
    against_ms: float | None = None
    value: float | None = None
    unit: str = ""
    goal: float | None = None
    note: str = ""
    failure: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without a goal, or without a figure.

        >>> Row("g", "w", value=0.3, unit="×", goal=0.3).met, Row("g", "w", value=2, unit="×", goal=1.3).met
        (True, False)
        >>> Row("g", "w", value=2, unit="×").met is None
        True
        """
        return None if self.goal is None or self.value is None else self.value <= self.goal

    def json(self) -> dict:
        """What is not empty, and whether the goal is reached.

        >>> Row("own", "w", ms=3.14159, unit="ms", value=0.0, goal=15).json()
        {'group': 'own', 'what': 'w', 'ms': 3.142, 'value': 0.0, 'unit': 'ms', 'goal': 15, 'met': True}
        """
        fields = {name: value for name, value in dataclasses.asdict(self).items() if value not in (None, "")}
        rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in fields.items()}
        return rounded if self.met is None else {**rounded, "met": self.met}


def compared(group: str, what: str, ms: float, against: str, against_ms: float, goal: float | None = None, **more) -> Row:
    """A row whose figure is the ratio of two medians.

    >>> compared("g", "w", 20.0, "psql", 10.0, 2).value
    2.0
    """
    return Row(group, what, ms, against=against, against_ms=against_ms, value=ms / against_ms, unit="×", goal=goal, **more)


def markdown(rows: list) -> str:
    """All rows as one table.

    >>> print(markdown([compared("startup", "handoff --version", 12.0, "git | grep", 4.0, 2)]))
    | | what | median | peak memory | against | its median | figure | goal | |
    |---|---|--:|--:|---|--:|--:|--:|---|
    | startup | handoff --version | 12.0 ms | | git \\| grep | 4.0 ms | 3.00 × | 2 × | missed |
    """
    head = ["", "what", "median", "peak memory", "against", "its median", "figure", "goal", ""]
    lines = [line(head), "|---|---|--:|--:|---|--:|--:|--:|---|"]
    for row in rows:
        met = "not measured" if row.failure else {None: "", True: "met", False: "missed"}[row.met]
        peak = amount(row.peak_mib, "MiB")
        what = f"{row.what} ({row.note})" if row.note else row.what
        figure, goal = amount(row.value, row.unit), "" if row.goal is None else f"{row.goal:g} {row.unit}"
        ms, other = amount(row.ms, "ms"), amount(row.against_ms, "ms")
        lines.append(line([row.group, what, ms, peak, row.against, other, figure, goal, met]))
    return "\n".join(lines)


def line(cells: list) -> str:
    return "|" + "|".join(f" {cell} ".replace("|", "\\|") if cell else " " for cell in cells) + "|"


def amount(value: float | None, unit: str) -> str:
    """A figure as it is read.

    >>> amount(0.31234, "×"), amount(12.345, "ms"), amount(1234.5, "ms"), amount(17.25, "MiB"), amount(None, "ms")
    ('0.31 ×', '12.3 ms', '1,234 ms', '17 MiB', '')
    """
    if value is None:
        return ""
    return f"{value:,.{0 if value >= 1000 or unit == 'MiB' else 1 if unit == 'ms' else 2}f} {unit}"
