"""The table of contents of moves."""

from collections.abc import Iterable, Sequence
from typing import Any

from itsm.plugins import (
    About,
    Badge,
    Draft,
    Field,
    Kind,
    NavEntry,
    Refusal,
    Routes,
    UnitOfWork,
    find_ticket,
    hook,
)
from itsm_moves import rules, settings
from itsm_moves.pages import pages

about = About(title={"en": "Office moves", "ru": "Переезды"})


@hook
def register_kinds() -> Sequence[Kind]:
    return (settings.MOVE,)


@hook
def register_fields() -> Sequence[Field]:
    def field(name: str, type: Any, en: str, ru: str, **more: Any) -> Field:
        return Field(f"moves.{name}", type, {"en": en, "ru": ru}, kinds=("move",), public=True, **more)

    return (
        field("from", "text", "From room", "Из комнаты", maximum=40),
        field("to", "text", "To room", "В комнату", maximum=40),
        field("on", "date", "Day of the move", "День переезда", filterable=True),
        field("boxes", "whole", "Boxes", "Коробок", minimum=0, maximum=500),
    )


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages),)


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Office moves", "ru": "Переезды"}, "moves.planned", 70, "tickets.work"),)


@hook
def ticket_opening(uow: UnitOfWork, draft: Draft) -> Iterable[Refusal]:
    return rules.impossible(draft, uow.now.date())


@hook
def ticket_changing(uow: UnitOfWork, draft: Draft) -> Iterable[Refusal]:
    return rules.impossible(draft, uow.now.date())


@hook
def ticket_badges(uow: UnitOfWork, ticket_id: int) -> Iterable[Badge]:
    ticket = find_ticket(uow, number=ticket_id)
    if ticket.kind == "move" and ticket.fields.get("moves.on") == uow.now.date().isoformat():
        yield Badge({"en": "Moves today", "ru": "Переезд сегодня"}, "warn", 50)
