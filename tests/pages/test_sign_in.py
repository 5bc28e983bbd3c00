"""Signing in and out, and who gets to see which page."""

from collections.abc import Callable

import pytest

from tests.fixtures import Clock
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]


def test_a_stranger_is_led_to_the_form_and_back_to_where_they_wanted_to_go(visitor: Visitor) -> None:
    away = visitor.get("/?team=1&q=%D1%91")
    assert away.status_code == 302
    assert away.location == "/sign-in?next=%2F%3Fteam%3D1%26q%3D%25D1%2591"
    login = {"login": "AGENT@example.org", "password": "password of agent", "next": "/?team=1&q=%D1%91"}
    inside = visitor.post("/sign-in", login)
    assert (inside.status_code, inside.location) == (302, "/?team=1&q=%D1%91")
    cookie = next(c for c in inside.headers.getlist("Set-Cookie") if c.startswith("itsm_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "evil", "/a\nb"]
)
def test_signing_in_leads_nowhere_outside(visitor: Visitor, target: str) -> None:
    login = {"login": "agent@example.org", "password": "password of agent", "next": target}
    assert visitor.post("/sign-in", login).location == "/start"


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer_and_keep_the_login(visitor: Visitor) -> None:
    known = visitor.post("/sign-in", {"login": "agent@example.org", "password": "wrong"})
    unknown = visitor.post("/sign-in", {"login": "nobody@example.org", "password": "wrong"})
    assert known.status_code == unknown.status_code == 422
    sentence = "Login or password is wrong."
    assert sentence in known.text
    assert known.text.count("<p>") == unknown.text.count("<p>")
    assert 'value="agent@example.org"' in known.text
    assert 'value="nobody@example.org"' in unknown.text


def test_after_ten_wrong_passwords_the_door_stays_shut_for_a_while(visitor: Visitor, clock: Clock) -> None:
    wrong = {"login": "agent@example.org", "password": "wrong"}
    right = {"login": "agent@example.org", "password": "password of agent"}
    for _ in range(10):
        visitor.post("/sign-in", wrong)
    assert visitor.post("/sign-in", right).status_code == 429
    clock.forward(minutes=16)
    assert visitor.post("/sign-in", right).status_code == 302


def test_an_address_that_the_caller_claims_is_not_believed(visitor: Visitor) -> None:
    wrong = {"login": "agent@example.org", "password": "wrong"}
    answers = [
        visitor.post("/sign-in", wrong, headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code
        for number in range(11)
    ]
    assert answers == [422] * 10 + [429]


def test_signing_out_ends_the_session_on_the_server(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    cookie = agent.client.get_cookie("itsm_session")
    assert cookie is not None
    agent.post("/sign-out")
    agent.client.set_cookie("itsm_session", cookie.value)
    assert agent.get("/").status_code == 302


def test_no_form_counts_without_its_token_not_even_the_one_to_sign_in(visitor: Visitor, signed_in: SignedIn) -> None:
    login = {"login": "agent@example.org", "password": "password of agent"}
    assert visitor.client.post("/sign-in", data=login).status_code == 400
    agent = signed_in("agent")
    answer = agent.client.post("/tickets/1/claim")
    assert answer.status_code == 400
    assert "send the form once more" in answer.text


def test_what_was_typed_after_the_session_ended_is_not_led_away(signed_in: SignedIn, clock: Clock) -> None:
    agent = signed_in("agent")
    clock.forward(days=15)
    answer = agent.post("/tickets/new", {"kind": "incident", "title": "x"})
    assert answer.status_code == 401
    assert "Nothing was saved" in answer.text


@pytest.mark.parametrize("path", ["/jobs", "/plugins", "/configuration", "/configuration/core.topics"])
def test_pages_of_administrators_are_closed_to_others(signed_in: SignedIn, path: str) -> None:
    assert signed_in("admin").get(path).status_code == 200
    assert signed_in("agent").get(path).status_code == 403
    assert signed_in("requester").get("/people?q=a").status_code == 403


def test_language_and_appearance_are_chosen_before_and_after_signing_in(visitor: Visitor, signed_in: SignedIn) -> None:
    assert visitor.post("/looks", {"language": "ru", "next": "/sign-in"}).location == "/sign-in"
    page = visitor.get("/sign-in", headers={"Accept-Language": "en"})
    assert '<html lang="ru"' in page.text
    assert "Неверный логин или пароль." in visitor.post("/sign-in", {"login": "x", "password": "y"}).text
    agent = signed_in("agent")
    agent.post("/looks", {"language": "ru"})
    agent.post("/looks", {"theme": "dark", "language": "xx"})
    page = agent.get("/")
    assert '<html lang="ru" data-theme="dark">' in page.text
    assert "Обращения" in page.text
    assert '<html lang="ru"' in signed_in("agent").get("/").text


def test_a_token_is_shown_once_works_and_is_revoked_at_once(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    made = agent.post("/account/tokens", {"name": "скрипт", "days": "", "scopes": ["tickets.read", "tickets.read_all"]})
    secret = made.text.split('class="secret">')[1].split("<")[0]
    bearer = {"Authorization": f"Bearer {secret}"}
    assert agent.get("/api/v1/tickets", headers=bearer).status_code == 200
    assert (
        agent.client.post("/api/v1/tickets", json={"kind": "incident", "title": "x"}, headers=bearer).status_code == 403
    )
    page = agent.get("/account")
    assert secret not in page.text
    number = page.text.split("/account/tokens/")[1].split("/")[0]
    assert agent.post(f"/account/tokens/{number}/revoke").status_code == 302
    assert agent.get("/api/v1/tickets", headers=bearer).status_code == 401
    wrong = agent.post("/account/tokens", {"name": "", "days": "x"})
    assert wrong.status_code == 422
    assert signed_in("second").post(f"/account/tokens/{number}/revoke").status_code == 404


def test_times_are_shown_in_the_zone_that_a_person_chose(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    assert agent.post("/account", {"timezone": "Mars/Olympus"}).status_code == 422
    assert agent.post("/account", {"timezone": "Asia/Vladivostok"}).status_code == 302
    made = agent.post("/tickets/new", {"kind": "incident", "key": "k" * 8, "title": "When"})
    assert "2 Mar 2026, 19:00" in agent.get(made.location).text


def test_headers_forbid_inline_code_and_files_are_kept_for_a_year(visitor: Visitor) -> None:
    page = visitor.get("/sign-in")
    assert "script-src 'self'; style-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    address = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = visitor.get(address)
    assert sheet.mimetype == "text/css"
    assert "max-age=31536000" in sheet.headers["Cache-Control"]
    assert visitor.get(address.split("?")[0]).headers["Cache-Control"] == "no-cache"
    for strange in (
        "/static/core/../hooks.py",
        "/static/core/%2e%2e/hooks.py",
        "/static/none/x.css",
        "/static/core/no",
    ):
        assert visitor.get(strange).status_code == 404
