"""The forms of access: signing in, tokens, one's own settings."""

from marshmallow import fields

from itsm.core.schemas import Line, Size, Strict, Whole


class SignInIn(Strict):
    """Sign in."""

    login = Line(200, required=True)
    password = fields.String(required=True, validate=Size(1, 1000))


class TokenIn(Strict):
    """A new token; without scopes it may do everything that its person may."""

    name = Line(120, required=True)
    days = Whole(1, 3650, load_default=None, allow_none=True)
    scopes = fields.List(Line(80), load_default=list, validate=Size(0, 500))


class OwnSettingsIn(Strict):
    """A person's own zone; empty: the desk's."""

    timezone = Line(60, blank=True, required=True)
