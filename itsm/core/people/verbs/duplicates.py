"""Who may be there twice: alike addresses, the same name in the same organisation, organisations of one name."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select

from itsm.core.people.models import Address, Organisation, Person
from itsm.core.people.rules import likeness, same_words
from itsm.core.work.uow import UnitOfWork


class Duplicates(NamedTuple):
    """Ids that may be one: `kind` is person or organisation, `reason` phone, email or name."""

    kind: str
    reason: str
    ids: Sequence[int]


def find_duplicates(uow: UnitOfWork, *, limit: int = 200) -> list[Duplicates]:
    """Groups of two and more, addresses first; the same group is told once. Two reads, compared in memory."""
    uow.require_somewhere("people.read")
    active = uow.query(Person, Person.id, Person.name_fold, Person.organisation_id).where(Person.active)
    people = uow.session.execute(active).all()
    owners = select(Address.type, Address.value_fold, Address.person_id).where(Address.type != "external")
    known = {person.id for person in people}
    alike = [(likeness(a.type, a.value_fold), a.person_id) for a in uow.session.execute(owners) if a.person_id in known]
    names = [(f"name:{same_words(p.name_fold)}:{p.organisation_id}", p.id) for p in people]
    found = _groups("person", [*alike, *names])
    rows = uow.session.execute(
        uow.query(Organisation, Organisation.name_fold, Organisation.id).where(Organisation.active)
    )
    found += _groups("organisation", [(f"name:{same_words(name)}", id_) for name, id_ in rows])
    return found[:limit]


def _groups(kind: str, pairs: Iterable[tuple[str, int]]) -> list[Duplicates]:
    first: dict[str, int] = {}
    gathered: dict[str, set[int]] = {}
    for key, id_ in pairs:
        if key and first.setdefault(key, id_) != id_:
            gathered.setdefault(key, {first[key]}).add(id_)
    told: dict[tuple[int, ...], Duplicates] = {}
    for key, ids in gathered.items():
        told.setdefault(tuple(sorted(ids)), Duplicates(kind, key.partition(":")[0], sorted(ids)))
    return list(told.values())
