"""CloudEvents 1.0 over HTTP, structured, in batches and binary; the alert stands in `data` or in the event itself.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from itsm.plugins import Alert, AlertRequest, Invalid, RefusedAlert, say
from itsm_monitoring.outside.generic import STATUSES
from itsm_monitoring.outside.words import checked, key_of, labels, line, moment, prose, severity

MOST = 50_000
REQUIRED = ("specversion", "id", "source", "type")
ENDS = {
    "resolved": "resolved", "recovered": "resolved", "cleared": "resolved", "closed": "resolved", "ok": "resolved",
    "up": "resolved", "acknowledged": "acknowledged",
}  # fmt: skip


def parse(request: AlertRequest) -> Sequence[Alert | RefusedAlert]:
    """One event, or a batch of them."""
    binary = {name[3:]: unquote(value) for name, value in request.headers.items() if name.startswith("ce-")}
    if binary:
        return [_alert(binary | {"data": request.data}, request)]
    if isinstance(request.data, Mapping):
        return [_alert(request.data, request)]
    if isinstance(request.data, list) and 0 < len(request.data) <= MOST:
        return [_alert(each, request) for each in request.data]
    raise Invalid.field("", say("A CloudEvent, or a list of 1 to {most} of them, is expected here.", most=MOST))


def _alert(event: Any, request: AlertRequest) -> Alert | RefusedAlert:
    if not isinstance(event, Mapping):
        return RefusedAlert(say("An object is expected here."))
    for name in REQUIRED:
        if not line(event.get(name)):
            return RefusedAlert(say("Missing data for required field."), name)
    if not line(event["specversion"]).startswith("1."):
        return RefusedAlert(say("Must be one of: {allowed}.", allowed="1.0"), "specversion")
    data: Mapping[str, Any] = event["data"] if isinstance(event.get("data"), Mapping) else {}
    kind, subject = line(event["type"]), line(event.get("subject"))
    status = line(data.get("status"), 20)
    status = status if status in STATUSES else ENDS.get(kind.rpartition(".")[2].casefold(), "firing")
    at = moment(event.get("time"), request)
    return checked(
        Alert(
            key=key_of(event["source"], data.get("key") or subject or _root(kind)),
            status=status,  # type: ignore[arg-type]
            title=line(data.get("title") or data.get("summary")) or line(f"{subject or event['source']}: {kind}"),
            text=prose(data.get("text") or data.get("message") or event.get("data")),
            severity=severity(data.get("severity")),  # type: ignore[arg-type]
            labels=labels({"source": event["source"], "type": kind, "subject": subject}) | labels(data.get("labels")),
            starts_at=(moment(data.get("starts_at"), request) or at) if status != "resolved" else None,
            ends_at=(moment(data.get("ends_at"), request) or at) if status == "resolved" else None,
            event=f"{line(event['source'], 200)} {line(event['id'], 200)}",
            url=line(data.get("url"), 2_000),
        )
    )


def _root(kind: str) -> str:
    """`disk.full.resolved` and `disk.full.firing` are about the same."""
    root, _, end = kind.rpartition(".")
    return root if root and end.casefold() in {*ENDS, *STATUSES} else kind
