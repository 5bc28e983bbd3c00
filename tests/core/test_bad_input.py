"""Bad input gets a clear 4xx that names the field, never a 500, and the same verdict on both databases."""

import json
from typing import Any

import pytest

INCIDENT = {"kind": "incident", "title": "x"}
HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({}, "kind"),
    ({"kind": "incident"}, "title"),
    ({**INCIDENT, "colour": "red"}, "colour"),
    ({**INCIDENT, "kind": "no_such"}, "kind"),
    ({**INCIDENT, "kind": "INCIDENT; drop"}, "kind"),
    ({**INCIDENT, "kind": 5}, "kind"),
    ({**INCIDENT, "title": ""}, "title"),
    ({**INCIDENT, "title": "   "}, "title"),
    ({**INCIDENT, "title": "x" * 301}, "title"),
    ({**INCIDENT, "title": "a\x00b"}, "title"),
    ({**INCIDENT, "title": "a\nb"}, "title"),
    ({**INCIDENT, "title": "a\ud800"}, "title"),
    ({**INCIDENT, "title": None}, "title"),
    ({**INCIDENT, "title": ["x"]}, "title"),
    ({**INCIDENT, "description": "a\x00b"}, "description"),
    ({**INCIDENT, "description": "x" * 100_001}, "description"),
    ({**INCIDENT, "description": 1}, "description"),
    ({**INCIDENT, "priority": 1.9}, "priority"),
    ({**INCIDENT, "priority": "1_0"}, "priority"),
    ({**INCIDENT, "priority": True}, "priority"),
    ({**INCIDENT, "priority": 9}, "priority"),
    ({**INCIDENT, "priority": 10**400}, "priority"),
    ({**INCIDENT, "team": 999_999}, "team"),
    ({**INCIDENT, "team": "l1"}, "team"),
    ({**INCIDENT, "assignee": -1}, "assignee"),
    ({**INCIDENT, "assignee": 2**63}, "assignee"),
    ({**INCIDENT, "requested_for": 999_999}, "requested_for"),
    ({**INCIDENT, "organisation": 0}, "organisation"),
    ({**INCIDENT, "service": 424242}, "service"),
    ({**INCIDENT, "topic": "no.such.topic"}, "topic"),
    ({**INCIDENT, "topic": "../../etc"}, "topic"),
    ({**INCIDENT, "fields": []}, "fields"),
    ({**INCIDENT, "fields": {"incidents.impact": "huge"}}, "incidents.impact"),
    ({**INCIDENT, "fields": {"incidents.impact": {"a": 1}}}, "incidents.impact"),
    ({**INCIDENT, "fields": {"incidents.major": "perhaps"}}, "incidents.major"),
    ({**INCIDENT, "fields": {"incidents.reopened": -1}}, "incidents.reopened"),
    ({**INCIDENT, "fields": {"incidents.wait_until": "2026-13-45"}}, "incidents.wait_until"),
    ({**INCIDENT, "fields": {"incidents.wait_until": "2026-01-01T00:00:00"}}, "incidents.wait_until"),
    ({**INCIDENT, "fields": {"incidents.problem": "a\x00b"}}, "incidents.problem"),
    ({**INCIDENT, "fields": {"incidents.problem": "x" * 4001}}, "incidents.problem"),
    ({**INCIDENT, "fields": {"no.such": 1}}, "no.such"),
    ({**INCIDENT, "tags": ["x" * 61]}, "tags.0"),
    ({**INCIDENT, "tags": "x"}, "tags"),
    ({**INCIDENT, "state": "closed"}, "state"),
    ({**INCIDENT, "source": "forged"}, "source"),
]


@pytest.mark.parametrize(("body", "field"), HOSTILE, ids=lambda v: str(v)[:40] if isinstance(v, str) else "")
def test_a_hostile_ticket_is_refused_by_field_and_leaves_nothing(api: Any, body: dict[str, Any], field: str) -> None:
    before = api("admin", "GET", "/tickets/count").json["count"]
    answer = api("agent", "POST", "/tickets", data=json.dumps(body), content_type="application/json")
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert field in {e["field"] for e in answer.json["errors"]}
    assert api("admin", "GET", "/tickets/count").json["count"] == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 422),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'"x"', "application/json", 422),
        (b"null", "application/json", 422),
        (b"[" * 100_000, "application/json", 400),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "application/json", 400),
        (b'{"title": NaN}', "application/json", 400),
        (b'{"priority": ' + b"9" * 5_000 + b"}", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"title": "\xd0"}', "application/json", 400),
        (b"title=x", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "text/xml", 415),
    ],
)
def test_a_body_that_is_not_json_is_refused(api: Any, body: bytes, kind: str, status: int) -> None:
    answer = api("agent", "POST", "/tickets", data=body, content_type=kind)
    assert answer.status_code == status, answer.text
    assert answer.json["status"] == status


def test_a_huge_body_is_refused_before_it_is_read(api: Any, world: Any) -> None:
    size = world.desk.settings.max_body + 1
    answer = api("agent", "POST", "/tickets", data=b"x" * size, content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("nope=1", "nope"),
        ("team=abc", "team"),
        ("team=1;drop", "team"),
        ("team=٣", "team"),
        ("team=99999999999999999999", "team"),
        ("category=strange", "category"),
        ("incidents.problem=x", "incidents.problem"),
        ("incidents.reopened=many", "incidents.reopened"),
        ("premium=perhaps", "premium"),
        ("after=x", "after"),
        ("limit=0", "limit"),
        ("limit=1e3", "limit"),
        ("limit=100000", "limit"),
        ("q=", "q"),
        ("q=a%00b", "q"),
        ("state=%1f", "state"),
        ("q=" + "x" * 600, "q"),
        ("kind=" + ",".join("abcdefgh" for _ in range(60)), "kind"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(api: Any, query: str, field: str) -> None:
    answer = api("agent", "GET", f"/tickets?{query}")
    assert answer.status_code == 422, answer.text
    assert [e["field"] for e in answer.json["errors"]] == [field]


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", '"', "% OR 1=1 --", "🦆", "İ", "#", "#0", "-5"])
def test_odd_words_find_nothing_and_break_nothing(api: Any, q: str) -> None:
    answer = api("agent", "GET", "/tickets", query_string={"q": q})
    assert answer.status_code == 200
    assert answer.json["items"] == []


@pytest.mark.parametrize("number", ["0", "999999999", "99999999999999999999999", "-1", "1.5", "x", "%00"])
def test_a_ticket_that_is_not_there_is_a_404(api: Any, number: str) -> None:
    for method, path in [("GET", ""), ("GET", "/events"), ("POST", "/claim")]:
        assert api("agent", method, f"/tickets/{number}{path}").status_code == 404


@pytest.mark.parametrize("token", ["", "x", "itsm_" + "a" * 43, "Bearer", "\xff", "a b"])
def test_a_bad_token_is_a_401(client: Any, token: str) -> None:
    answer = client.get("/api/v1/tickets", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("etag", "status"), [('"0"', 412), ('"x"', 412), ('W/"1"', 412), ('"1", "2"', 412), ("1", 200)]
)
def test_a_wrong_etag_is_a_412_and_quotes_may_be_left_out(api: Any, etag: str, status: int) -> None:
    number = api("agent", "POST", "/tickets", json=INCIDENT).json["number"]
    answer = api("agent", "PATCH", f"/tickets/{number}", headers={"If-Match": etag}, json={"title": "y"})
    assert answer.status_code == status


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x7fb"])
def test_a_wrong_idempotency_key_is_refused(api: Any, key: str) -> None:
    answer = api("agent", "POST", "/tickets", headers={"Idempotency-Key": key}, json=INCIDENT)
    assert answer.status_code == 422


def test_a_transition_that_does_not_exist_names_the_possible_ones(api: Any) -> None:
    number = api("agent", "POST", "/tickets", json=INCIDENT).json["number"]
    answer = api("agent", "POST", f"/tickets/{number}/transitions", json={"transition": "fly"})
    assert answer.status_code == 422
    assert "take" in answer.json["errors"][0]["message"]


def test_refusals_are_told_in_the_language_that_is_asked_for(api: Any, client: Any, sample: Any) -> None:
    headers = {"Authorization": f"Bearer {sample.tokens['agent']}"}
    answer = client.post("/api/v1/tickets", json={"kind": "incident"}, headers=headers)
    assert answer.json["errors"][0]["message"] == "Missing data for required field."
