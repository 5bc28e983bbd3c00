"""What browsers are told with every answer, and whom the desk answers to."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from itsm.core.access.models import SignInFailure
from itsm.core.web.frame import safe_next
from itsm.plugins.testing import World
from itsm.plugins.testing.visitors import Visitor

STRICT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ANSWERS = [
    ("GET", "/sign-in", 200),
    ("GET", "/", 302),
    ("GET", "/nowhere", 404),
    ("GET", "/static/core/desk.css", 200),
    ("GET", "/static/core/nowhere.css", 404),
    ("GET", "/static/core/../../settings.py", 404),
    ("DELETE", "/sign-in", 405),
    ("POST", "/sign-in", 400),
    ("OPTIONS", "/sign-in", 200),
    ("GET", "/healthz", 200),
    ("GET", "/api/v1/openapi.json", 200),
    ("GET", "/api/v1/tickets", 401),
    ("GET", "/api/v1/nowhere", 404),
    ("PUT", "/api/v1/tickets", 405),
    ("GET", "/sign-in?" + "x" * 9_000, 414),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_carries_the_strict_headers(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in STRICT} == STRICT
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
    answer.close()


def test_a_download_runs_nowhere_and_is_kept_by_nobody_else(api: Any, new_ticket: Callable[..., int]) -> None:
    data = {"file": (BytesIO(b"<svg onload=alert(1)>"), "x.svg")}
    made = api("agent", "POST", f"/tickets/{new_ticket()}/attachments", data=data)
    got = api("agent", "GET", f"/attachments/{made.json['id']}")
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["Cache-Control"] == "private, no-cache"
    assert {name: got.headers.get(name) for name in STRICT} == STRICT
    got.close()


def test_behind_https_browsers_are_told_to_come_no_other_way(app_with: Callable[..., Flask]) -> None:
    secure = app_with(base_url="https://desk.example").test_client()
    assert secure.get("/sign-in", base_url="https://desk.example").headers["Strict-Transport-Security"]


@pytest.mark.parametrize("settings", [{"trusted_hosts": ("desk.example",)}, {"base_url": "http://desk.example"}])
def test_an_unknown_host_is_refused_but_for_probes(app_with: Callable[..., Flask], settings: dict[str, Any]) -> None:
    client = app_with(**settings).test_client()
    assert client.get("/sign-in", base_url="http://desk.example:8080").status_code == 200
    for host in ("evil.example", "desk.example.evil.example", "desk.example@evil.example", "127.0.0.1", ""):
        answer = client.get("/sign-in", headers={"Host": host})
        assert answer.status_code == 400, host
        assert "Content-Security-Policy" in answer.headers
        assert client.get("/api/v1/tickets", headers={"Host": host}).status_code == 400
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_no_link_on_any_page_follows_the_host_header(signed_in: Callable[[str], Visitor]) -> None:
    admin = signed_in("admin")
    for path in ("/", "/account", "/configuration", "/people", "/nowhere"):
        page = admin.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil.example" not in page.text + page.headers.get("Location", "")


def _failures(world: World) -> set[str]:
    return set(world.connection.execute(select(SignInFailure.address)).scalars())


def test_an_address_is_taken_from_a_header_only_behind_a_proxy_that_is_named(
    world: World, app_with: Callable[..., Flask]
) -> None:
    spoofed = {"X-Forwarded-For": "192.0.2.66, 198.51.100.7"}
    wrong = {"login": "agent@example.org", "password": "wrong"}
    Visitor(world.app.test_client()).post("/sign-in", wrong, headers=spoofed)
    assert _failures(world) == {"127.0.0.1"}
    Visitor(app_with(trusted_proxies=1).test_client()).post("/sign-in", wrong, headers=spoofed)
    assert _failures(world) == {"127.0.0.1", "198.51.100.7"}


@pytest.mark.parametrize(
    "hostile",
    ["//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
     "/%09/evil.example\n", "https:evil.example", "https://evil.example", "javascript:alert(1)", "data:text/html,x",
     "evil.example", "@evil.example", "/\x00/evil.example", "/a\r\nSet-Cookie: x=y", "\u2028//evil.example",
     " //evil.example", "/" + "x" * 3_000, "", None, "http:///evil.example", "/\\/evil.example", "/x\\..\\evil"],
)  # fmt: skip
def test_nothing_leads_out_of_the_desk(hostile: str | None) -> None:
    assert safe_next(hostile, "/home") == "/home"


@pytest.mark.parametrize("good", ["/", "/tickets/1?tab=a#end", "/?q=https://example.org", "/%2f%2fx", "/кот"])
def test_own_pages_are_led_to(good: str) -> None:
    assert safe_next(good) == good
