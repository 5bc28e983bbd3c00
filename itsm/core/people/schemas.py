"""What the API and the forms of people take and answer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields

from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.schemas import values_of
from itsm.core.people.rules import LEVELS, LINES, TYPES, YEARS, domain_fold
from itsm.core.schemas import Among, Answer, Flag, Ident, Key, LabelField, Line, Size, Strict, Words, YesNo
from itsm.core.texts import LOCALES, say

MOST_MEMBERS = 2000


class PublicDomainsSchema(Strict):
    """The document `core.public_domains`."""

    domains = fields.List(Line(253), required=True, validate=Size(0, 5000))


def check_public_domains(body: Mapping[str, Any]) -> None:
    """Refuse what is no domain."""
    wrong = [name for name in body["domains"] if not domain_fold(name)]
    if wrong:
        raise Invalid(refusals=[Refusal("domains", say("{name} is no domain.", name=name[:80])) for name in wrong[:20]])


class Moment(fields.AwareDateTime):
    """A moment with its zone, ISO 8601, of years that every zone can tell."""

    def __init__(self, **more: Any) -> None:
        super().__init__(format="iso", **more)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **more)
        if not YEARS[0] <= moment.year <= YEARS[1]:
            raise ValidationError([say("Must be between {low} and {high}.", low=YEARS[0], high=YEARS[1])])
        return moment.astimezone(UTC)


class AddressIn(Strict):
    """One address."""

    type = fields.String(required=True, validate=Among(TYPES))
    value = Line(200, required=True)


class AddressPatch(Strict):
    """A corrected address."""

    value = Line(200, required=True)


class AddressOut(Answer):
    """One address with its number."""

    id = fields.Integer(required=True)
    type = fields.String(required=True)
    value = fields.String(required=True)


class PersonIn(Strict):
    """A new person."""

    name = Line(200, required=True)
    addresses = fields.List(fields.Nested(AddressIn), load_default=list, validate=Size(0, 20))
    organisation = Ident(load_default=None, allow_none=True)
    premium = YesNo(load_default=False)
    premium_until = Moment(load_default=None, allow_none=True)
    locale = fields.String(load_default="en", validate=Among(LOCALES))
    timezone = Line(60, blank=True, load_default="")
    fields_ = values_of("person", load_default=dict)


class PersonPatch(Strict):
    """What may be changed of a person; addresses have their own door."""

    name = Line(200)
    organisation = Ident(allow_none=True)
    premium = YesNo()
    premium_until = Moment(allow_none=True)
    active = YesNo()
    locale = fields.String(validate=Among(LOCALES))
    timezone = Line(60, blank=True)
    fields_ = values_of("person")


class PersonOut(Answer):
    """A person. merged_from: the number that was asked for, when it was merged into this one."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    organisation = fields.Integer(required=True, allow_none=True)
    premium = fields.Boolean(required=True)
    premium_until = fields.String(allow_none=True)
    provisional = fields.Boolean()
    active = fields.Boolean()
    locale = fields.String()
    timezone = fields.String()
    version = fields.Integer()
    fields_ = fields.Dict(data_key="fields")
    addresses = fields.List(fields.Nested(AddressOut))
    merged_from = fields.Integer()
    new = fields.Boolean()


class MeetIn(Strict):
    """Somebody whom a channel met."""

    type = fields.String(required=True, validate=Among(TYPES))
    value = Line(200, required=True)
    name = Line(1000, blank=True, load_default="")
    locale = fields.String(load_default="en", validate=Among(LOCALES))


class AbsorbIn(Strict):
    """Into whom; `reason` is for the history."""

    into = Ident(required=True)
    reason = Line(500, blank=True, load_default="")


class ContractIn(Strict):
    """A contract; `until` is the moment at which it ends."""

    number = Line(80, required=True)
    until = Moment(load_default=None, allow_none=True)


class ContractOut(Answer):
    """A contract; `until` is null where it has no end."""

    number = fields.String(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)


class OrganisationIn(Strict):
    """A new organisation with the numbers of its contracts and the domains of its mail."""

    name = Line(200, required=True)
    contracts = fields.List(Line(80), load_default=list, validate=Size(0, 200))
    domains = fields.List(Line(253), load_default=list, validate=Size(0, 200))
    premium = YesNo(load_default=False)
    premium_until = Moment(load_default=None, allow_none=True)
    fields_ = values_of("organisation", load_default=dict)


class OrganisationPatch(Strict):
    """What may be changed of an organisation; contracts and domains are given whole."""

    name = Line(200)
    contracts = fields.List(fields.Nested(ContractIn), validate=Size(0, 200))
    domains = fields.List(Line(253), validate=Size(0, 200))
    premium = YesNo()
    premium_until = Moment(allow_none=True)
    active = YesNo()
    fields_ = values_of("organisation")


class OrganisationOut(Answer):
    """An organisation."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    premium = fields.Boolean()
    premium_until = fields.String(allow_none=True)
    active = fields.Boolean()
    contracts = fields.List(fields.Nested(ContractOut))
    domains = fields.List(fields.String())
    version = fields.Integer()
    fields_ = fields.Dict(data_key="fields")
    merged_from = fields.Integer()


class TeamIn(Strict):
    """A new group."""

    key = Key(required=True)
    name = LabelField(required=True)
    parent = Ident(load_default=None, allow_none=True)
    head = Ident(load_default=None, allow_none=True)
    level = fields.String(load_default="group", validate=Among(LEVELS))
    line = fields.String(load_default="", validate=Among(LINES))
    members = fields.List(Ident(), load_default=list, validate=Size(0, MOST_MEMBERS))
    fields_ = values_of("team", load_default=dict)


class TeamPatch(Strict):
    """What may be changed of a group; members are given whole. The key stays: rules and configuration name it."""

    name = LabelField()
    parent = Ident(allow_none=True)
    head = Ident(allow_none=True)
    level = fields.String(validate=Among(LEVELS))
    line = fields.String(validate=Among(LINES))
    active = YesNo()
    members = fields.List(Ident(), validate=Size(0, MOST_MEMBERS))
    fields_ = values_of("team")


class TeamOut(Answer):
    """A group."""

    id = fields.Integer(required=True)
    key = fields.String(required=True)
    name = fields.Dict(required=True)
    line = fields.String()
    level = fields.String()
    parent = fields.Integer(allow_none=True)
    head = fields.Integer(allow_none=True)
    active = fields.Boolean()
    members = fields.List(fields.Integer())
    version = fields.Integer()
    fields_ = fields.Dict(data_key="fields")


class PeopleQuery(Strict):
    """Words, or one exact address, or the provisional ones."""

    q = Words(100)
    email = Words()
    phone = Words()
    chat = Words()
    external = Words()
    provisional = Flag()


class WordsQuery(Strict):
    """Words to find something by."""

    q = Words(100, load_default="")


class PeopleOut(Answer):
    """A short list; narrow the words to see others."""

    items = fields.List(fields.Nested(PersonOut), required=True)


class OrganisationsOut(Answer):
    """A short list; narrow the words to see others."""

    items = fields.List(fields.Nested(OrganisationOut), required=True)


class TeamsOut(Answer):
    """All groups in use."""

    items = fields.List(fields.Nested(TeamOut), required=True)


class HappenedOut(Answer):
    """One event in the history of a person, organisation or group."""

    id = fields.Integer(required=True)
    seq = fields.Integer(required=True)
    type = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    actor_id = fields.Integer(required=True, allow_none=True)
    channel = fields.String(required=True)
    origin = fields.String(required=True)
    facts = fields.Dict(required=True)
    texts = fields.Dict(required=True)


class HistoryOut(Answer):
    """What happened, the oldest first."""

    items = fields.List(fields.Nested(HappenedOut), required=True)


class GroupOut(Answer):
    """Ids that may be one; kind: person or organisation; reason: phone, email or name."""

    kind = fields.String(required=True)
    reason = fields.String(required=True)
    ids = fields.List(fields.Integer(), required=True)


class DuplicatesOut(Answer):
    """Groups of people and organisations that may be one."""

    items = fields.List(fields.Nested(GroupOut), required=True)
