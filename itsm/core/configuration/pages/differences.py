"""Differences between two bodies, as a page shows them."""

from collections.abc import Iterable
from typing import Any

from itsm.core.configuration.outside import in_line
from itsm.core.configuration.rules import ABSENT, ORDER, Change
from itsm.core.texts import say
from itsm.core.web.edge import translated


def rows_of(changes: Iterable[Change]) -> list[tuple[str, str | None, str | None]]:
    """(place, old, new); None where there is nothing."""
    order = translated(say("order"))

    def word(value: Any) -> str | None:
        return None if value is ABSENT else in_line(value)

    return [(change.place.replace(ORDER, f"({order})"), word(change.old), word(change.new)) for change in changes]
