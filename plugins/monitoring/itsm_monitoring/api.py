"""The machine's way in: `POST /api/v1/alerts/{source}`, and what became of an alert."""

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from itsm.plugins import (
    AlertRequest,
    AlertSource,
    ApiBlueprint,
    Forbidden,
    Invalid,
    Refusal,
    RefusedAlert,
    SignedRequest,
    UnitOfWork,
    needs,
    reading,
    say,
    translated,
    writing,
)
from itsm_monitoring.models import MonitoredAlert
from itsm_monitoring.outside.body import data_of
from itsm_monitoring.schemas import AlertOut, AlertsOut
from itsm_monitoring.verbs import Accepted, find_alert, receive, source_named

MOST_TOLD = 100
BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": ["object", "array"]}},
        "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
    },
}
api = ApiBlueprint("monitoring", __name__, description="Alerts of monitoring systems")


@api.route("/<source>", methods=["POST"])
@needs("monitoring.send")
@api.doc(requestBody=BODY)
@api.response(202, AlertsOut)
def post_alerts(source: str) -> Any:
    """Take alerts in, one or many, in the words of their sender: each is kept before the answer, worked off after it.

    202 even where some are refused, by index; 4xx only where nothing could be used.
    """
    body, headers = request.get_data(cache=False), {name.lower(): value for name, value in request.headers}
    fault: Invalid | BadRequest | None = None
    content_type = headers.get("content-type", "")
    with writing() as uow:
        kind = source_named(uow, source)
        _check(uow, kind, body, headers)
        try:
            found = kind.parse(AlertRequest(data_of(body, content_type), headers, uow.now))
        except (Invalid, BadRequest) as error:
            found, fault = [RefusedAlert(say("Not in the words of {source}.", source=source))], error
        accepted = receive(uow, source=source, found=found, body=body, content_type=content_type)
    if fault is not None:
        raise fault
    refused = [Refusal(_place(each), each.refused) for each in accepted if each.refused is not None]
    if len(refused) == len(accepted):
        raise Invalid(refusals=refused[:MOST_TOLD])
    items = [_item(each) for each in accepted]
    return {"items": items} | ({"id": items[0]["id"]} if len(items) == 1 else {})


def _place(each: Accepted) -> str:
    return f"{each.place}.{each.field}".strip(".")


def _item(each: Accepted) -> Mapping[str, Any]:
    if each.refused is not None:
        return {"index": each.place, "refused": f"{each.field}: {translated(each.refused)}".removeprefix(": ")}
    return {"index": each.place, "id": each.name} | ({"number": each.number} if each.number is not None else {})


def _check(uow: UnitOfWork, kind: AlertSource, body: bytes, headers: Mapping[str, str]) -> None:
    secret = uow.registry.settings["monitoring"]["secrets"].get(kind.name)
    fault = kind.check(SignedRequest(body, headers, secret, uow.now)) if secret and kind.check is not None else None
    if fault is not None:
        raise Forbidden(fault)


@api.route("/<name>", methods=["GET"])
@needs("monitoring.see")
@api.response(200, AlertOut)
def get_alert(name: str) -> Any:
    """What is known of a trouble, by the id that an answer gave, and the number of its incident."""
    with reading() as uow:
        return _told(find_alert(uow, name=name))


def _told(row: MonitoredAlert) -> Mapping[str, Any]:
    """A trouble as the API tells it."""
    return {
        "id": row.name, "source": row.source, "key": row.key, "status": row.status, "severity": row.severity,
        "title": row.title, "labels": row.labels, "number": row.ticket_id, "messages": row.heard,
        "repeats": row.repeats, "acknowledged": row.acknowledged, "first_at": row.first_at, "last_at": row.last_at,
    }  # fmt: skip
