"""The ticket API: one window for opening, reading, changing, moving and commenting."""

from typing import Any


def opened(api: Any, **more: Any) -> Any:
    answer = api("agent", "POST", "/tickets", json={"kind": "incident", "title": "Принтер не печатает", **more})
    assert answer.status_code == 201, answer.json
    return answer


def test_a_ticket_is_opened_read_and_found_in_the_list(api: Any, sample: Any) -> None:
    made = opened(api, team=sample.teams["l1"].id, fields={"incidents.impact": "high", "incidents.urgency": "high"})
    number = made.json["number"]
    assert made.json["priority"] == 1
    assert made.headers["Location"] == f"/api/v1/tickets/{number}"
    assert api("agent", "GET", f"/tickets/{number}").json == made.json
    listed = api("agent", "GET", f"/tickets?team={sample.teams['l1'].id}&incidents.impact=high").json["items"]
    assert [t["number"] for t in listed] == [number]
    assert api("agent", "GET", "/tickets/count?q=ПРИНТЕР").json == {"count": 1}


def test_two_edits_from_one_etag_give_200_and_412_and_a_comment_between_changes_nothing(api: Any) -> None:
    made = opened(api)
    path, etag = f"/tickets/{made.json['number']}", {"If-Match": made.headers["ETag"]}
    assert api("second", "POST", f"{path}/comments", json={"body": "Смотрю"}).status_code == 201
    assert api("agent", "PATCH", path, headers=etag, json={"title": "Принтер мигает"}).status_code == 200
    stale = api("second", "PATCH", path, headers=etag, json={"title": "Другое"})
    assert stale.status_code == 412
    assert api("second", "PATCH", path, json={"title": "Другое"}).status_code == 428


def test_a_repeat_with_the_same_idempotency_key_gets_the_first_answer(api: Any) -> None:
    key, body = {"Idempotency-Key": "k1"}, {"kind": "incident", "title": "Once"}
    first = api("agent", "POST", "/tickets", headers=key, json=body)
    again = api("agent", "POST", "/tickets", headers=key, json=body)
    assert (again.status_code, again.json) == (201, first.json)
    other = api("agent", "POST", "/tickets", headers=key, json={**body, "title": "Twice"})
    assert other.status_code == 422
    assert other.json["errors"][0]["field"] == "Idempotency-Key"


def test_an_incident_is_resolved_only_with_both_texts_and_a_code(api: Any) -> None:
    number = opened(api).json["number"]
    path = f"/tickets/{number}/transitions"
    refused = api("agent", "POST", path, json={"transition": "resolve"})
    assert refused.status_code == 422
    assert {e["field"] for e in refused.json["errors"]} == {
        "incidents.resolution_code", "incidents.problem", "incidents.solution",
    }  # fmt: skip
    texts = {"incidents.problem": "Не печатает", "incidents.solution": "Заменён картридж"}
    done = api("agent", "POST", path, json={"transition": "resolve", "fields": {
        **texts, "incidents.resolution_code": "fixed"}})  # fmt: skip
    assert (done.status_code, done.json["state"], done.json["outcome"]) == (200, "resolved", "solved")
    events = api("agent", "GET", f"/tickets/{number}/events").json["items"]
    assert [e["type"] for e in events] == ["ticket_opened", "ticket_moved"]
    assert events[1]["facts"]["state"] == ["new", "resolved"]


def test_a_foreign_ticket_is_unknown(api: Any) -> None:
    number = opened(api).json["number"]
    assert api("stranger", "GET", f"/tickets/{number}").status_code == 404
    assert api("stranger", "GET", "/tickets").json["items"] == []
    assert api(None, "GET", f"/tickets/{number}").status_code == 401


def test_a_requester_sees_public_fields_and_own_events_only(api: Any, sample: Any) -> None:
    who = sample.people["requester"].id
    number = opened(api, requested_for=who, fields={"incidents.impact": "low"}).json["number"]
    path = f"/tickets/{number}"
    api("agent", "POST", f"{path}/comments", json={"body": "for us alone", "public": False})
    api("agent", "POST", f"{path}/comments", json={"body": "for you"})
    api("agent", "POST", f"{path}/work", json={"minutes": 5})
    done = {"incidents.problem": "p", "incidents.solution": "s", "incidents.resolution_code": "fixed"}
    body = {"transition": "resolve", "fields": done, "reason": "because of us"}
    assert api("agent", "POST", f"{path}/transitions", json=body).status_code == 200
    shown = api("requester", "GET", path).json
    assert shown["fields"] == {"incidents.problem": "p", "incidents.solution": "s"}
    events = api("requester", "GET", f"{path}/events")
    assert [e["type"] for e in events.json["items"]] == ["ticket_opened", "comment_added", "ticket_moved"]
    assert "us" not in {text for e in events.json["items"] for text in str(e["texts"]).split()}
    assert api("requester", "GET", "/tickets?incidents.impact=low").status_code == 422
