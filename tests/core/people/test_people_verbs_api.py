"""Changing people, organisations and groups over the API: each change with its version, its event, its refusal."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from itsm.core.ledger.erasing import erase_texts
from itsm.core.ledger.models import Event
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample

ANY = {"If-Match": "*"}


def made(api: Any, path: str, body: dict[str, Any]) -> Any:
    answer = api("admin", "POST", path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_person_is_changed_against_the_version_that_was_read(api: Any) -> None:
    anna = made(api, "/people", {"name": "Анна", "addresses": [{"type": "email", "value": "a@x.example"}]})
    path = f"/people/{anna['id']}"
    read = api("agent", "GET", path)
    assert read.headers["ETag"] == '"1"'
    assert api("admin", "PATCH", path, json={"name": "Анна К."}).status_code == 428
    first = api("admin", "PATCH", path, json={"name": "Анна К."}, headers={"If-Match": read.headers["ETag"]})
    assert (first.status_code, first.json["version"]) == (200, 2)
    stale = api("admin", "PATCH", path, json={"name": "Другая"}, headers={"If-Match": read.headers["ETag"]})
    assert stale.status_code == 412
    nothing = api("admin", "PATCH", path, json={"name": "Анна К."}, headers=ANY)
    assert nothing.json["version"] == 2
    events = api("agent", "GET", f"{path}/history").json["items"]
    assert [e["type"] for e in events] == ["person_added", "person_changed"]
    assert events[1]["texts"]["name"] == ["Анна", "Анна К."]


def test_history_tells_who_and_survives_erased_texts(api: Any, desk: Desk, sample: Sample) -> None:
    anna = made(api, "/people", {"name": "Анна"})
    events = api("agent", "GET", f"/people/{anna['id']}/history").json["items"]
    assert events[0]["actor_id"] == sample.people["admin"].id
    with desk.unit_of_work(TESTER) as uow:
        erase_texts(uow, events=select(Event.id).where(Event.id == events[0]["id"]), because="test")
    assert api("agent", "GET", f"/people/{anna['id']}/history").json["items"][0]["texts"] == {}


def test_when_somebody_signed_in_is_for_those_who_keep_accounts(api: Any, sample: Sample) -> None:
    path = f"/people/{sample.people['head'].id}/history"
    assert {e["type"] for e in api("agent", "GET", path).json["items"]} == {"person_added"}
    assert "token_added" in {e["type"] for e in api("admin", "GET", path).json["items"]}


def test_addresses_come_change_and_go(api: Any) -> None:
    anna = made(api, "/people", {"name": "Анна"})
    path = f"/people/{anna['id']}/addresses"
    one = api("admin", "POST", path, json={"type": "email", "value": "a@x.example"})
    assert (one.status_code, one.json["version"]) == (201, 2)
    address = one.json["addresses"][0]["id"]
    assert api("admin", "POST", path, json={"type": "email", "value": "A@x.example"}).status_code == 409
    assert api("admin", "PATCH", f"{path}/{address}", json={"value": "agent@example.org"}).status_code == 409
    changed = api("admin", "PATCH", f"{path}/{address}", json={"value": "b@x.example"})
    assert changed.json["addresses"][0]["value"] == "b@x.example"
    assert api("admin", "DELETE", f"{path}/{address}", headers={"If-Match": '"1"'}).status_code == 412
    assert api("admin", "DELETE", f"{path}/{address}").status_code == 204
    assert api("admin", "DELETE", f"{path}/{address}").status_code == 404
    types = [e["type"] for e in api("agent", "GET", f"/people/{anna['id']}/history").json["items"]]
    assert types == ["person_added", "address_added", "address_changed", "address_removed"]


def test_who_is_deactivated_is_out_at_once_and_nobody_does_it_to_themselves(api: Any, sample: Sample) -> None:
    agent = f"/people/{sample.people['agent'].id}"
    assert api("head", "PATCH", agent, json={"active": False}, headers=ANY).status_code == 403
    assert api("admin", "PATCH", agent, json={"active": False}, headers=ANY).json["active"] is False
    assert api("agent", "GET", "/teams").status_code == 401
    assert api("admin", "PATCH", agent, json={"active": True}, headers=ANY).status_code == 200
    assert api("agent", "GET", "/teams").status_code == 401, "a token that ended does not come back"
    me = f"/people/{sample.people['admin'].id}"
    assert api("admin", "PATCH", me, json={"active": False}, headers=ANY).status_code == 409


def test_a_merge_over_the_api_leads_the_old_number_to_the_survivor(api: Any) -> None:
    gone = made(api, "/people", {"name": "A", "addresses": [{"type": "email", "value": "a@x.example"}]})["id"]
    kept = made(api, "/people", {"name": "B"})["id"]
    assert api("agent", "POST", f"/people/{gone}/merge", json={"into": kept}).status_code == 403
    merged = api("head", "POST", f"/people/{gone}/merge", json={"into": kept, "reason": "one and the same"})
    assert (merged.status_code, merged.json["id"], merged.json["merged_from"]) == (200, kept, gone)
    read = api("agent", "GET", f"/people/{gone}").json
    assert (read["id"], read["merged_from"], read["addresses"][0]["value"]) == (kept, gone, "a@x.example")
    assert api("head", "PATCH", f"/people/{gone}", json={"name": "C"}, headers=ANY).status_code == 409
    last = api("agent", "GET", f"/people/{gone}/history").json["items"][-1]
    assert (last["type"], last["facts"]["into"], last["texts"]["reason"]) == ("person_merged", kept, "one and the same")


def test_an_organisation_is_changed_whole(api: Any) -> None:
    body = {"name": "Ромашка", "contracts": ["Д-1", "Д-2"], "domains": ["romashka.example"]}
    path = f"/organisations/{made(api, '/organisations', body)['id']}"
    change = {
        "premium": True, "premium_until": "2026-12-31T23:59:00+03:00", "domains": ["Ромашка.рф"],
        "contracts": [{"number": "Д-2", "until": "2027-01-01T00:00:00Z"}, {"number": "Д-3"}],
    }  # fmt: skip
    answer = api("admin", "PATCH", path, json=change, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert answer.json["contracts"] == [
        {"number": "Д-2", "until": "2027-01-01T00:00:00+00:00"},
        {"number": "Д-3", "until": None},
    ]
    assert answer.json["domains"] == ["Ромашка.рф"]
    assert answer.json["premium_until"] == "2026-12-31T20:59:00+00:00"
    event = api("agent", "GET", f"{path}/history").json["items"][-1]
    assert event["facts"]["domains"] == [["romashka.example"], ["xn--80aa3agjl3d.xn--p1ai"]]
    assert event["facts"]["premium"] == [False, True]


def test_organisations_are_merged_over_the_api(api: Any) -> None:
    gone = made(api, "/organisations", {"name": "A", "contracts": ["A-1"]})["id"]
    kept = made(api, "/organisations", {"name": "B"})["id"]
    assert api("head", "POST", f"/organisations/{gone}/merge", json={"into": gone}).status_code == 422
    unexplained = api("head", "POST", f"/organisations/{gone}/merge", json={"into": kept})
    assert [error["field"] for error in unexplained.json["errors"]] == ["reason"]
    answer = api("head", "POST", f"/organisations/{gone}/merge", json={"into": kept, "reason": "bought"})
    assert [c["number"] for c in answer.json["contracts"]] == ["A-1"]
    assert api("agent", "GET", f"/organisations/{gone}").json["merged_from"] == gone
    assert [o["id"] for o in api("agent", "GET", "/organisations?q=a").json["items"]].count(gone) == 0


def test_a_group_is_changed_and_never_its_own_ancestor(api: Any, sample: Sample) -> None:
    l1, l2 = sample.teams["l1"].id, sample.teams["l2"].id
    body = {"parent": l2, "head": sample.people["head"].id, "members": [sample.people["second"].id], "line": "L1"}
    answer = api("admin", "PATCH", f"/teams/{l1}", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert (answer.json["parent"], answer.json["members"]) == (l2, [sample.people["second"].id])
    circle = api("admin", "PATCH", f"/teams/{l2}", json={"parent": l1}, headers=ANY)
    assert (circle.status_code, circle.json["errors"][0]["field"]) == (422, "parent")
    assert api("head", "PATCH", f"/teams/{l1}", json={"line": ""}, headers=ANY).status_code == 403
    event = api("agent", "GET", f"/teams/{l1}/history").json["items"][-1]
    assert event["facts"]["members"][1] == [sample.people["second"].id]
    fresh = made(api, "/teams", {"key": "dev", "name": {"en": "Development"}, "line": "development"})
    assert api("agent", "GET", f"/teams/{fresh['id']}").json["key"] == "dev"


def test_a_stranger_is_met_over_the_api(api: Any) -> None:
    body = {"type": "phone", "value": "+7 900 111-22-33", "name": "Звонивший"}
    first = api("agent", "POST", "/people/meet", json=body).json
    second = api("agent", "POST", "/people/meet", json=body).json
    assert (first["new"], second["new"], first["id"]) == (True, False, second["id"])
    waiting = api("agent", "GET", "/people?provisional=true").json["items"]
    assert [p["id"] for p in waiting] == [first["id"]]
    assert api("agent", "POST", f"/people/{first['id']}/confirm").status_code == 403
    assert api("head", "POST", f"/people/{first['id']}/confirm").json["provisional"] is False


@pytest.mark.parametrize(
    "path", ["/people/1", "/people/1/history", "/people/duplicates", "/organisations/1", "/teams/1"]
)
def test_a_requester_sees_none_of_it(api: Any, path: str) -> None:
    assert api("requester", "GET", path).status_code == 403


HOSTILE: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "/people", {"name": ""}, "name"),
    ("POST", "/people", {"name": "a\nb"}, "name"),
    ("POST", "/people", {"name": "ß" * 200}, "name"),
    ("POST", "/people", {"name": "x", "organisation": 999_999}, "organisation"),
    ("POST", "/people", {"name": "x", "organisation": 2**53}, "organisation"),
    ("POST", "/people", {"name": "x", "timezone": "Mars/Base"}, "timezone"),
    ("POST", "/people", {"name": "x", "premium_until": "2026-01-01T00:00:00"}, "premium_until"),
    ("POST", "/people", {"name": "x", "premium_until": 5}, "premium_until"),
    ("POST", "/people", {"name": "x", "fields": {"no.such": 1}}, "no.such"),
    ("POST", "/people", {"name": "x", "fields": []}, "fields"),
    ("POST", "/people", {"name": "x", "addresses": [{"type": "email", "value": "nobody"}]}, "value"),
    ("POST", "/people", {"name": "x", "addresses": [{"type": "fax", "value": "1"}]}, "addresses.0.type"),
    ("POST", "/people/meet", {"type": "email", "value": "a@@"}, "value"),
    ("POST", "/people/meet", {"type": "chat", "value": "a\x00"}, "value"),
    ("PATCH", "/people/{p}", {"name": None}, "name"),
    ("PATCH", "/people/{p}", {"active": "perhaps"}, "active"),
    ("PATCH", "/people/{p}", {"organisation": 999_999}, "organisation"),
    ("PATCH", "/people/{p}", {"provisional": False}, "provisional"),
    ("PATCH", "/people/{p}", {"fields": {"no.such": 1}}, "no.such"),
    ("PATCH", "/people/{p}", {"premium_until": "9999-12-31T23:59:59-12:00"}, "premium_until"),
    ("POST", "/people/{p}/merge", {"into": "x"}, "into"),
    ("POST", "/people/{p}/merge", {"into": 999_999}, "into"),
    ("POST", "/organisations", {"name": "x", "domains": ["gmail.com"]}, "domains.0"),
    ("POST", "/organisations", {"name": "x", "domains": ["x" * 254]}, "domains.0"),
    ("POST", "/organisations", {"name": "x", "contracts": [""]}, "contracts.0"),
    ("POST", "/organisations", {"name": "x", "contracts": ["ß" * 80]}, "contracts"),
    ("PATCH", "/organisations/{o}", {"contracts": [{"number": "1"}, {"number": "1"}]}, "contracts"),
    ("PATCH", "/organisations/{o}", {"contracts": [{"number": "1", "until": "soon"}]}, "contracts.0.until"),
    ("POST", "/teams", {"key": "A B", "name": {"en": "x"}}, "key"),
    ("POST", "/teams", {"key": "a", "name": {}}, "name"),
    ("POST", "/teams", {"key": "a", "name": {"de": "x"}}, "name.de.key"),
    ("POST", "/teams", {"key": "a", "name": {"en": "x"}, "members": [999_999]}, "members"),
    ("POST", "/teams", {"key": "a", "name": {"en": "x"}, "head": 999_999}, "head"),
    ("PATCH", "/teams/{t}", {"parent": 999_999}, "parent"),
    ("PATCH", "/teams/{t}", {"level": "galaxy"}, "level"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), HOSTILE, ids=lambda v: str(v)[:30])
def test_hostile_input_is_refused_by_field(
    api: Any, sample: Sample, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    requester = sample.people["requester"]
    path = path.format(p=requester.id, o=requester.organisation_id, t=sample.teams["l1"].id)
    answer = api("admin", method, path, data=json.dumps(body), content_type="application/json", headers=ANY)
    assert answer.status_code == 422, answer.text
    assert field in {e["field"] for e in answer.json["errors"]}, answer.json


def test_a_name_in_no_language_is_told_in_words(api: Any) -> None:
    refused = api("admin", "POST", "/teams", json={"key": "a", "name": {}})
    assert refused.json["errors"][0]["message"] == "Needed in one language at least."
