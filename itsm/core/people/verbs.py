"""People, organisations and teams: make, change, find; each has a history of its own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import or_, select

from itsm.core.errors import Conflict, Forbidden, Invalid, Refusal, Stale, Unknown
from itsm.core.fields.verbs import clean_fields, merged
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Address, Contract, Organisation, Person, Team, TeamMember
from itsm.core.people.rules import address_fold
from itsm.core.texts import LOCALES, fold, say
from itsm.core.work.uow import UnitOfWork

LEVELS = ("group", "division", "department")
LINES = ("", "L1", "L2", "L3", "commercial", "development")


def add_organisation(
    uow: UnitOfWork, *, name: str, contracts: Sequence[str] = (), premium: bool = False,
    fields: Mapping[str, Any] | None = None,
) -> Organisation:  # fmt: skip
    """Make an organisation with the numbers of its contracts."""
    uow.require("people.edit")
    values = _fields(uow, "organisation", fields)
    row = Organisation(
        name=_name(name), name_fold=fold(name), premium=premium, fields=values, version=1, created_at=uow.now
    )
    uow.session.add(row)
    uow.session.flush()
    for number in contracts:
        add_contract(uow, organisation=row, number=number)
    _tell(uow, "organisation", row.id, "organisation_added", {"premium": premium}, {"name": row.name})
    return row


def add_contract(
    uow: UnitOfWork, *, organisation: Organisation, number: str, until: datetime | None = None
) -> Contract:
    """Add a contract; its number is unique in the desk."""
    taken = select(Contract.organisation_id).where(Contract.number_fold == fold(number))
    if uow.session.scalars(taken).first() is not None:
        raise Conflict(say("The contract {number} exists already.", number=number))
    row = Contract(organisation_id=organisation.id, number=number.strip(), number_fold=fold(number), valid_until=until)
    uow.session.add(row)
    uow.session.flush()
    return row


def add_person(
    uow: UnitOfWork,
    *,
    name: str,
    addresses: Iterable[tuple[str, str]] = (),
    organisation_id: int | None = None,
    premium: bool = False,
    locale: str = "en",
    timezone: str = "",
    fields: Mapping[str, Any] | None = None,
) -> Person:
    """Make a person with any number of (type, value) addresses; one that somebody else has is refused."""
    uow.require("people.edit")
    values = _fields(uow, "person", fields)
    row = Person(
        name=_name(name),
        name_fold=fold(name),
        organisation_id=organisation_id,
        premium=premium,
        locale=locale,
        timezone=timezone,
        fields=values,
        version=1,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    texts = {"name": row.name, "addresses": [list(a) for a in addresses]}
    for type, value in texts["addresses"]:
        add_address(uow, person_id=row.id, type=type, value=value)
    _tell(uow, "person", row.id, "person_added", {"organisation": organisation_id, "premium": premium}, texts)
    return row


def add_address(uow: UnitOfWork, *, person_id: int, type: str, value: str) -> Address:
    """Give a person one more address."""
    folded = address_fold(type, value)
    owner = select(Address.person_id).where(Address.type == type, Address.value_fold == folded)
    if uow.session.scalars(owner).first() is not None:
        raise Conflict(say("The address {value} belongs to somebody already.", value=value))
    row = Address(person_id=person_id, type=type, value=value.strip(), value_fold=folded)
    uow.session.add(row)
    uow.session.flush()
    return row


def change_person(uow: UnitOfWork, *, person_id: int, changes: Mapping[str, Any], match: int | None = None) -> Person:
    """Change name, organisation, premium, active, locale, timezone or fields of a person."""
    uow.require("people.edit")
    statement = uow.query(Person).where(Person.id == person_id).with_for_update()
    row: Person | None = uow.session.scalars(statement.execution_options(populate_existing=True)).first()
    if row is None:
        raise Unknown(say("There is nobody with the number {id} here.", id=person_id))
    if match is not None and row.version != match:
        raise Stale(say("This person was changed meanwhile."))
    own = ("name", "organisation_id", "premium", "active", "locale", "timezone")
    values = _fields(uow, "person", {k: v for k, v in changes.items() if k not in own})
    before = {k: getattr(row, k) for k in own}
    for name in own:
        if name in changes:
            setattr(row, name, changes[name])
    row.name_fold = fold(_name(row.name))
    row.fields = merged(row.fields, values)
    row.version += 1
    changed = {k: [before[k], getattr(row, k)] for k in own if before[k] != getattr(row, k)}
    names = {k: v for k, v in changed.items() if k == "name"}
    _tell(uow, "person", row.id, "person_changed", {k: v for k, v in changed.items() if k != "name"}, names)
    uow.session.flush()
    return row


def change_own_settings(uow: UnitOfWork, *, locale: str | None = None, timezone: str | None = None) -> None:
    """A person's own language and zone ('' = as the desk); everybody may, for themselves. None leaves it."""
    me = uow.session.get(Person, uow.act.actor.person_id)
    if me is None:
        raise Forbidden(say("Only a person has settings."))
    if timezone and timezone not in available_timezones():
        raise Invalid.field("timezone", say("There is no such zone."))
    if locale is not None and locale not in LOCALES:
        raise Invalid.field("language", say("Must be one of: {allowed}.", allowed=", ".join(LOCALES)))
    given = {"locale": locale, "timezone": timezone}
    changed = {name: [getattr(me, name), new] for name, new in given.items() if new not in (None, getattr(me, name))}
    for name, (_, new) in changed.items():
        setattr(me, name, new)
    if changed:
        me.version += 1
        _tell(uow, "person", me.id, "person_changed", changed, {})


def find_by_address(uow: UnitOfWork, *, type: str, value: str) -> Person | None:
    """The person whom an address belongs to."""
    statement = select(Person).join(Address, Address.person_id == Person.id)
    statement = statement.where(Address.type == type, Address.value_fold == address_fold(type, value))
    return uow.session.scalars(statement).first()


def suggest_people(uow: UnitOfWork, *, words: str, limit: int = 10) -> Sequence[Person]:
    """People whose name or address begins like `words`, for type-ahead; never the whole list."""
    start = fold(words)
    if not start:
        return []
    by_address = select(Address.person_id).where(Address.value_fold.startswith(start, autoescape=True))
    matches = or_(Person.name_fold.contains(start, autoescape=True), Person.id.in_(by_address))
    statement = uow.query(Person).where(Person.active, matches).order_by(Person.name_fold, Person.id)
    return uow.session.scalars(statement.limit(limit)).all()


def add_team(
    uow: UnitOfWork, *, key: str, label: Mapping[str, str], parent_id: int | None = None, head_id: int | None = None,
    level: str = "group", line: str = "", members: Sequence[int] = (),
) -> Team:  # fmt: skip
    """Make a team with its head and members."""
    uow.require("people.teams")
    refusals = []
    if level not in LEVELS:
        refusals.append(Refusal("level", say("Must be one of: {allowed}.", allowed=", ".join(LEVELS))))
    if line not in LINES:
        refusals.append(Refusal("line", say("Must be one of: {allowed}.", allowed=", ".join(LINES))))
    if refusals:
        raise Invalid(refusals=refusals)
    if uow.session.scalars(select(Team.id).where(Team.key == key)).first() is not None:
        raise Conflict(say("The team {key} exists already.", key=key))
    row = Team(key=key, label=dict(label), parent_id=parent_id, head_id=head_id, level=level, line=line, fields={})
    uow.session.add(row)
    uow.session.flush()
    for person_id in members:
        uow.session.add(TeamMember(team_id=row.id, person_id=person_id))
    uow.session.flush()
    facts = {"key": key, "head": head_id, "members": list(members), "line": line}
    _tell(uow, "team", row.id, "team_added", facts, {"name": dict(label)})
    return row


def set_member(uow: UnitOfWork, *, team_id: int, person_id: int, member: bool) -> None:
    """Put a person into a team, or take them out."""
    uow.require("people.teams")
    row = uow.session.get(TeamMember, (team_id, person_id))
    if member == (row is not None):
        return
    if row is None:
        uow.session.add(TeamMember(team_id=team_id, person_id=person_id))
    else:
        uow.session.delete(row)
    uow.session.flush()
    _tell(uow, "team", team_id, "member_added" if member else "member_removed", {"person": person_id}, {})


def _fields(uow: UnitOfWork, subject: str, fields: Mapping[str, Any] | None) -> dict[str, Any]:
    cleaned, refusals = clean_fields(uow, subject, fields or {})
    if refusals:
        raise Invalid(refusals=refusals)
    return {name: value for name, value in cleaned.items() if value is not None}


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 200:
        raise Invalid.field("name", say("A name has 1 to 200 characters."))
    return name.strip()


def _tell(
    uow: UnitOfWork, stream: str, subject_id: int, type: str, facts: Mapping[str, Any], texts: Mapping[str, Any]
) -> None:
    append(uow, stream=stream, subject_id=subject_id, type=type, facts=facts, texts=texts)
