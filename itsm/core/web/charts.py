"""Charts as pure numbers: what the macros `bars` and `lines` of core/parts.html draw."""

import math
from collections.abc import Sequence

from flask import Flask

Number = int | float


def install(app: Flask) -> None:
    """Give the filters to all templates."""
    app.jinja_env.filters |= {"chart_top": chart_top, "share": share, "polyline": polyline}


def chart_top(numbers: Sequence[Number | None]) -> Number:
    """Where a scale from nought ends: the next 1, 2 or 5 with noughts; never below 1."""
    largest = max((n for n in numbers if n is not None), default=0)
    if largest <= 1:
        return 1
    step: int = 10 ** math.floor(math.log10(largest))
    return next(step * times for times in (1, 2, 5, 10) if step * times >= largest)


def share(number: Number, most: Number) -> float:
    """How many per cent of the scale; what is below nought shows nothing."""
    return round(100 * min(max(number / most, 0), 1), 2)


def polyline(numbers: Sequence[Number | None], most: Number) -> str:
    """The points of a line in a picture of 100 × 100, from its left edge to its right one; gaps are bridged."""
    apart = 100 / max(len(numbers) - 1, 1)
    places = [(round(at * apart, 2), 100 - share(n, most)) for at, n in enumerate(numbers) if n is not None]
    return " ".join(f"{x:g},{y:g}" for x, y in places)
