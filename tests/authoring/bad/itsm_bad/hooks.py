"""The table of contents of bad."""

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from itsm.core.tickets.models import Ticket
from itsm.plugins import About, CallHandler, Draft, Happened, Refusal, Routes, Schedule, UnitOfWork, hook, say
from itsm_bad.models import Stray
from itsm_bad.pages import pages

about = About(title={"en": "Bad", "ru": "Плохой"})


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages),)


@hook
def register_calls() -> Sequence[CallHandler]:
    return (CallHandler("bad.note", note),)


@hook
def register_schedules() -> Sequence[Schedule]:
    return (Schedule("bad.daily", "bad.note", timedelta(days=1)),)


@hook
def ticket_openning(uow: UnitOfWork, draft: Draft) -> None:
    """There is no such hook."""


@hook
def ticket_recorded(uow: UnitOfWork, ticket: Ticket, *, draft: Draft) -> None:
    """It is called with other parameters."""


@hook
async def ticket_opened(uow: UnitOfWork, event: Happened) -> None:
    """Nobody awaits it."""


@hook
def ticket_changing(uow: UnitOfWork, draft: Draft) -> Iterable[Refusal]:
    time.sleep(30)
    return [Refusal("", say("Nobody may do that today."), "bad")]


def note(uow: UnitOfWork, **_: Any) -> None:
    """Once a day; the second time it breaks."""
    uow.session.add(Stray(day=uow.now.toordinal()))
    uow.session.flush()
