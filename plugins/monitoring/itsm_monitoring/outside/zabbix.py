"""Zabbix: a media type of the kind webhook sends the macros as JSON.

A macro without a value comes as it is written, `{EVENT.RECOVERY.ID}`. The event id is the same in problem and recovery;
the severity may rise between. Our answer's id comes back in `saved_tag`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from itsm.plugins import Alert, AlertRequest, AlertSeverity, RefusedAlert, say
from itsm_monitoring.outside.words import checked, key_of, labels, line, moment, one, prose, severity

LEVELS = {"0": "info", "1": "info", "2": "warning", "3": "warning", "4": "error", "5": "critical"}


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """One problem, update or recovery."""
    data = one(request, "event_id", "event_value")
    value, update = line(data["event_value"], 4), line(data.get("event_update_status"), 4) == "1"
    if value not in ("0", "1"):
        return [RefusedAlert(say("Must be one of: {allowed}.", allowed="0, 1"), "event_value")]
    told = line(data.get("update_action"), 200).casefold() if update else ""
    status = "resolved" if value == "0" else "acknowledged" if "acknowledged" in told else "firing"
    level = LEVELS.get(line(data.get("event_nseverity"), 4)) or severity(data.get("event_severity"))
    host = line(data.get("host_name")) or line(data.get("host_host"))
    name = line(data.get("event_name")) or line(data.get("subject"))
    written = f"{line(data.get('user'), 200)}: {prose(data.get('update_message'))}".strip(": ") if update else ""
    recovery = line(data.get("event_recovery_id"), 40)
    return [
        checked(
            Alert(
                key=key_of("event", data["event_id"]) if line(data["event_id"]) else "",
                status=status,  # type: ignore[arg-type]
                title=name if not host or host in name else line(f"{host}: {name}"),
                text="\n\n".join(filter(None, (prose(data.get("message")), prose(data.get("event_opdata")), written))),
                severity=cast(AlertSeverity, level) if value == "1" else "",
                labels=_tags(data),
                starts_at=_at(data, "event", request),
                ends_at=_at(data, "recovery", request) if status == "resolved" else None,
                event=f"{value} {recovery}" if not update and value == "0" else "" if update else f"1 {level}",
                url=line(data.get("trigger_url"), 2_000),
                id=line(data.get("saved_tag"), 40),
            )
        )
    ]


def _at(data: Mapping[str, Any], what: str, request: AlertRequest) -> Any:
    """`2026.11.21` and `19:33:59`, by the clock of the Zabbix server."""
    date, time = line(data.get(f"{what}_date"), 20).replace(".", "-"), line(data.get(f"{what}_time"), 20)
    return moment(f"{date} {time}", request) if date and time else None


def _tags(data: Mapping[str, Any]) -> dict[str, str]:
    """The tags of the event, a JSON text within the JSON, and the host."""
    try:
        given = json.loads(prose(data.get("event_tags")) or "[]")
    except (ValueError, RecursionError):
        given = []
    pairs = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    found = {line(each.get("tag"), 100): each.get("value") or "yes" for each in pairs}
    about = {"host": data.get("host_host"), "address": data.get("host_ip"), "trigger": data.get("trigger_id")}
    return labels({**about, **{name: value for name, value in found.items() if name != "__itsm_id"}})
