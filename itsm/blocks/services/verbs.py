"""Make services and find them."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import select

from itsm.blocks.services.models import Service
from itsm.core.errors import Conflict, Invalid
from itsm.core.hookspecs.decides import ServiceName
from itsm.core.ledger.verbs import append
from itsm.core.texts import Label, fold, say
from itsm.core.work.uow import UnitOfWork


def add_service(uow: UnitOfWork, *, key: str, label: Mapping[str, str], parent_id: int | None = None) -> Service:
    """Make a service, or a sub-service of `parent_id`."""
    uow.require("services.edit")
    if uow.session.scalars(select(Service.id).where(Service.key == key)).first() is not None:
        raise Conflict(say("The service {key} exists already.", key=key))
    if parent_id is not None and uow.session.get(Service, parent_id) is None:
        raise Invalid.field("parent", say("There is no service {id}.", id=parent_id))
    row = Service(key=key, label=dict(label), parent_id=parent_id)
    uow.session.add(row)
    uow.session.flush()
    facts = {"service": row.id, "key": key, "parent": parent_id}
    append(uow, stream="configuration", subject_id=0, type="service_added", facts=facts)
    return row


def list_services(uow: UnitOfWork) -> Sequence[Service]:
    """All services in use, parents before their children."""
    rows = uow.session.scalars(uow.query(Service).where(Service.active).order_by(Service.key)).all()
    known = {row.id: row for row in rows}

    def path(row: Service) -> tuple[str, ...]:
        above = known.get(row.parent_id) if row.parent_id else None
        return (*path(above), row.key) if above else (row.key,)

    return sorted(rows, key=path)


def names(uow: UnitOfWork) -> Sequence[ServiceName]:
    """All services with their depth in the tree, parents before their children."""
    rows = uow.session.scalars(uow.query(Service).order_by(Service.key)).all()
    below: dict[int | None, list[Service]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)

    def walk(parent: int | None, depth: int) -> Iterator[ServiceName]:
        for row in below.get(parent, ()):
            yield ServiceName(row.id, row.label, depth, row.active, row.key)
            yield from walk(row.id, depth + 1)

    return list(walk(None, 0))


def is_service(uow: UnitOfWork, service_id: int) -> bool:
    """Whether a ticket may name this service."""
    return uow.session.scalars(uow.query(Service, Service.id).where(Service.id == service_id)).first() is not None


def named(uow: UnitOfWork, ids: Collection[int]) -> Mapping[int, Label]:
    """Id → name of these services."""
    rows = uow.session.execute(uow.query(Service, Service.id, Service.label).where(Service.id.in_(ids)))
    return {row.id: row.label for row in rows}


def suggest(uow: UnitOfWork, words: str, limit: int = 10) -> Sequence[tuple[int, Label]]:
    """(id, name) of services in use whose key or name holds the words."""
    begun = fold(words)
    found = [s for s in list_services(uow) if any(begun in fold(text) for text in (s.key, *s.label.values()))]
    return [(s.id, s.label) for s in found[:limit]]
