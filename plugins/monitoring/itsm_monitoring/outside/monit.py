"""Monit: a program that it runs sends its environment as a form.

It names no state: each event has a word for the fault and another one for its end, such as "Does not exist" and
"Exists"; the trouble is what both are about.
"""

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from itsm.plugins import Alert, AlertRequest, RefusedAlert
from itsm_monitoring.outside.words import checked, key_of, labels, line, moment, one, prose

PAIRS = {
    "does not exist": ("existence", "firing"), "exists": ("existence", "resolved"),
    "timeout": ("timeout", "firing"), "timeout recovery": ("timeout", "resolved"),
    "invalid type": ("type", "firing"), "type succeeded": ("type", "resolved"),
    "content match": ("content", "firing"), "content doesn't match": ("content", "resolved"),
    "data access error": ("data access", "firing"), "data access succeeded": ("data access", "resolved"),
    "link down": ("link", "firing"), "link up": ("link", "resolved"),
    "resource limit matched": ("resource limit", "firing"),
    "resource limit succeeded": ("resource limit", "resolved"),
}  # fmt: skip
WORDS = re.compile(r"\A(.+?) (failed|error|exceeded|matched|succeeded|ok)\Z")
FIRING = ("failed", "error", "exceeded", "matched")


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """One event of a service."""
    data = one(request, "event", "service")
    event, service, host = (line(data.get(name), 200) for name in ("event", "service", "host"))
    topic, status = _meaning(event.casefold())
    at = _at(line(data.get("date"), 60), request)
    place = f"{host}: {service}" if host else service
    alert = Alert(
        key=key_of(host, service, topic),
        status=status,  # type: ignore[arg-type]
        title=line(f"{place}: {event}"),
        text=prose(data.get("description")),
        severity="error" if status == "firing" else "",
        labels=labels({"host": host, "service": service, "event": event}),
        starts_at=at if status != "resolved" else None,
        ends_at=at if status == "resolved" else None,
        event=f"{at.isoformat()} {event}" if at else "",
    )  # fmt: skip
    return [checked(alert)]


def _meaning(event: str) -> tuple[str, str]:
    """(what it is about, firing, resolved or note): something that changed or an action is neither fault nor end."""
    if event in PAIRS:
        return PAIRS[event]
    found = WORDS.match(event)
    if found is None:
        return event, "note"
    return found[1], "firing" if found[2] in FIRING else "resolved"


def _at(text: str, request: AlertRequest):  # type: ignore[no-untyped-def]
    try:
        written = parsedate_to_datetime(text).replace(tzinfo=None).isoformat()
    except (ValueError, TypeError, IndexError):
        return None
    return moment(written, request)
