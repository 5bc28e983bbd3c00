"""*Decides*: the first answer wins; each question declares what holds when nobody answers.

Two enabled answerers without a configured order are a fault at start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from itsm.core.hookspecs.marks import spec

if TYPE_CHECKING:
    from itsm.core.hookspecs.guards import Draft
    from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReplyEffect:
    """What a requester's reply does besides being added.

    transition: run this one with `changes`. follow_up: open a new, linked ticket with the reply instead.
    """

    transition: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    follow_up: bool = False


@spec("decides", default=ReplyEffect())
def reply_effect(uow: "UnitOfWork", draft: "Draft") -> ReplyEffect | None:
    """What a requester's reply does to the ticket that `draft` shows; by default it is only added."""


@spec("decides", default=True)
def service_exists(uow: "UnitOfWork", service_id: int) -> bool | None:
    """Whether a ticket may name this service; asked because services are a block above the core."""
