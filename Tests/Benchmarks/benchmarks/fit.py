"""How a time grows with the size of the input."""

from __future__ import annotations

import math


def exponent(points: list, floor: float = 0) -> float | None:
    """The exponent k of time ≈ c · size^k, by least squares of the logarithms.

    points: pairs of size and time. floor: the time for an empty input, which is subtracted, since a constant part makes
    every growth look flatter than it is. Points that are less than half of it above it say little and are left out; None
    where fewer than two say something.

    >>> exponent([(10, 3), (100, 30), (1000, 300)])
    1.0
    >>> exponent([(10, 2 + 1), (100, 2 + 100), (1000, 2 + 10000)], floor=2)
    2.0
    >>> exponent([(10, 10.1), (100, 20), (1000, 110)], floor=10)
    1.0
    >>> exponent([(10, 10.1), (100, 10.2), (1000, 14)], floor=10) is None
    True
    """
    told = beyond(points, floor)
    if len(told) < 2:
        return None
    xs, ys = [math.log(size) for size, _ in told], [math.log(time) for _, time in told]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)
    return round(slope, 3)


def last_step(points: list, floor: float = 0) -> float | None:
    """The same between the two largest sizes alone, where what grows fastest shows first.

    >>> last_step([(10, 10), (100, 100), (1000, 10000)])
    2.0
    >>> last_step([(10, 10), (100, 10)], floor=10) is None
    True
    """
    return exponent(points[-2:], floor)


def beyond(points: list, floor: float) -> list:
    """The points that say something, with the time beyond the floor.

    >>> beyond([(1, 14), (10, 15), (100, 50)], floor=10)
    [(10, 5), (100, 40)]
    """
    return [(size, time - floor) for size, time in points if time - floor >= floor / 2 and time > floor]
