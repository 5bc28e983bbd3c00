"""What is sent to each route: an order that is good, so that the answer tells of the right to it, not of its form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

Ids = Mapping[str, int]
KEY = "matrix-key-1"
UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Order:
    """One way to ask a route. where: its variables; query: behind the path; body: JSON of the API, else the form."""

    where: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    body: Mapping[str, Any] | None = None
    note: str = ""


def variables(ids: Ids) -> Mapping[str, Any]:
    """What stands for the variables of addresses, by their names."""
    return {
        "number": ids["ticket"], "person_id": ids["person"], "organisation_id": ids["acme"], "team_id": ids["team"],
        "attachment_id": ids["file"], "comment_id": ids["comment"], "address_id": ids["address"],
        "subject": "ticket", "id_": ids["ticket"],
        "kind": "ticket", "what": "person", "tag": "kicked", "transition": "take", "part": "core", "file": "desk.css",
        "call_id": 1, "revision_id": 1, "token_id": 1, "run_id": ids["run"],
    }  # fmt: skip


def orders(ids: Ids) -> Mapping[str, tuple[Order, ...]]:
    """`METHOD rule` → the orders; a route that is not here is asked without anything."""
    return {**_api(ids), **_pages(ids)}


def _api(ids: Ids) -> dict[str, tuple[Order, ...]]:
    ticket, person = "/api/v1/tickets/<int:number>", "/api/v1/people/<int:person_id>"
    organisation, team = "/api/v1/organisations/<int:organisation_id>", "/api/v1/teams/<int:team_id>"
    say = {"body": "A word"}
    return {
        "POST /api/v1/files": (Order(body={UPLOAD: b"x"}),),
        "GET /api/v1/attachments/<int:attachment_id>": (
            Order(), Order({"attachment_id": ids["note"]}, note="internal"),
        ),
        "GET /api/v1/files/<any(ticket,person,organisation,team):subject>/<int:id_>/<string:name>": (
            Order({"name": "desk.paper"}),
        ),
        "POST /api/v1/organisations": (Order(body={"name": "New"}),),
        f"PATCH {organisation}": (Order(body={"name": "Acme & Sons"}),),
        f"POST {organisation}/merge": (Order(body={"into": ids["foreign"], "reason": "Twice"}),),
        "GET /api/v1/organisations": (Order(query="q=a"),),
        "GET /api/v1/people": (Order(query="q=a"),),
        "POST /api/v1/people": (
            Order(body={"name": "New", "organisation": ids["acme"]}), Order(body={"name": "New"}, note="of nobody"),
        ),
        "POST /api/v1/people/meet": (
            Order(body={"type": "email", "value": "requester@example.org"}),
            Order(body={"type": "email", "value": "stranger@example.org"}, note="foreign"),
        ),
        f"PATCH {person}": (Order(body={"premium": True}),),
        f"POST {person}/addresses": (Order(body={"type": "phone", "value": "+79991234567"}),),
        f"PATCH {person}/addresses/<int:address_id>": (Order(body={"value": "r@example.org"}),),
        f"POST {person}/merge": (Order(body={"into": ids["stranger"], "reason": "Twice"}),),
        "POST /api/v1/teams": (Order(body={"key": "new", "name": {"en": "New"}}),),
        f"PATCH {team}": (Order(body={"line": "L2"}),),
        "GET /api/v1/rules/<string:name>/trace": (
            Order({"name": "tickets.opening"}, query=f"ticket={ids['ticket']}"),
        ),
        "POST /api/v1/tickets": (Order(body={"kind": "incident", "title": "New"}),),
        f"PATCH {ticket}": (Order(body={"priority": 1}),),
        "GET /api/v1/answers": (Order(query=f"ticket={ids['ticket']}"),),
        f"POST {ticket}/macros/<string:macro>": (Order({"macro": "quick"}, body={}),),
        f"POST {ticket}/attachments": (
            Order(body={UPLOAD: b"x"}), Order(body={UPLOAD: b"x", "public": "false"}, note="internal"),
        ),
        f"POST {ticket}/comments": (Order(body=say), Order(body={**say, "public": False}, note="internal")),
        f"POST {ticket}/links": (Order(body={"to": ids["other"]}),),
        f"POST {ticket}/merge": (Order(body={"into": ids["other"]}),),
        f"PUT {ticket}/parent": (Order(body={"parent": None}),),
        f"POST {ticket}/values/<name>": (Order({"name": "topic"}, body={"topic": "", "was": "{}"}),),
        "POST /tickets/preview": (Order(body={"body": "**A word**"}),),
        f"POST {ticket}/split": (Order(body={"comments": [ids["comment"]], "title": "Half"}),),
        f"POST {ticket}/tags": (Order(body={"tag": "new"}),),
        f"POST {ticket}/transitions": (Order(body={"transition": "take"}),),
        f"POST {ticket}/watchers": (Order(body={}), Order(body={"person": ids["member"]}, note="another")),
        f"POST {ticket}/work": (Order(body={"minutes": 5}),),
    }  # fmt: skip


def _pages(ids: Ids) -> dict[str, tuple[Order, ...]]:
    ticket, person, team = "/tickets/<int:number>", "/people/<int:person_id>", "/teams/<int:team_id>"
    of = {"person": {"id_": ids["person"]}, "organisation": {"id_": ids["acme"]}}
    edits = {kind: f"/{kind}/<int:id_>" for kind in ("people", "organisations")}
    say = {"body": "A word", "key": KEY}
    form = {"version": "1", "was": json.dumps({})}
    return {
        f"GET {ticket}/files/<int:attachment_id>": (
            Order(), Order({"attachment_id": ids["note"]}, note="internal"),
        ),
        "GET /files/<any(ticket,person,organisation,team):subject>/<int:id_>/<name>": (Order({"name": "desk.paper"}),),
        "POST /tickets/new": (Order(body={"kind": "incident", "title": "New", "key": KEY}),),
        f"POST {ticket}/comments": (
            Order(body={**say, "public": "true"}), Order(body={**say, "public": "false"}, note="internal"),
        ),
        f"POST {ticket}/edit": (Order(body={"title": "Renamed", "version": "2", "was": "{}"}),),
        f"POST {ticket}/links": (Order(body={"to": ids["other"], "type": "causes"}),),
        f"POST {ticket}/links/remove": (Order(body={"to": ids["other"], "type": "relates"}),),
        f"POST {ticket}/merge": (Order(body={"number": ids["other"]}),),
        f"POST {ticket}/parent": (Order(body={"number": ""}),),
        f"POST {ticket}/values/<name>": (Order({"name": "topic"}, body={"topic": "", "was": "{}"}),),
        "POST /tickets/preview": (Order(body={"body": "**A word**"}),),
        f"POST {ticket}/split": (Order(body={"comments": ids["comment"], "title": "Half"}),),
        f"POST {ticket}/tags": (Order(body={"tag": "new"}),),
        f"POST {ticket}/tags/remove": (Order(body={"tag": "kicked"}),),
        f"POST {ticket}/watchers/remove": (Order(body={"number": ids["member"]}),),
        f"POST {ticket}/work": (Order(body={"minutes": "5"}),),
        f"POST {person}/addresses": (Order(body={"type": "phone", "value": "+79991234567"}),),
        f"POST {team}/members": (Order(body={"person": "Requester #" + str(ids["person"])}),),
        f"GET {edits['people']}/edit": (Order(of["person"]),),
        f"POST {edits['people']}/edit": (Order(of["person"], body={"name": "Renamed", **form}),),
        f"GET {edits['organisations']}/edit": (Order(of["organisation"]),),
        f"POST {edits['organisations']}/edit": (Order(of["organisation"], body={"name": "Renamed", **form}),),
        f"GET {edits['people']}/merge": (Order(of["person"]),),
        f"GET {edits['organisations']}/merge": (Order(of["organisation"]),),
        "POST /people/new": (
            Order(body={"name": "New", "organisation": f"Acme #{ids['acme']}"}),
            Order(body={"name": "New"}, note="of nobody"),
        ),
        "POST /organisations/new": (Order(body={"name": "New"}),),
        "GET /configuration/<name>": (Order({"name": "core.topics"}),),
        **_forms_of_documents(),
        **_answers(ids),
        "GET /plugins/<name>": (Order({"name": "incidents"}),),
        "POST /p/incidents/major/<int:number>": (Order(body={"major": "true"}),),
        "POST /account/tokens": (Order(body={"name": "Mine"}),),
        "POST /sign-in": (Order(body={"login": "nobody", "password": "nothing"}),),
    }  # fmt: skip


def _answers(ids: Ids) -> dict[str, tuple[Order, ...]]:
    new, one, ticket = "/answers/new/<any(answer,macro):ready>", "/answers/<int:ready_id>", "/tickets/<int:number>"
    shared, of_group = {"ready_id": ids["answer"]}, {"ready_id": ids["answer_of_group"]}
    form = {"v.key": "new", "v.label.en": "New", "v.text.en": "Text", "v.purpose": "reply"}
    what = {"ready": "answer"}
    return {
        f"GET {new}": (Order(what),),
        f"POST {new}": (
            Order(what, body={**form, "owner": "me"}), Order(what, body={**form, "owner": "l2"}, note="of a group"),
            Order(what, body={**form, "owner": ""}, note="of everybody"),
        ),
        f"GET {one}": (Order(shared), Order(of_group, note="of a group")),
        f"POST {one}": (
            Order(shared, body={**form, "owner": ""}), Order(of_group, body={**form, "owner": "l2"}, note="of a group"),
        ),
        f"POST {one}/remove": (Order(shared), Order(of_group, note="of a group")),
        f"GET {ticket}/answers/<int:ready_id>": (Order(shared), Order(of_group, note="of a group")),
        f"GET {ticket}/macros/<macro>": (Order({"macro": "quick"}),),
        f"POST {ticket}/macros/<macro>": (Order({"macro": "quick"}, body={"reply": ""}),),
    }  # fmt: skip


def sent(order: Order, *, api: bool) -> dict[str, Any]:
    """The order as a test client sends it."""
    body = dict(order.body or {})
    if UPLOAD in body:
        return {"data": {"file": (BytesIO(body.pop(UPLOAD)), "x.txt"), **body}}
    if api:
        return {"json": body} if order.body is not None else {}
    return {"data": body}


def _forms_of_documents() -> dict[str, tuple[Order, ...]]:
    topics, one = {"name": "core.topics"}, {"name": "core.topics", "part": "entries", "entry": "network"}
    entry = "/configuration/<name>/form/<part>/<entry>"
    body = {"v.key": "network", "v.label.en": "Nets", "v.active": "on", "reason": "A test"}
    rank = {"name": "core.priorities"}
    return {
        "GET /configuration/<name>/form": (Order(topics),),
        "POST /configuration/<name>/form": (Order(rank, body={"v.default": "2", "reason": "A test"}),),
        "GET /configuration/<name>/add/<part>": (Order({**topics, "part": "entries"}),),
        "POST /configuration/<name>/add/<part>": (
            Order({**topics, "part": "entries"}, body={**body, "v.key": "nets"}),
        ),
        f"GET {entry}": (Order(one),),
        f"POST {entry}": (Order(one, body=body),),
        f"POST {entry}/move": (Order(one, body={"to": "up"}),),
        f"POST {entry}/remove": (Order({**one, "entry": "question"}, body={"reason": "A test"}),),
        "POST /configuration/load": (Order(body={"text": "format: 1"}),),
        "POST /roles": (Order(body={"reason": "A test"}),),
        "POST /import": (Order(body={"importer": "people", UPLOAD: b"name"}),),
        "POST /import/<int:run_id>/do": (Order(body={"reason": "A test"}),),
    }
