"""The kinds of things that the core lets fields refer to: people, organisations, groups, tickets."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from itsm.core.hookspecs.declarations import ReferenceType
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.names import suggest_organisations
from itsm.core.people.verbs import suggest_people
from itsm.core.schemas import MAX_ID
from itsm.core.texts import fold
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs.find import list_tickets
from itsm.core.work.uow import UnitOfWork

MOST = 10


def core_references() -> Sequence[ReferenceType]:
    """All four; a merged person or organisation is followed to who it became."""
    return (
        ReferenceType(
            "person", {"en": "Person", "ru": "Человек"}, _finder(Person, "name"), _people,
            url=lambda id_: f"/people/{id_}", survivors=_survivors(Person),
        ),
        ReferenceType(
            "organisation", {"en": "Organisation", "ru": "Организация"}, _finder(Organisation, "name"), _organisations,
            url=lambda id_: f"/organisations/{id_}", survivors=_survivors(Organisation),
        ),
        ReferenceType("team", {"en": "Group", "ru": "Группа"}, _finder(Team, "label"), _teams),
        ReferenceType(
            "ticket", {"en": "Ticket", "ru": "Обращение"}, _finder(Ticket, "title"), _tickets,
            url=lambda id_: f"/tickets/{id_}",
        ),
    )  # fmt: skip


def _finder(model: Any, name: str) -> Callable[[UnitOfWork, Collection[int]], Mapping[int, Any]]:
    def find(uow: UnitOfWork, ids: Collection[int]) -> Mapping[int, Any]:
        wanted = [id_ for id_ in ids if 0 < id_ <= MAX_ID]
        rows = uow.session.execute(uow.query(model, model.id, getattr(model, name)).where(model.id.in_(wanted)))
        return {row[0]: row[1] for row in rows}

    return find


def _survivors(model: Any) -> Callable[[UnitOfWork, Collection[int]], Mapping[int, int]]:
    """Follow a merge, and the merges of who survived it, to the end."""

    def survivors(uow: UnitOfWork, ids: Collection[int]) -> Mapping[int, int]:
        into = getattr(model, "merged_into_id", None)
        moved: dict[int, int] = {}
        pending = set(ids)
        while pending and into is not None:
            rows = uow.session.execute(select(model.id, into).where(model.id.in_(pending), into.is_not(None)))
            step = {old: new for old, new in rows if old not in moved}
            moved |= step
            pending = set(step.values())
        return {old: _last(moved, old) for old in ids if old in moved}

    return survivors


def _last(moved: Mapping[int, int], id_: int) -> int:
    seen = {id_}
    while moved.get(id_) is not None and moved[id_] not in seen:
        id_ = moved[id_]
        seen.add(id_)
    return id_


def _people(uow: UnitOfWork, words: str) -> Sequence[tuple[int, str]]:
    return [(person.id, person.name) for person in suggest_people(uow, words=words, limit=MOST)]


def _organisations(uow: UnitOfWork, words: str) -> Sequence[tuple[int, str]]:
    return [(row.id, row.name) for row in suggest_organisations(uow, words=words, limit=MOST)]


def _teams(uow: UnitOfWork, words: str) -> Sequence[tuple[int, Mapping[str, str]]]:
    """There are dozens: all are read, for labels have no stored fold."""
    rows = uow.session.scalars(uow.query(Team).where(Team.active).order_by(Team.key)).all()
    begun = fold(words)
    return [(t.id, t.label) for t in rows if any(begun in fold(text) for text in (t.key, *t.label.values()))][:MOST]


def _tickets(uow: UnitOfWork, words: str) -> Sequence[tuple[int, str]]:
    """Of those who may read tickets at all: a monitoring token may only open them."""
    if not uow.act.actor.holds("tickets.read"):
        return []
    page = list_tickets(uow, filters={"q": words}, limit=MOST) if words.strip() else None
    return [(row.id, row.title) for row in page.rows] if page else []
