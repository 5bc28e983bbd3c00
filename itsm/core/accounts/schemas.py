"""What the forms and the API of roles and accounts take and answer."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from itsm.core.schemas import Answer, Ident, Key, LabelField, Line, Size, Strict, Whole, YesNo
from itsm.core.texts import say

MOST_PERMISSIONS = 2000


def reason(*, needed: bool) -> Line:
    """Why, for the history; people are asked for it, programs may leave it out."""
    return Line(500, required=True) if needed else Line(500, blank=True, load_default="")


class RoleKey(Key):
    """The key of a new role; `new` is the address of the form."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        key: str = super()._deserialize(value, attr, data, **kwargs)
        if key == "new":
            raise ValidationError([say("This key is taken by the desk itself.")])
        return key


class RoleForm(Strict):
    """The form of a role; the boxes that are checked. version: 0 for a new one."""

    key = RoleKey()
    name_en = Line(120, blank=True, load_default="")
    name_ru = Line(120, blank=True, load_default="")
    permissions = fields.List(Line(120), load_default=list, validate=Size(0, MOST_PERMISSIONS))
    version = Whole(0, required=True)
    reason = reason(needed=True)


class ReasonForm(Strict):
    """An act that needs nothing but a reason."""

    reason = reason(needed=True)


class RoleIn(Strict):
    """A new role."""

    key = RoleKey(required=True)
    name = LabelField(required=True)
    permissions = fields.List(Line(120), required=True, validate=Size(0, MOST_PERMISSIONS))
    reason = reason(needed=False)


class RolePatch(Strict):
    """What may be changed of a role; permissions are given whole."""

    name = LabelField()
    permissions = fields.List(Line(120), validate=Size(0, MOST_PERMISSIONS))
    reason = reason(needed=False)


class RoleOut(Answer):
    """A role. holders: how many people have it."""

    key = fields.String(required=True)
    name = fields.Dict(required=True)
    permissions = fields.List(fields.String(), required=True)
    holders = fields.Integer(required=True)
    version = fields.Integer(required=True)


class RolesOut(Answer):
    """All roles, and all permissions that a role may hold here."""

    items = fields.List(fields.Nested(RoleOut), required=True)
    permissions = fields.List(fields.Dict(), required=True)


class AccountForm(Strict):
    """A new account; without a password whoever it is comes in by other ways only."""

    login = Line(200, required=True)
    roles = fields.List(Key(), load_default=list, validate=Size(0, 50))
    password = YesNo(load_default=False)
    reason = reason(needed=True)


class GrantForm(Strict):
    """A role to give; organisation as it was typed, empty for the whole desk."""

    role = Key(required=True)
    organisation = Line(300, blank=True, load_default="")
    reason = reason(needed=True)


class RevokeForm(Strict):
    """A grant to take away."""

    role = Key(required=True)
    organisation = Ident(load_default=None, allow_none=True)
    reason = reason(needed=True)


class AccountIn(Strict):
    """A new account."""

    login = Line(200, required=True)
    roles = fields.List(Key(), load_default=lambda: ["requester"], validate=Size(0, 50))
    password = YesNo(load_default=True)
    reason = reason(needed=False)


class AccountPatch(Strict):
    """Lock somebody out, or let them in again."""

    disabled = YesNo(required=True)
    reason = reason(needed=False)


class GrantIn(Strict):
    """A role, in the whole desk or within one organisation."""

    role = Key(required=True)
    organisation = Ident(load_default=None, allow_none=True)
    reason = reason(needed=False)


class GrantOut(Answer):
    """A role that somebody holds. origin: the other party that it follows, empty where a person gave it."""

    role = fields.String(required=True)
    organisation = fields.Integer(required=True, allow_none=True)
    origin = fields.String(required=True)


class AccountOut(Answer):
    """What lets somebody in; nothing of it is secret but `one_time_password`, which is answered once."""

    person = fields.Integer(required=True)
    login = fields.String(required=True)
    disabled = fields.Boolean(required=True)
    has_password = fields.Boolean(required=True)
    must_change = fields.Boolean(required=True)
    roles = fields.List(fields.Nested(GrantOut), required=True)
    sessions = fields.List(fields.Dict(), required=True)
    tokens = fields.List(fields.Dict(), required=True)
    identities = fields.List(fields.Dict(), required=True)
    factors = fields.Dict(required=True)
    one_time_password = fields.String()


class PasswordOut(Answer):
    """A one-time password."""

    one_time_password = fields.String(required=True)
