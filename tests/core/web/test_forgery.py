"""No other site can make a person's browser do something here."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, table

from itsm.plugins.testing import World
from itsm.plugins.testing.visitors import Visitor
from tests.addresses import address_of

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def _rows(world: World) -> dict[str, int]:
    names = inspect(world.connection).get_table_names()  # not the metadata: other tests bring tables of their own
    counts = {name: select(func.count()).select_from(table(name)) for name in names}
    return {name: world.connection.execute(count).scalar_one() for name, count in counts.items()}


def test_no_form_is_taken_without_its_token_and_nothing_is_changed(
    world: World, signed_in: Callable[[str], Visitor], new_ticket: Callable[..., int]
) -> None:
    new_ticket()
    admin, before = signed_in("admin"), _rows(world)
    tried = 0
    for rule in world.app.url_map.iter_rules():
        for method in sorted(CHANGING & (rule.methods or set())):
            if rule.rule.startswith("/api/"):
                continue
            answer = admin.client.open(address_of(rule), method=method, data={"csrf_token": "forged"})
            assert answer.status_code == 400, (method, rule.rule, answer.status_code)
            tried += 1
    assert tried > 30
    assert _rows(world) == before
    assert admin.get("/account").status_code == 200


def test_the_api_knows_nobody_by_a_cookie(signed_in: Callable[[str], Visitor]) -> None:
    admin = signed_in("admin")
    assert admin.get("/api/v1/tickets").status_code == 401
    assert admin.client.post("/api/v1/tickets", json={"kind": "incident", "title": "x"}).status_code == 401


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_no_header_makes_a_reading_request_a_changing_one(api: Any, name: str) -> None:
    made = api("agent", "POST", "/tickets", json={"kind": "incident", "title": "x"}).json
    path = f"/tickets/{made['number']}"
    assert api("agent", "GET", f"{path}?_method=PATCH", headers={name: "PATCH"}, json={"title": "y"}).status_code == 200
    assert api("agent", "GET", path).json["title"] == "x"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_methods_that_nobody_declares_are_refused(world: World, method: str) -> None:
    client = world.app.test_client()
    for path in ("/", "/sign-in", "/api/v1/tickets", "/static/core/desk.css"):
        assert client.open(path, method=method).status_code in (404, 405)


def test_cookies_of_a_desk_behind_https_are_for_this_host_alone(app_with: Callable[..., Flask]) -> None:
    browser = Visitor(app_with(base_url="https://desk.example").test_client())
    home = {"base_url": "https://desk.example"}
    page = browser.get("/sign-in", **home)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    login = {"login": "agent@example.org", "password": "password of agent", "csrf_token": token}
    entered = browser.client.post("/sign-in", data=login, headers={"Referer": "https://desk.example/sign-in"}, **home)
    assert entered.status_code == 302
    cookies = [c for answer in (page, entered) for c in answer.headers.getlist("Set-Cookie")]
    assert {c.split("=")[0] for c in cookies if "Max-Age=0" not in c} >= {"__Host-itsm_session", "__Host-itsm_form"}
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
    assert browser.get("/account", **home).status_code == 200
    answer = browser.client.post("/sign-out", data={"csrf_token": token}, headers={"Referer": "https://evil.example/"})
    assert answer.status_code == 400
