"""Values of senders, read so that nothing they hold can hurt: texts, moments, labels, and what is no value at all."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from itsm.plugins import Alert, AlertRequest, Invalid, RefusedAlert, say

LONGEST_KEY, LONGEST_TITLE, LONGEST_TEXT, LONGEST_URL = 400, 300, 20_000, 2_000
MOST_LABELS, LONGEST_NAME, LONGEST_VALUE = 100, 100, 500
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# What Zabbix, Nagios and Icinga send in the place of a value that they do not have.
UNRESOLVED = re.compile(r"\A(?:\{[A-Z][\w.$]*\}|\{\$[A-Z_.]+\}|\$[A-Z_]+\$|\*UNKNOWN\*)\Z")
MOMENT = re.compile(
    r"\A(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?\Z"
)
FIRST, FUTURE = datetime(1970, 1, 2, tzinfo=UTC), timedelta(days=366)
SEVERITIES = {
    "critical": "critical", "crit": "critical", "fatal": "critical", "emergency": "critical", "disaster": "critical",
    "page": "critical", "p1": "critical", "sev1": "critical", "alert": "critical", "down": "critical",
    "error": "error", "err": "error", "high": "error", "major": "error", "p2": "error", "sev2": "error",
    "unknown": "error", "unreachable": "error",
    "warning": "warning", "warn": "warning", "average": "warning", "medium": "warning", "minor": "warning",
    "p3": "warning", "sev3": "warning",
    "info": "info", "information": "info", "informational": "info", "notice": "info", "low": "info", "debug": "info",
    "not classified": "info", "none": "info", "p4": "info", "p5": "info",
}  # fmt: skip


def line(value: Any, longest: int = LONGEST_TITLE) -> str:
    """One line of text; empty where there is no value."""
    return _cut(" ".join(prose(value).split()), longest)


def prose(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A text of several lines, cut to `longest` characters; empty where there is no value."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, Mapping | list):
        return ""
    text = CONTROL.sub("", str(value)).replace("\r\n", "\n").strip()
    return "" if UNRESOLVED.match(text) else _cut(text, longest)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def severity(value: Any) -> str:
    """One of critical, error, warning and info; empty for a word that nobody knows."""
    return SEVERITIES.get(line(value, 40).casefold(), "")


def moment(value: Any, request: AlertRequest) -> datetime | None:
    """A moment in UTC: RFC 3339 with any number of digits, or seconds since 1970; None for none, for one before 1970
    such as the year 1 that stands for "not yet", and for one more than a year ahead."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _sane(_of_seconds(float(value)), request.received_at)
    text = line(value, 40)
    if re.fullmatch(r"\d{9,10}(\.\d+)?", text):
        return _sane(_of_seconds(float(text)), request.received_at)
    return _sane(_of_text(text, request.zone), request.received_at)


def _of_seconds(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 10**10 else None


def _of_text(text: str, zone: tzinfo) -> datetime | None:
    found = MOMENT.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    digits = ((fraction or "") + "000000")[:6]
    written = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}.{digits}"
    try:
        if offset is None:
            return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC)
        return datetime.fromisoformat(written + _offset(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> str:
    if text in "Zz":
        return "+00:00"
    digits = text[1:].replace(":", "")
    return f"{text[0]}{digits[:2]}:{digits[2:] or '00'}"


def _sane(found: datetime | None, now: datetime) -> datetime | None:
    return found if found is not None and FIRST < found < now + FUTURE else None


def labels(given: Any) -> dict[str, str]:
    """Names and values of labels, of which the first hundred count."""
    if not isinstance(given, Mapping):
        return {}
    pairs = (
        (line(name, LONGEST_NAME), line(value, LONGEST_VALUE)) for name, value in list(given.items())[:MOST_LABELS]
    )
    return {name: value for name, value in pairs if name and value}


def digest(*parts: Any) -> str:
    """A short name for these parts together, the same wherever it is made."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:32]


def one(request: AlertRequest, *names: str) -> Mapping[str, Any]:
    """The request as one object that has at least these members; refused as a whole if it is not."""
    if not isinstance(request.data, Mapping):
        raise Invalid.field("", say("An object is expected here."))
    missing = [name for name in names if name not in request.data]
    if missing:
        raise Invalid.field(missing[0], say("Missing data for required field."))
    return request.data


def key_of(*parts: Any) -> str:
    """The parts as a key that people can read; a digest where that were too long. Empty if there is nothing in it."""
    readable = "/".join(line(part, 10_000) for part in parts)
    return readable if len(readable) <= LONGEST_KEY else digest(readable)


def checked(alert: Alert) -> Alert | RefusedAlert:
    """The alert, unless it lacks what every alert must have."""
    if not alert.key.strip("/") and not alert.id:
        return RefusedAlert(say("Nothing here tells this trouble from others."), "key")
    return alert
