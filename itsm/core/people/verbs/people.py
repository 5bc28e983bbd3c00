"""Make, change, confirm people; what everybody may change of themselves."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import update

from itsm.core.access.models import Account, LoginSession, Token
from itsm.core.access.powers import require_over_person, someone_keeps_the_desk
from itsm.core.errors import Conflict, Forbidden
from itsm.core.people.models import Organisation, Person
from itsm.core.people.rules import domain_of
from itsm.core.people.verbs import common
from itsm.core.people.verbs.addresses import give_address
from itsm.core.people.verbs.domains import organisation_of
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork

OWN = ("name", "organisation", "premium", "premium_until", "active", "locale", "timezone")
COLUMNS = ("name", "organisation_id", "premium", "premium_until", "active", "locale", "timezone")


def add_person(
    uow: UnitOfWork,
    *,
    name: str,
    addresses: Iterable[tuple[str, str]] = (),
    organisation_id: int | None = None,
    premium: bool = False,
    premium_until: datetime | None = None,
    locale: str = "en",
    timezone: str = "",
    fields: Mapping[str, Any] | None = None,
) -> Person:
    """Make a person with any number of (type, value) addresses; one that somebody else has is refused.

    Without an organisation the person belongs to the one whose domain their first e-mail has. Who may edit people of
    one organisation only names it.
    """
    uow.require("people.edit", organisation_id)
    given = list(addresses)
    row = new_person(uow, name=name, locale=locale, timezone=timezone, premium=premium, premium_until=premium_until)
    row.organisation_id = common.settled(uow, Organisation, "organisation", organisation_id)
    if row.organisation_id is None:
        row.organisation_id = employer(uow, given)
    row.fields = common.present(common.check_fields(uow, "person", fields))
    uow.session.add(row)
    uow.session.flush()
    for type, value in given:
        give_address(uow, person_id=row.id, type=type, value=value)
    facts = {"organisation": row.organisation_id, "premium": premium}
    texts = {"name": row.name, "addresses": [list(address) for address in given]}
    common.tell(uow, "person", row.id, "person_added", facts, texts, begins=True)
    return row


def new_person(uow: UnitOfWork, **values: Any) -> Person:
    """A row that is checked and not yet written."""
    common.check_own(values)
    name = common.check_name(values.pop("name"))
    return Person(name=name, name_fold=fold(name), fields={}, version=1, created_at=uow.now, **values)


def employer(uow: UnitOfWork, addresses: Iterable[tuple[str, str]]) -> int | None:
    """The organisation to which somebody with these addresses belongs, by the domain of the first e-mail that tells."""
    for type, value in addresses:
        found = organisation_of(uow, domain_of(value)) if type == "email" else None
        if found is not None:
            return found
    return None


def change_person(uow: UnitOfWork, *, person_id: int, changes: Mapping[str, Any], match: int | None = None) -> Person:
    """Change name, organisation_id, premium, premium_until, active, locale, timezone or fields of a person.

    Whoever is no longer active cannot sign in, is not suggested, and their sessions and tokens end.
    """
    row: Person = common.lock(uow, Person, person_id, "people.edit", match)
    values = dict(changes)
    common.check_own(values)
    if "name" in values:
        values["name"] = common.check_name(values["name"])
    if values.get("organisation_id") not in (None, row.organisation_id):
        values["organisation_id"] = common.settled(uow, Organisation, "organisation", values["organisation_id"])
    uow.require("people.edit", values.get("organisation_id", row.organisation_id))
    cleaned = common.check_fields(uow, "person", {n: v for n, v in values.items() if n not in COLUMNS}, row.fields)
    with _switching(uow, row, values.get("active", row.active)):
        changed = common.put(row, COLUMNS, values)
    row.name_fold = fold(row.name)
    changed |= common.put_fields(row, cleaned)
    if "organisation_id" in changed:
        changed["organisation"] = changed.pop("organisation_id")
    common.tell_change(uow, "person", row, changed)
    return row


@contextmanager
def _switching(uow: UnitOfWork, row: Person, active: bool) -> Iterator[None]:
    """Whoever may sign in is switched by those who keep accounts and may as much; nobody switches themselves off."""
    if active == row.active:
        yield
        return
    if row.id == uow.act.actor.person_id:
        raise Conflict(say("Nobody can deactivate themselves."))
    if uow.session.get(Account, row.id) is None:
        yield
        return
    uow.require("people.accounts")
    require_over_person(uow, row.id)
    with someone_keeps_the_desk(uow):
        yield
    if not active:
        end_access(uow, row.id)


def end_access(uow: UnitOfWork, person_id: int) -> None:
    """End all sessions and tokens of a person."""
    for model in (LoginSession, Token):
        alive = (model.person_id == person_id, model.revoked_at.is_(None))
        uow.session.execute(update(model).where(*alive).values(revoked_at=uow.now))


def confirm_person(uow: UnitOfWork, *, person_id: int, match: int | None = None) -> Person:
    """Somebody whom a channel met is a person of this desk."""
    row: Person = common.lock(uow, Person, person_id, "people.edit", match)
    if row.provisional:
        row.provisional = False
        row.version += 1
        uow.session.flush()
        common.tell(uow, "person", row.id, "person_confirmed")
    return row


def change_own_settings(uow: UnitOfWork, *, locale: str | None = None, timezone: str | None = None) -> None:
    """A person's own language and zone ('' = as the desk); everybody may, for themselves. None leaves it."""
    me = uow.session.get(Person, uow.act.actor.person_id)
    if me is None:
        raise Forbidden(say("Only a person has settings."))
    given = {name: new for name, new in (("locale", locale), ("timezone", timezone)) if new is not None}
    common.check_own(given)
    common.tell_change(uow, "person", me, common.put(me, ("locale", "timezone"), given))
