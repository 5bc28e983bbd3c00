"""Every error that an edge translates, drawn as one tree; each class carries its HTTP status.

DeskError                    500  something of ours broke
├── NotSignedIn              401  nobody is known to be asking
├── Forbidden                403  known, but not allowed
├── Unknown                  404  not there, or not visible to this actor: the same answer
├── Conflict                 409  true input at the wrong moment (already claimed, closed, …)
│   └── Stale                412  the object changed since it was read
├── TooLarge                 413  more than the limit
├── Invalid                  422  input refused; names each field
│   └── NotAllowedNow        422  a guard or a transition refused
├── MatchRequired            428  If-Match is missing
├── TooMany                  429  throttled
├── NotReady                 503  the schema is older than the code, or the plugin is parked
└── SettingsError            500  a setting is unknown or wrong
    └── NoDesk               500  there is no desk where the settings say

A command ends with the `exit_code` of its error: 1, but 2 for wrong settings, 3 for a schema to migrate.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from itsm.core.texts import Message


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why input is refused: the field's name ('' for the whole) and the sentence."""

    field: str
    message: Message
    source: str = "core"


class DeskError(Exception):
    """The root; `message` is for people, `refusals` name the fields."""

    status = 500
    title = "Internal error"
    exit_code = 1

    def __init__(self, message: Message | str = "", refusals: Iterable[Refusal] = ()) -> None:
        self.message = Message(message) if isinstance(message, str) else message
        self.refusals = tuple(refusals)
        super().__init__(str(self.message) or "; ".join(f"{r.field}: {r.message}" for r in self.refusals))


class NotSignedIn(DeskError):
    status, title = 401, "Sign in first"


class Forbidden(DeskError):
    status, title = 403, "Not allowed"


class Unknown(DeskError):
    status, title = 404, "Not found"


class Conflict(DeskError):
    status, title = 409, "Conflict"


class Stale(Conflict):
    status, title = 412, "Changed since it was read"


class TooLarge(DeskError):
    status, title = 413, "Too large"


class Invalid(DeskError):
    status, title = 422, "Input refused"

    @classmethod
    def field(cls, name: str, message: Message) -> "Invalid":
        """The common case: one field, one reason."""
        return cls(refusals=[Refusal(name, message)])


class NotAllowedNow(Invalid):
    title = "Refused in this state"


class MatchRequired(DeskError):
    status, title = 428, "If-Match required"


class TooMany(DeskError):
    """`wait`: after how many seconds it may be tried again."""

    status, title = 429, "Too many attempts"

    def __init__(self, message: Message | str = "", refusals: Iterable[Refusal] = (), *, wait: float = 60) -> None:
        super().__init__(message, refusals)
        self.wait = wait


class NotReady(DeskError):
    status, title, exit_code = 503, "Not ready", 3


class SettingsError(DeskError):
    title, exit_code = "Wrong setting", 2


class NoDesk(SettingsError):
    title = "No desk here"
