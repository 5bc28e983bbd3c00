"""What programs send to PagerDuty's Events API v2, sent here instead: trigger, acknowledge, resolve by a dedup_key.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from itsm.plugins import Alert, AlertRequest, AlertSeverity, RefusedAlert, say
from itsm_monitoring.outside.words import checked, digest, key_of, labels, line, moment, one, prose, severity

ACTIONS = {"trigger": "firing", "acknowledge": "acknowledged", "resolve": "resolved"}


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """One event."""
    data = one(request, "event_action")
    status = ACTIONS.get(line(data["event_action"], 20))
    if status is None:
        return [RefusedAlert(say("Must be one of: {allowed}.", allowed=", ".join(ACTIONS)), "event_action")]
    given = data.get("payload")
    payload: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    summary, stamp = line(payload.get("summary")), line(payload.get("timestamp"), 60)
    if status == "firing" and not summary:
        return [RefusedAlert(say("Missing data for required field."), "payload.summary")]
    key = key_of(data["dedup_key"]) if data.get("dedup_key") else ""
    if not key and status == "firing":  # PagerDuty gives it a name then; ours is the same for the same words
        key = digest(summary, line(payload.get("source")), stamp)
    level = severity(payload.get("severity"))
    at = moment(stamp, request)
    return [
        checked(
            Alert(
                key=key,
                status=status,  # type: ignore[arg-type]
                title=summary or key,
                text=_details(payload.get("custom_details")),
                severity=cast(AlertSeverity, level),
                labels=labels({name: payload.get(name) for name in ("source", "component", "group", "class")}),
                starts_at=at if status == "firing" else None,
                ends_at=at if status == "resolved" else None,
                event=f"{status} {stamp} {level}" if at else "",
                url=line(data.get("client_url"), 2_000),
            )
        )
    ]


def _details(given: Any) -> str:
    if isinstance(given, Mapping):
        return "\n".join(f"{line(name, 200)}: {line(value, 1_000)}" for name, value in list(given.items())[:100])
    return prose(given)
