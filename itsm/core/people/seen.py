"""Who sees people and organisations: staff within the reach of `people.read`, everybody themselves and their own."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from itsm.core.access.conditions import in_reach
from itsm.core.act import Actor
from itsm.core.hookspecs.declarations import Field
from itsm.core.people.models import Address, Organisation, OrganisationDomain, Person

SEE = "people.read"


def is_staff_of(actor: Actor, organisation: int | None) -> bool:
    """Whether the actor may see what is internal of an organisation and its people, or of groups (None): the history,
    and fields that are not public. Who sees all people may; in one organisation it takes `tickets.internal` there."""
    return actor.may(SEE) or (actor.may(SEE, organisation) and actor.may("tickets.internal", organisation))


def public_of(fields: Mapping[str, Any], declared: Mapping[str, Field], staff: bool) -> dict[str, Any]:
    """The fields that may be seen."""
    return {name: value for name, value in fields.items() if staff or (name in declared and declared[name].public)}


def organisation_of_row(row: Any) -> int | None:
    """To which organisation a person, an organisation or a group belongs, as far as permissions go."""
    return row.id if isinstance(row, Organisation) else getattr(row, "organisation_id", None)


def visible_people(actor: Actor) -> ColumnElement[bool]:
    """Those of the organisations in reach, and oneself."""
    return _or_own(actor, in_reach(actor, SEE, Person.organisation_id), Person.id == actor.person_id)


def visible_addresses(actor: Actor) -> ColumnElement[bool]:
    """Those of the people whom the actor sees."""
    if actor.may(SEE):
        return true()
    return Address.person_id.in_(select(Person.id).where(visible_people(actor)))


def visible_organisations(actor: Actor) -> ColumnElement[bool]:
    """Those in reach, and one's own."""
    return _or_own(actor, in_reach(actor, SEE, Organisation.id), Organisation.id == actor.organisation_id)


def visible_domains(actor: Actor) -> ColumnElement[bool]:
    """Those of the organisations in reach."""
    return in_reach(actor, SEE, OrganisationDomain.organisation_id)


def visible_teams(actor: Actor) -> ColumnElement[bool]:
    """Everybody who signed in may know which groups there are."""
    return true() if actor.kind != "nobody" else false()


def _or_own(actor: Actor, reach: ColumnElement[bool], own: ColumnElement[bool]) -> ColumnElement[bool]:
    """`own` compares with a number that a machine or a person without an organisation does not have."""
    return reach if actor.may(SEE) or actor.person_id is None else or_(reach, own)
