"""Nagios: a notification command sends the macros as a form.

One trouble is one host and service: the problem id begins anew with the daemon, and WARNING that becomes CRITICAL is a
second PROBLEM of the same trouble. The output holds quotes, brackets, dollars and a literal `\\n`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from itsm.plugins import Alert, AlertRequest, AlertSeverity, RefusedAlert, say
from itsm_monitoring.outside.words import checked, key_of, labels, line, moment, one, prose, severity

STATUSES = {"PROBLEM": "firing", "RECOVERY": "resolved", "ACKNOWLEDGEMENT": "acknowledged"}
# Nothing about the state, which the sender tells by PROBLEM and RECOVERY again.
NOTES = ("FLAPPING", "DOWNTIME", "CUSTOM")


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """One notification of a host or a service."""
    data = one(request, "notification_type", "host")
    said = prose(str(data.get("long_output") or "").replace("\\n", "\n"))
    return [
        notification(
            request,
            data,
            type=line(data["notification_type"], 40),
            state=line(data.get("service_state") or data.get("host_state"), 40),
            output=line(data.get("output")),
            more=said,
            number=line(data.get("notification_number"), 20),
        )
    ]


def notification(
    request: AlertRequest, data: Mapping[str, Any], *, type: str, state: str, output: str, more: str, number: str
) -> Alert | RefusedAlert:
    """What Nagios and Icinga say alike."""
    status = STATUSES.get(type) or ("note" if type.startswith(NOTES) else None)
    if status is None:
        return RefusedAlert(say("Must be one of: {allowed}.", allowed=", ".join(STATUSES)), "notification_type")
    host, service = line(data.get("host"), 200), line(data.get("service"), 200)
    at = moment(data.get("timet"), request)
    place = f"{host}: {service}" if service else host
    written = f"{line(data.get('author'), 200)}: {prose(data.get('comment'))}".strip(": ")
    return checked(
        Alert(
            key=key_of(host, service) if service else host,
            status=status,  # type: ignore[arg-type]
            title=line(f"{place}: {output}" if output else f"{place} {state}"),
            text="\n\n".join(filter(None, (more, written))),
            severity=cast(AlertSeverity, severity(state)) if status == "firing" else "",
            labels=labels({"host": host, "service": service, "address": data.get("address"), "state": state}),
            starts_at=at if status != "resolved" else None,
            ends_at=at if status == "resolved" else None,
            event=f"{line(data.get('timet'), 20)} {type} {state} {number}" if at else "",
            url=line(data.get("notes_url"), 2_000),
        )
    )
