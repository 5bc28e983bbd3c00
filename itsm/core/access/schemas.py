"""The forms of access: signing in, tokens, one's own settings."""

from marshmallow import fields

from itsm.core.schemas import Line, Size, Strict, Verbatim, Whole, YesNo


class SignInIn(Strict):
    """Sign in."""

    login = Line(200, required=True)
    password = Verbatim(1000, minimum=1, required=True)


class CredentialIn(Strict):
    """What an authenticator answered, as JSON."""

    credential = Verbatim(20_000, minimum=2, required=True)


class FactorIn(Strict):
    """A second factor: a code of the app, a recovery code, or what an authenticator answered."""

    code = Line(60, blank=True, load_default="")
    credential = Verbatim(20_000, load_default="")


class CodeIn(Strict):
    """The first code of a new authenticator; `offer` is its sealed secret."""

    code = Line(60, required=True)
    offer = Line(1000, required=True)


class PasskeyIn(CredentialIn):
    """A new passkey with its name."""

    name = Line(120, blank=True, load_default="")


class FirstFactorIn(FactorIn):
    """Either of the two."""

    offer = Line(1000, blank=True, load_default="")
    name = Line(120, blank=True, load_default="")


class NewPasswordIn(Strict):
    """A password of one's own."""

    password = Verbatim(1000, minimum=1, required=True)


class OwnPasswordIn(NewPasswordIn):
    """The password of until now, and another one."""

    old = Verbatim(1000, minimum=1, required=True)
    tokens = YesNo(load_default=False)


class TokenIn(Strict):
    """A new token; without scopes it may do everything that its person may."""

    name = Line(120, required=True)
    days = Whole(0, 3650, load_default=None, allow_none=True)
    scopes = fields.List(Line(80), load_default=list, validate=Size(0, 500))
    addresses = Line(1000, blank=True, load_default="")


class OwnSettingsIn(Strict):
    """A person's own zone; empty: the desk's."""

    timezone = Line(60, blank=True, required=True)


class SignInRulesSchema(Strict):
    """The document `core.sign_in`.

    one_time_days: how long a password holds that somebody else gave. refused_words: no password may hold one, such as
    the firm's name. password_beside_others: whether who has a passkey or an identity elsewhere may still use a
    password. idle_minutes: a session nobody used ends. confirm_minutes: how long after proving who one is dangerous
    acts ask nothing. failures_…: within throttle_minutes, by account and address together, by account from addresses
    it never came from, by address. second_factor_roles: who holds one of them must have a second factor.
    methods_enough: ways to sign in whose party is trusted to ask for it. token_days: how long a token holds when
    nothing is said, 0 for ever; token_days_most: 0 without a limit; token_warn_days: from when on its end is marked.
    """

    minimum_password = Whole(8, 200, load_default=10)
    one_time_days = Whole(1, 365, load_default=7)
    refused_words = fields.List(Line(60), load_default=list, validate=Size(0, 1000))
    password_beside_others = YesNo(load_default=True)
    session_days = Whole(1, 365, load_default=14)
    idle_minutes = Whole(5, 525_600, load_default=4320)
    confirm_minutes = Whole(1, 1440, load_default=15)
    throttle_minutes = Whole(1, 1440, load_default=15)
    failures_per_pair = Whole(3, 1000, load_default=10)
    failures_per_account = Whole(3, 100_000, load_default=50)
    failures_per_address = Whole(3, 100_000, load_default=100)
    second_factor_roles = fields.List(Line(60), load_default=list, validate=Size(0, 200))
    methods_enough = fields.List(Line(60), load_default=list, validate=Size(0, 50))
    token_days = Whole(0, 3650, load_default=365)
    token_days_most = Whole(0, 3650, load_default=0)
    token_warn_days = Whole(0, 365, load_default=14)
