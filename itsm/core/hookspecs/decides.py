"""*Decides*: the first answer wins; each question declares what holds when nobody answers.

Two enabled answerers without a configured order are a fault at start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from itsm.core.hookspecs.marks import spec
from itsm.core.texts import Label

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

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


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A service as forms and lists name it; `depth` 1 and more is a sub-service of the one before it."""

    id: int
    label: Label
    depth: int = 0
    active: bool = True
    key: str = ""


@spec("decides", default=())
def service_names(uow: "UnitOfWork") -> "Sequence[ServiceName] | None":
    """All services, parents before their children; asked because services are a block above the core."""


@spec("decides", default=None)
def solving_teams(uow: "UnitOfWork", service_id: int) -> "Sequence[int] | None":
    """The groups that are able to solve a service, by which forms narrow the choice; None: any."""


@spec("decides", default=True)
def service_exists(uow: "UnitOfWork", service_id: int) -> bool | None:
    """Whether a ticket may name this service; asked because services are a block above the core."""


@spec("decides", default=None)
def ticket_matches(uow: "UnitOfWork", words: str) -> "ColumnElement[bool] | None":
    """The condition on tickets under which `words` find one, whoever sees it; by default by the words of its title."""


@spec("decides", default=None)
def ticket_resembles(uow: "UnitOfWork", words: str) -> "ColumnElement[bool] | None":
    """The condition on tickets that resemble one whose subject is being typed, whoever sees them; None: none do."""
