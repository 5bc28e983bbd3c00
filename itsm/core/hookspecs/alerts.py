"""What monitoring systems say, after their own words were read: the same for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, NamedTuple

from itsm.core.texts import Label, Message

AlertStatus = Literal["firing", "acknowledged", "resolved", "note"]
AlertSeverity = Literal["critical", "error", "warning", "info", ""]


@dataclass(frozen=True, slots=True)
class Alert:
    """One message of a sender about one trouble.

    key: what all messages about this trouble share, and no other trouble of the sender has; 1 to 400 characters.
    id: what our answer to an earlier message named this trouble, where the sender gives it back; it wins over the key.
    status: `note` says something about the trouble and changes nothing. severity: empty where the sender has none.
    starts_at, ends_at: of the trouble, not of the message; None where the sender does not say.
    event: what tells this message from the others about the trouble; the same one again is a replay. Empty where the
    sender gives nothing of the kind: then each message counts.
    """

    key: str
    status: AlertStatus
    title: str = ""
    text: str = ""
    severity: AlertSeverity = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    event: str = ""
    url: str = ""
    id: str = ""


class RefusedAlert(NamedTuple):
    """One alert that cannot be used, in its place among the others; `field` where the fault is in one."""

    reason: Message
    field: str = ""


@dataclass(frozen=True, slots=True)
class AlertRequest:
    """One request of a sender.

    data: the value of its JSON, or the fields of its form by name. headers: by names in small letters. zone: where the
    clocks of senders stand that write times without one (the desk's).
    """

    data: Any
    headers: Mapping[str, str]
    received_at: datetime
    zone: tzinfo = UTC


class SignedRequest(NamedTuple):
    """What a signature is made of. headers: by names in small letters."""

    body: bytes
    headers: Mapping[str, str]
    secret: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class AlertSource:
    """A kind of sender: `POST /api/v1/alerts/<name>` takes what it sends.

    parse: `(request)` → its alerts in their order, a pure function. It raises `Invalid` when the request as a whole is
    not of the sender's shape; what is wrong with one alert is a `RefusedAlert` in its place, and costs no other.
    check: `(signed)` → why the signature is not taken, None if it is; asked only when the desk has set a secret for the
    source (`ITSM_MONITORING__SECRETS`).
    """

    name: str
    label: Label
    parse: Callable[[AlertRequest], Sequence[Alert | RefusedAlert]]
    check: Callable[[SignedRequest], Message | None] | None = None
