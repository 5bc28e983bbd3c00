"""Prometheus Alertmanager's webhook: a group of alerts, each with its own status.

The same group comes again and again; `fingerprint` stands for the labels, and (fingerprint, startsAt, status) for one
message. A message that is firing as a whole may carry resolved alerts, and newer versions bring more members.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from itsm.plugins import Alert, AlertRequest, AlertSeverity, Invalid, RefusedAlert, say
from itsm_monitoring.outside.words import checked, digest, labels, line, moment, one, prose, severity

MOST = 50_000
STATUSES = {"firing": "firing", "resolved": "resolved"}


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """The alerts of a group."""
    given = one(request, "alerts")["alerts"]
    if not isinstance(given, list) or not 0 < len(given) <= MOST:
        raise Invalid.field("alerts", say("A list of 1 to {most} alerts is expected here.", most=MOST))
    return [alert_of(each, request) for each in given]


def alert_of(given: Any, request: AlertRequest) -> Alert | RefusedAlert:
    """One alert of a group; Grafana's have the same members."""
    if not isinstance(given, Mapping):
        return RefusedAlert(say("An object is expected here."))
    status = STATUSES.get(line(given.get("status"), 20))
    if status is None:
        return RefusedAlert(say("Must be one of: {allowed}.", allowed="firing, resolved"), "status")
    named, notes = labels(given.get("labels")), given.get("annotations")
    notes = notes if isinstance(notes, Mapping) else {}
    key = line(given.get("fingerprint"), 64) or (digest(*sorted(named.items())) if named else "")
    return checked(
        Alert(
            key=key,
            status=status,  # type: ignore[arg-type]
            title=_title(named, notes) or key,
            text="\n\n".join(filter(None, (prose(notes.get(name)) for name in ("description", "message")))),
            severity=cast(AlertSeverity, severity(named.get("severity") or named.get("priority"))),
            labels=named,
            starts_at=moment(given.get("startsAt"), request),
            ends_at=moment(given.get("endsAt"), request) if status == "resolved" else None,
            event=f"{line(given.get('startsAt'), 60)} {status}",
            url=line(given.get("generatorURL") or given.get("panelURL"), 2_000),
        )
    )


def _title(named: Mapping[str, str], notes: Mapping[str, Any]) -> str:
    """The sender's own words; else the name of the alert and what it is about."""
    written = next(filter(None, (line(notes.get(name)) for name in ("summary", "title"))), "")
    place = named.get("instance") or named.get("host") or named.get("pod") or ""
    name = named.get("alertname", "")
    if written:
        return written if not place or place in written else line(f"{written} ({place})")
    return line(f"{name} ({place})" if place and name else name or place)
