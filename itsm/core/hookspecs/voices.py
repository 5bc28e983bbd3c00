"""*Voices*: any number of plugins say a value with its reason; a rule of the desk combines them (the most urgent).

A person's own choice is pinned until it is cleared. Voices and reasons are kept on the event.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itsm.core.hookspecs.marks import spec

if TYPE_CHECKING:
    from itsm.core.hookspecs.guards import Draft
    from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice: for priority, `value` is the rank (1 = most urgent); `reason` is an id or code, not a text."""

    value: int
    reason: str


@spec("voices")
def priority_voices(uow: "UnitOfWork", draft: "Draft") -> Voice | Iterable[Voice] | None:
    """Which priority this ticket should have, and why."""
