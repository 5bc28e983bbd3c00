"""*Shows*: what a plugin puts on a page. A failure leaves a card that names the plugin, and the page stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itsm.core.hookspecs.marks import spec
from itsm.core.texts import Label

if TYPE_CHECKING:
    from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Badge:
    """A short mark beside a ticket's title; `tone` is one of calm, info, warn, alarm."""

    text: Label
    tone: str = "info"
    order: int = 100


@spec("shows")
def ticket_badges(uow: "UnitOfWork", ticket_id: int) -> Iterable[Badge] | None:
    """Marks for the head of a ticket's page, such as *major incident*."""
