"""How much anybody may ask in a minute."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from itsm.core.errors import TooMany
from itsm.core.web.limits import MOST_KEYS, Rates
from itsm.plugins.testing import World
from itsm.plugins.testing.visitors import enter


@pytest.fixture
def rates(world: World) -> Rates:
    return Rates(world.desk.settings)


def test_a_minutes_worth_may_come_at_once_and_then_one_at_a_time(rates: Rates) -> None:
    for _ in range(60):
        rates.count("a", 60, 1000.0)
    with pytest.raises(TooMany) as refused:
        rates.count("a", 60, 1000.25)
    assert 0 < refused.value.wait <= 1
    rates.count("a", 60, 1001.0)
    with pytest.raises(TooMany):
        rates.count("a", 60, 1001.0)
    rates.count("b", 60, 1001.0)
    for _ in range(60):
        rates.count("a", 60, 1100.0)


def test_what_is_remembered_has_an_end(rates: Rates) -> None:
    for number in range(3 * MOST_KEYS):
        rates.count(f"address {number}", 60, 1000.0)
    assert len(rates._due) <= MOST_KEYS


def test_who_asks_too_often_is_told_when_to_come_again(world: World, app_with: Callable[..., Flask]) -> None:
    client = app_with(rate_tokens=3).test_client()

    def ask(who: str) -> Any:
        headers = {"Authorization": f"Bearer {world.sample.tokens[who]}"}
        return client.get("/api/v1/tickets/count", headers=headers)

    assert [ask("agent").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = ask("agent")
    assert refused.content_type == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert ask("second").status_code == 200


def test_guessing_tokens_is_charged_to_the_address_and_hinders_nobody_else(
    world: World, app_with: Callable[..., Flask]
) -> None:
    client = app_with(rate_strangers=5).test_client()
    guesses = [client.get("/api/v1/tickets", headers={"Authorization": f"Bearer itsm_{n}"}) for n in range(7)]
    assert [answer.status_code for answer in guesses] == [401] * 5 + [429] * 2
    known = {"Authorization": f"Bearer {world.sample.tokens['agent']}"}
    assert client.get("/api/v1/tickets", headers=known).status_code == 200
    assert client.get("/sign-in").status_code == 429
    assert client.get("/sign-in", environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200
    assert client.get("/healthz").status_code == 200
    assert client.get("/static/core/desk.css", buffered=True).status_code == 200


def test_a_session_has_a_rate_of_its_own_and_its_refusal_is_a_page(app_with: Callable[..., Flask]) -> None:
    app = app_with(rate_people=2)
    agent, second = enter(app, "agent"), enter(app, "second")
    assert [agent.get("/account").status_code for _ in range(3)] == [200, 200, 429]
    assert "Retry-After" in agent.get("/account").headers
    assert second.get("/account").status_code == 200
