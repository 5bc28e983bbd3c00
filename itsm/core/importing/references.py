"""People, teams, organisations and services that a file names: found, or made on demand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, or_, select, tuple_

from itsm.core.importing.rules.cells import Named
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Address, Organisation, Person, Team
from itsm.core.people.rules import address_fold
from itsm.core.people.verbs import add_organisation, add_team
from itsm.core.texts import Message, fold, say
from itsm.core.work.uow import UnitOfWork

LONGEST = 150


@dataclass(slots=True)
class Found:
    """What names mean: ids, and those that mean several things at once."""

    ids: dict[Named, int] = field(default_factory=dict)
    ambiguous: set[Named] = field(default_factory=set)

    def refusal(self, name: Named, strangers: str) -> Message | None:
        """Why a ticket that names it is refused, by the policy for strangers."""
        if name in self.ids:
            return None
        if len(name.name) > LONGEST:
            return say("A name has {maximum} characters at most.", maximum=LONGEST)
        if name in self.ambiguous:
            return say("There are several with the name {name}; refer to them by an address.", name=name.name)
        if strangers == "refuse" or (strangers == "create" and name.kind == "service"):
            return say("There is no {kind} {name} here.", kind=name.kind, name=name.name)
        return None


def find(uow: UnitOfWork, source: str, names: Collection[Named]) -> Found:
    """Look names up: an address or the alias of an earlier import first, then the one that bears the name."""
    found = Found()
    by_kind: dict[str, list[Named]] = {}
    for name in names:
        by_kind.setdefault(name.kind, []).append(name)
    _find_people(uow, source, by_kind.get("person", []), found)
    _by_fold(found, by_kind.get("organisation", []), _organisations(uow, by_kind.get("organisation", [])))
    if "team" in by_kind:
        rows = uow.session.execute(select(Team.id, Team.label, Team.key)).all()
        _by_fold(found, by_kind["team"], _labels((r.id, [*r.label.values(), r.key]) for r in rows))
    if "service" in by_kind:
        services = uow.hook.call("service_names", uow=uow)
        _by_fold(found, by_kind["service"], _labels((s.id, s.label.values()) for s in services))
    return found


def _alias(source: str, name: Named) -> tuple[str, str]:
    """The address by which this person is known once an import met them."""
    return ("external", f"{source}:{name.name}") if name.by == "name" else (name.by, name.name)


def _folded(address: tuple[str, str]) -> tuple[str, str]:
    return address[0], address_fold(*address)


def _find_people(uow: UnitOfWork, source: str, names: Collection[Named], found: Found) -> None:
    if not names:
        return
    wanted = {name: _folded(_alias(source, name)) for name in names}
    place = tuple_(Address.type, Address.value_fold)
    rows = uow.session.execute(
        select(Address.type, Address.value_fold, Address.person_id).where(place.in_(list(wanted.values())))
    )
    owners = {(row.type, row.value_fold): row.person_id for row in rows}
    found.ids |= {name: owners[address] for name, address in wanted.items() if address in owners}
    rest = [name for name in names if name not in found.ids and name.by == "name"]
    folds = {fold(name.name) for name in rest}
    meant = func.coalesce(Person.merged_into_id, Person.id)
    in_use = or_(Person.active, Person.merged_into_id.is_not(None))
    people = select(Person.name_fold, meant).where(Person.name_fold.in_(folds), in_use)
    bearers = _gathered((row[0], row[1]) for row in uow.session.execute(people)) if folds else {}
    _by_fold(found, rest, bearers)
    met = [(found.ids[name], *_alias(source, name)) for name in rest if name in found.ids]
    _put_addresses(uow, met)


def _organisations(uow: UnitOfWork, names: Collection[Named]) -> Mapping[str, set[int]]:
    folds = {fold(name.name) for name in names}
    meant = func.coalesce(Organisation.merged_into_id, Organisation.id)
    statement = select(Organisation.name_fold, meant).where(Organisation.name_fold.in_(folds))
    return _gathered((row[0], row[1]) for row in uow.session.execute(statement)) if folds else {}


def _labels(rows: Iterable[tuple[int, Iterable[str]]]) -> Mapping[str, set[int]]:
    return _gathered((fold(text), id_) for id_, texts in rows for text in texts)


def _gathered(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    gathered: dict[str, set[int]] = {}
    for text, id_ in pairs:
        gathered.setdefault(text, set()).add(id_)
    return gathered


def _by_fold(found: Found, names: Collection[Named], bearers: Mapping[str, set[int]]) -> None:
    for name in names:
        ids = bearers.get(fold(name.name), set())
        if len(ids) == 1:
            found.ids[name] = next(iter(ids))
        elif ids:
            found.ambiguous.add(name)


def make(uow: UnitOfWork, source: str, names: Collection[Named]) -> dict[Named, int]:
    """Make what is not there: people known by nothing but their name in the source, groups, organisations."""
    made = _make_people(uow, source, [name for name in names if name.kind == "person"])
    for kind, one in (("organisation", _make_organisation), ("team", _make_team)):
        by_fold: dict[str, int] = {}
        for name in names:
            if name.kind == kind:
                key = fold(name.name)
                by_fold[key] = by_fold.get(key) or one(uow, name.name)
                made[name] = by_fold[key]
    return made


def _make_people(uow: UnitOfWork, source: str, names: Collection[Named]) -> dict[Named, int]:
    """In one statement for all, for a file may name thousands; two spellings of one name are one person."""
    if not names:
        return {}
    uow.require("people.edit")
    first = {_folded(_alias(source, name)): name for name in reversed(list(names))}
    rows = [_person(uow, name.name) for name in first.values()]
    ids = uow.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows).all()
    by_address = dict(zip(first, ids, strict=True))
    _put_addresses(uow, [(id_, *_alias(source, name)) for id_, name in zip(ids, first.values(), strict=True)])
    for id_, name in zip(ids, first.values(), strict=True):
        texts = {"name": name.name, "addresses": [list(_alias(source, name))]}
        append(
            uow, stream="person", subject_id=id_, type="person_added", facts={"provisional": True}, texts=texts,
            begins=True,
        )  # fmt: skip
    return {name: by_address[_folded(_alias(source, name))] for name in names}


def _person(uow: UnitOfWork, name: str) -> dict[str, Any]:
    return {
        "name": name, "name_fold": fold(name), "locale": "en", "timezone": "", "premium": False, "active": True,
        "fields": {}, "version": 1, "created_at": uow.now,
    }  # fmt: skip


def _put_addresses(uow: UnitOfWork, addresses: Collection[tuple[int, str, str]]) -> None:
    rows = [
        {"person_id": id_, "type": type, "value": value, "value_fold": address_fold(type, value)}
        for id_, type, value in {_folded(a[1:]): a for a in addresses}.values()
    ]
    if rows:
        uow.session.execute(insert(Address), rows)


def _make_organisation(uow: UnitOfWork, name: str) -> int:
    return add_organisation(uow, name=name).id


def _make_team(uow: UnitOfWork, name: str) -> int:
    return add_team(uow, key=_team_key(uow, name), label={"en": name[:120]}).id


def _team_key(uow: UnitOfWork, name: str) -> str:
    """A readable key where the name has Latin letters; what is taken or has none gets a digest of the name."""
    plain = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in fold(name)).split())[:40]
    digest = sha256(fold(name).encode()).hexdigest()[:8]
    key = plain if plain[:1].isalpha() else f"group-{plain}".strip("-") if plain else f"group-{digest}"
    taken = uow.session.scalars(select(Team.id).where(Team.key == key)).first() is not None
    return f"{key}-{digest}" if taken else key
