"""Make services, change them, find them; the tree as part of a desk's configuration."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from itsm.blocks.services.models import Service, Solver
from itsm.blocks.services.schemas import TreeEntry
from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.hookspecs.decides import ServiceName
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Team
from itsm.core.refusals import load_list, refuse_circles
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


def change_service(uow: UnitOfWork, *, service_id: int, changes: Mapping[str, Any]) -> Service:
    """Change label, parent_id or active of a service."""
    uow.require("services.edit")
    row = uow.session.get(Service, service_id, with_for_update=True)
    if row is None:
        raise Unknown(say("There is no service {id}.", id=service_id))
    before = {name: getattr(row, name) for name in changes}
    changed = {name: [old, changes[name]] for name, old in before.items() if old != changes[name]}
    for name, (_, new) in changed.items():
        setattr(row, name, new)
    if changed:
        uow.session.flush()
        facts = {"service": row.id, **{n: pair for n, pair in changed.items() if n != "label"}}
        texts = {"label": changed["label"]} if "label" in changed else {}
        append(uow, stream="configuration", subject_id=0, type="service_changed", facts=facts, texts=texts)
    return row


def set_solvers(uow: UnitOfWork, *, service_id: int, teams: Collection[str]) -> bool:
    """Let exactly these groups (keys) solve a service; whether that was a change. Without any its parent's count."""
    uow.require("services.edit")
    if uow.session.get(Service, service_id) is None:
        raise Unknown(say("There is no service {id}.", id=service_id))
    known = {key: id_ for id_, key in uow.session.execute(select(Team.id, Team.key).where(Team.key.in_(teams)))}
    if strange := sorted(set(teams) - known.keys()):
        raise Invalid.field("solved_by", say("There is no group {key}.", key=strange[0]))
    before = set(uow.session.scalars(select(Solver.team_id).where(Solver.service_id == service_id)))
    wanted = set(known.values())
    if before == wanted:
        return False
    uow.session.execute(delete(Solver).where(Solver.service_id == service_id, Solver.team_id.in_(before - wanted)))
    uow.session.add_all(Solver(service_id=service_id, team_id=team) for team in sorted(wanted - before))
    facts = {"service": service_id, "solved_by": [sorted(before), sorted(wanted)]}
    append(uow, stream="configuration", subject_id=0, type="service_changed", facts=facts)
    return True


def solving_teams(uow: UnitOfWork, service_id: int) -> Sequence[int] | None:
    """The groups able to solve a service: its own, else those of the nearest above it; None where nobody said so."""
    solvers: dict[int, list[int]] = {}
    for service, team in uow.session.execute(select(Solver.service_id, Solver.team_id).order_by(Solver.team_id)):
        solvers.setdefault(service, []).append(team)
    above = {id_: parent for id_, parent in uow.session.execute(select(Service.id, Service.parent_id))}
    at: int | None = service_id
    while at is not None and at not in solvers:
        at = above.get(at)
    return solvers[at] if at is not None else None


def _solvers(uow: UnitOfWork) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = select(Solver.service_id, Team.key).join(Team, Team.id == Solver.team_id).order_by(Team.key)
    for service, key in uow.session.execute(rows):
        found.setdefault(service, []).append(key)
    return found


def export_tree(uow: UnitOfWork) -> Sequence[Mapping[str, Any]]:
    """All services by key, each with its parent's key and the groups that solve it."""
    solvers = _solvers(uow)
    rows = {row.id: row for row in uow.session.scalars(select(Service))}
    return [
        {
            "key": r.key,
            "label": r.label,
            "parent": rows[r.parent_id].key if r.parent_id else None,
            "active": r.active,
            "solved_by": solvers.get(r.id, []),
        }
        for r in sorted(rows.values(), key=lambda row: row.key)
    ]


def apply_tree(uow: UnitOfWork, value: Any) -> int:
    """Make and change services until all of these are so; how many were. Others stay."""
    entries = load_list(TreeEntry, value)
    rows = {row.key: row for row in uow.session.scalars(select(Service))}
    above = {row.key: next((r.key for r in rows.values() if r.id == row.parent_id), None) for row in rows.values()}
    refuse_circles(entries, above | {entry["key"]: entry["parent"] for entry in entries})
    touched = set()
    for entry in entries:
        if entry["key"] not in rows:
            rows[entry["key"]] = add_service(uow, key=entry["key"], label=entry["label"])
            touched.add(entry["key"])
    for entry in entries:
        row = rows[entry["key"]]
        parent = rows[entry["parent"]].id if entry["parent"] else None
        wanted = {"label": entry["label"], "parent_id": parent, "active": entry["active"]}
        if any(getattr(row, name) != new for name, new in wanted.items()):
            change_service(uow, service_id=row.id, changes=wanted)
            touched.add(entry["key"])
        if set_solvers(uow, service_id=row.id, teams=entry["solved_by"]):
            touched.add(entry["key"])
    return len(touched)


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
