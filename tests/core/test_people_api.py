"""People, organisations and groups over the API."""

from typing import Any


def test_a_person_is_made_once_and_found_by_any_address(api: Any) -> None:
    body = {
        "name": "Ёлкина Анна",
        "addresses": [{"type": "email", "value": "Anna@Example.org"}, {"type": "phone", "value": "8 (912) 345-67-89"}],
    }
    key = {"Idempotency-Key": "anna"}
    made = api("admin", "POST", "/people", headers=key, json=body)
    assert made.status_code == 201, made.json
    assert api("admin", "POST", "/people", headers=key, json=body).json == made.json
    for query in ({"phone": "+79123456789"}, {"email": "anna@example.ORG"}, {"q": "елкин"}):
        found = api("agent", "GET", "/people", query_string=query).json["items"]
        assert [p["id"] for p in found] == [made.json["id"]], query
    whole = api("agent", "GET", f"/people/{made.json['id']}").json
    assert [a["type"] for a in whole["addresses"]] == ["email", "phone"]


def test_an_address_belongs_to_one_person(api: Any) -> None:
    body = {"name": "Twin", "addresses": [{"type": "email", "value": "AGENT@example.org"}]}
    assert api("admin", "POST", "/people", json=body).status_code == 409


def test_a_requester_sees_no_people(api: Any, sample: Any) -> None:
    assert api("requester", "GET", "/people?q=a").status_code == 403
    assert api("requester", "GET", f"/people/{sample.people['agent'].id}").status_code == 403


def test_groups_and_organisations_are_listed(api: Any) -> None:
    assert {t["key"] for t in api("agent", "GET", "/teams").json["items"]} == {"l1", "l2"}
    assert [o["name"] for o in api("agent", "GET", "/organisations?q=акм").json["items"]] == ["Акме"]
