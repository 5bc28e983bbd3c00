"""The table of contents of entitlement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from itsm.plugins import About, Badge, Draft, Field, Organisation, Refusal, Ticket, UnitOfWork, hook
from itsm_entitlement import rules

about = About(title={"en": "Entitlement to support", "ru": "Право на поддержку"})


@hook
def register_fields() -> Sequence[Field]:
    until = {"en": "Support until", "ru": "Поддержка до"}
    courtesy = {"en": "As a courtesy", "ru": "В порядке любезности"}
    return (
        Field(rules.UNTIL, "date", until, subject="organisation"),
        Field("entitlement.courtesy", "yes_no", courtesy),
    )


@hook(on_fault="refuse")
def ticket_opening(uow: UnitOfWork, draft: Draft) -> Iterable[Refusal]:
    return rules.refuse_expired(draft, _fields(uow, draft.values.get("organisation")), uow.now.date())


@hook
def ticket_badges(uow: UnitOfWork, ticket_id: int) -> Iterable[Badge]:
    ticket = uow.session.get_one(Ticket, ticket_id)
    if rules.expired(_fields(uow, ticket.organisation_id), uow.now.date()):
        yield Badge({"en": "Support ended", "ru": "Поддержка закончилась"}, "warn", 60)


def _fields(uow: UnitOfWork, organisation: int | None) -> Mapping[str, Any]:
    found = uow.session.get(Organisation, organisation) if organisation is not None else None
    return found.fields if found is not None else {}
