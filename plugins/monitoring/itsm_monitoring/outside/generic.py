"""The documented form for scripts of one's own: one alert as an object, or several in an array."""

from collections.abc import Mapping, Sequence
from typing import Any

from itsm.plugins import Alert, AlertRequest, Invalid, RefusedAlert, say
from itsm_monitoring.outside.words import SEVERITIES, checked, key_of, labels, line, moment, prose, severity

MOST = 50_000
STATUSES = ("firing", "acknowledged", "resolved", "note")
TIMES = ("starts_at", "ends_at")
KNOWN = frozenset({"key", "id", "status", "title", "text", "severity", "labels", "event", "url", *TIMES})


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """One alert or an array of them."""
    if isinstance(request.data, Mapping):
        return [alert_of(request.data, request)]
    if isinstance(request.data, list) and 0 < len(request.data) <= MOST:
        return [alert_of(each, request) for each in request.data]
    raise Invalid.field("", say("An alert, or a list of 1 to {most} alerts, is expected here.", most=MOST))


def alert_of(given: Any, request: AlertRequest) -> Alert | RefusedAlert:
    """One alert in the words of docs/how-to/receive-alerts.md."""
    if not isinstance(given, Mapping):
        return RefusedAlert(say("An object is expected here."))
    fault = _fault(given, request)
    if fault is not None:
        return fault
    key = key_of(given["key"]) if given.get("key") else ""
    return checked(
        Alert(
            key=key,
            status=given.get("status", "firing"),
            title=line(given.get("title")) or key,
            text=prose(given.get("text")),
            severity=severity(given.get("severity")),  # type: ignore[arg-type]
            labels=labels(given.get("labels")),
            starts_at=moment(given.get("starts_at"), request),
            ends_at=moment(given.get("ends_at"), request),
            event=line(given.get("event"), 200),
            url=line(given.get("url"), 2_000),
            id=line(given.get("id"), 40),
        )
    )


def _fault(given: Mapping[str, Any], request: AlertRequest) -> RefusedAlert | None:
    """The first thing that is wrong: what a script sends is known by its author, so nothing is guessed."""
    for name in given:
        if name not in KNOWN:
            return RefusedAlert(say("Unknown field."), line(name, 80))
    if given.get("status", "firing") not in STATUSES:
        return RefusedAlert(say("Must be one of: {allowed}.", allowed=", ".join(STATUSES)), "status")
    if given.get("severity") and not severity(given["severity"]):
        return RefusedAlert(
            say("Must be one of: {allowed}.", allowed=", ".join(sorted(set(SEVERITIES.values())))), "severity"
        )
    if not isinstance(given.get("labels", {}), Mapping):
        return RefusedAlert(say("An object is expected here."), "labels")
    for name in TIMES:
        if given.get(name) is not None and moment(given[name], request) is None:
            return RefusedAlert(say("A moment such as 2026-03-02T10:00:00Z is expected here."), name)
    return None
