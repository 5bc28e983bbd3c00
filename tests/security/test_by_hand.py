"""What scanners do not see: properties that nobody offered, ids of somebody else's things, cookies of strangers."""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

import pytest

from itsm.core.web.edge import SESSION_COOKIE
from itsm.plugins.testing.visitors import Visitor, enter
from tests.addresses import address_of
from tests.fixtures import Sample, World

SignedIn = Callable[[str], Visitor]
# What an attacker would like to set by the way.
WISHES: Mapping[str, Any] = {
    "is_admin": True, "permissions": ["*"], "roles": ["administrator"], "id": 1, "registered_by": 1, "version": 99,
    "created_at": "2020-01-01T00:00:00Z", "disabled": False, "password_hash": "x", "__class__": {}, "_schema": "x",
}  # fmt: skip


def bodies(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, set[str]]]:
    """(method, path, names of its properties) of every operation that reads JSON."""
    for template, operations in spec["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            shape = content.get("application/json", {}).get("schema", {})
            if "$ref" in shape:
                known = spec["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]]
                yield method.upper(), template.removeprefix("/api/v1"), set(known.get("properties", {}))


def test_no_operation_takes_a_property_that_it_does_not_offer(world: World, api: Any) -> None:
    spec = api("admin", "GET", "/openapi.json").json
    tried = 0
    for method, template, names in bodies(spec):
        path = template.format_map(_Ones())
        for name in set(WISHES) - names:
            answer = api("admin", method, path, {"If-Match": "*"}, json={name: WISHES[name]})
            assert answer.status_code in (404, 422), (method, path, name, answer.text)
            if answer.status_code == 422:
                assert name in {error["field"] for error in answer.json["errors"]} or name == "_schema", answer.text
            tried += 1
    assert tried > 200


class _Ones(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded; charset=utf-7"])
def test_no_page_takes_a_body_of_another_type_in_place_of_its_token(
    signed_in: SignedIn, world: World, kind: str
) -> None:
    agent = signed_in("admin")
    for rule in world.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/"):
            answer = agent.client.post(address_of(rule), data=b'{"csrf_token": "x", "name": "y"}', content_type=kind)
            assert answer.status_code == 400, (rule.rule, answer.status_code)


def test_what_belongs_to_another_ticket_is_not_reached_through_ones_own(
    api: Any, signed_in: SignedIn, new_ticket: Callable[..., int]
) -> None:
    mine, theirs = new_ticket("Mine", by="requester"), new_ticket("Theirs", by="stranger")
    said = api("stranger", "POST", f"/tickets/{theirs}/comments", json={"body": "Тайна"}).json["id"]
    file = {"file": (BytesIO(b"secret"), "plan.txt")}
    kept = api("stranger", "POST", f"/tickets/{theirs}/attachments", data=file).json["id"]
    requester, agent = signed_in("requester"), signed_in("agent")
    assert requester.get(f"/tickets/{mine}/files/{kept}").status_code == 404
    assert requester.get(f"/tickets/{theirs}/files/{kept}").status_code == 404
    assert api("requester", "GET", f"/attachments/{kept}").status_code == 404
    assert agent.get(f"/tickets/{mine}/files/{kept}").status_code == 404
    split = api("agent", "POST", f"/tickets/{mine}/split", json={"comments": [said], "title": "x"})
    assert split.status_code in (404, 422)
    assert "Тайна" not in split.text
    for path in (f"/tickets/{theirs}", f"/tickets/{theirs}/events"):
        foreign, unknown = api("requester", "GET", path), api("requester", "GET", path.replace(str(theirs), "999999"))
        assert foreign.status_code == unknown.status_code == 404
        assert set(foreign.json) == set(unknown.json)
        assert foreign.json["detail"].replace(str(theirs), "") == unknown.json["detail"].replace("999999", "")


def test_addresses_tokens_and_sessions_of_others_are_unknown(api: Any, signed_in: SignedIn, sample: Sample) -> None:
    one, other = sample.people["requester"].id, sample.people["stranger"].id
    added = api("admin", "POST", f"/people/{other}/addresses", json={"type": "chat", "value": "@other"}).json["id"]
    assert api("head", "DELETE", f"/people/{one}/addresses/{added}").status_code == 404
    assert api("head", "PATCH", f"/people/{one}/addresses/{added}", json={"value": "@mine"}).status_code == 404
    requester = signed_in("requester")
    answers = [requester.post(f"/account/tokens/{number}/revoke").status_code for number in range(1, 8)]
    assert answers.count(302) == 1  # the one that is theirs
    assert answers.count(404) == 6
    assert api("requester", "GET", "/tickets").status_code == 401
    for name in ("stranger", "agent", "second", "head", "admin"):
        assert api(name, "GET", "/tickets").status_code == 200


def test_a_cookie_that_was_there_before_the_sign_in_signs_nobody_in(world: World) -> None:
    """Neither one that a stranger planted, nor one tossed beside the true one from a neighbouring host."""
    victim = Visitor(world.app.test_client())
    victim.client.set_cookie(SESSION_COOKIE, "planted")
    victim.post("/sign-in", {"login": "agent@example.org", "password": "password of agent"})
    kept = victim.client.get_cookie(SESSION_COOKIE)
    assert kept is not None
    assert kept.value != "planted"
    stranger = world.app.test_client()
    stranger.set_cookie(SESSION_COOKIE, "planted")
    assert stranger.get("/").status_code == 302
    tossed = {"Cookie": f"{SESSION_COOKIE}=planted; {SESSION_COOKIE}={kept.value}"}
    assert world.app.test_client().get("/account", headers=tossed).status_code in (200, 302)


def test_the_token_of_a_form_is_good_in_its_own_browser_alone(world: World) -> None:
    attacker, victim = enter(world.app, "requester"), enter(world.app, "agent")
    answer = victim.client.post("/looks", data={"csrf_token": attacker.token(), "theme": "dark"})
    assert answer.status_code == 400


@pytest.mark.parametrize("text", ["{0.__class__}", "{name.__globals__}", "%(name)s", "{", "{}", "{title!r:>999999999}"])
def test_no_text_of_people_is_filled_in_as_if_it_were_a_sentence_of_ours(
    api: Any, signed_in: SignedIn, text: str
) -> None:
    answer = api("agent", "POST", "/tickets", json={"kind": text[:60], "title": "x", text: 1})
    assert answer.status_code == 422
    assert "<class" not in answer.text
    assert text in str(answer.json)
    number = api("agent", "POST", "/tickets", json={"kind": "incident", "title": text}).json["number"]
    api("agent", "POST", f"/tickets/{number}/tags", json={"tag": text})
    assert signed_in("agent").get(f"/tickets/{number}").status_code == 200
