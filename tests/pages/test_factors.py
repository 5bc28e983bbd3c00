"""The second factor, passwords and sessions on the pages, without a browser; passkeys have theirs."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pyotp
import pytest

from itsm.core.access import verbs
from itsm.core.configuration.verbs import put_in_force, save_document
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing import Clock, Sample, World
from tests.pages.conftest import Visitor, hidden

SignedIn = Callable[[str], Visitor]
As = Callable[..., AbstractContextManager[UnitOfWork]]
LOGIN = {"login": "agent@example.org", "password": "password of agent"}
OPEN = ("/", "/account", "/account/security", "/people?q=a", "/tickets/new", "/api/v1/tickets")


def app_of(page: Any) -> pyotp.TOTP:
    """The authenticator that scanned this page."""
    return pyotp.TOTP(re.findall(r'class="secret">([A-Z2-7 ]+)<', page.text)[0].replace(" ", ""))


def enrol(visitor: Visitor, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """Turn codes on; the app and the recovery codes."""
    page = visitor.get("/account/codes")
    app = app_of(page)
    made = visitor.post("/account/codes", {"offer": hidden(page, "offer"), "code": app.at(clock.now)})
    clock.forward(minutes=1)
    return app, re.findall(r"<li>([a-z2-7-]{19})</li>", made.text)


def oblige(as_: As, *roles: str, **more: Any) -> None:
    """These roles must have a second factor."""
    with as_("admin") as uow:
        body = {"second_factor_roles": list(roles), **more}
        put_in_force(uow, save_document(uow, name="core.sign_in", body=body, reason="test"))


def test_after_the_password_a_code_is_asked_and_until_then_nothing_opens(
    signed_in: SignedIn, visitor: Visitor, clock: Clock
) -> None:
    app, recovery = enrol(signed_in("agent"), clock)
    assert len(recovery) == 10
    assert visitor.post("/sign-in", {**LOGIN, "next": "/tickets/new"}).location == "/tickets/new"
    for path in OPEN:
        assert visitor.get(path).status_code in (302, 401), path
    assert visitor.post("/tickets/new", {"kind": "incident", "title": "x"}).status_code == 401
    assert visitor.get("/sign-in?next=/tickets/new").location == "/sign-in/step?next=/tickets/new"
    wrong = visitor.post("/sign-in/factor", {"code": "000000"})
    assert wrong.status_code == 422
    before = visitor.client.get_cookie("itsm_session")
    code = app.at(clock.now)
    inside = visitor.post("/sign-in/factor", {"code": code, "next": "/tickets/new"})
    assert inside.location == "/tickets/new"
    assert visitor.get("/tickets/new").status_code == 200
    after = visitor.client.get_cookie("itsm_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value  # renewed: who saw the first cookie has nothing
    visitor.client.set_cookie("itsm_session", before.value)
    assert visitor.get("/").status_code == 302


def test_a_code_opens_once_and_a_recovery_code_stands_in_for_it(
    signed_in: SignedIn, world: World, clock: Clock
) -> None:
    app, recovery = enrol(signed_in("agent"), clock)
    code = app.at(clock.now)
    answers = []
    for given in (code, code, recovery[0], recovery[0]):
        visitor = Visitor(world.app.test_client())
        visitor.post("/sign-in", LOGIN)
        answers.append(visitor.post("/sign-in/factor", {"code": given}).status_code)
    assert answers == [302, 422, 302, 422]


def test_a_right_password_does_not_forgive_guesses_at_the_code(
    signed_in: SignedIn, visitor: Visitor, clock: Clock
) -> None:
    enrol(signed_in("agent"), clock)
    statuses = []
    for _ in range(11):
        visitor.post("/sign-in/cancel")
        visitor.post("/sign-in", LOGIN)
        statuses.append(visitor.post("/sign-in/factor", {"code": "000000"}).status_code)
    assert statuses == [422] * 10 + [429]


def test_whose_role_demands_a_factor_reaches_nothing_but_making_one(signed_in: SignedIn, as_: As, clock: Clock) -> None:
    agent = signed_in("agent")
    oblige(as_, "agent")
    assert agent.get("/").status_code == 302  # at the next request of a session that was there before
    step = agent.get("/sign-in/step")
    assert "second factor" in step.text
    app = app_of(step)
    sent = {"offer": hidden(step, "offer"), "code": "123"}
    again = agent.post("/sign-in/enrol", sent)
    assert again.status_code == 422
    assert app_of(again).secret == app.secret  # the same picture: it was scanned already
    made = agent.post("/sign-in/enrol", {**sent, "code": app.at(clock.now)})
    assert len(re.findall(r"<li>([a-z2-7-]{19})</li>", made.text)) == 10
    assert agent.get("/").status_code == 200


def test_a_given_password_is_changed_before_anything_opens(
    signed_in: SignedIn, as_: As, visitor: Visitor, sample: Sample
) -> None:
    agent = signed_in("agent")
    with as_("admin") as uow:
        given = verbs.give_password(uow, person_id=sample.people["agent"].id)
    assert agent.get("/").status_code == 302
    visitor.post("/sign-in", {**LOGIN, "password": given})
    assert visitor.get("/").status_code == 302
    assert visitor.post("/sign-in/password", {"password": "password123"}).status_code == 422
    assert visitor.post("/sign-in/password", {"password": "лошадь батарея скрепка"}).location == "/start"
    assert visitor.get("/").status_code == 200


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(signed_in: SignedIn, clock: Clock) -> None:
    here, there = signed_in("agent"), signed_in("agent")
    new = {"password": "лошадь батарея скрепка"}
    assert here.post("/account/password", {**new, "old": "wrong"}).status_code == 422
    assert here.post("/account/password", {"old": LOGIN["password"], "password": "short"}).status_code == 422
    assert here.post("/account/password", {**new, "old": LOGIN["password"]}).status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


def test_dangerous_acts_ask_again_and_keep_what_was_typed(signed_in: SignedIn, clock: Clock) -> None:
    agent = signed_in("agent")
    clock.forward(minutes=16)
    form = {"name": "скрипт <b>", "days": "30", "scopes": ["tickets.read", "tickets.open"]}
    asked = agent.post("/account/tokens", form)
    assert "Confirm it is you" in asked.text
    assert 'name="name" value="скрипт &lt;b&gt;"' in asked.text
    wrong = agent.post("/account/tokens", {**form, "confirm_password": "wrong"})
    assert wrong.status_code == 422
    made = agent.post("/account/tokens", {**form, "confirm_password": LOGIN["password"]})
    assert 'class="secret">itsm_' in made.text
    page = agent.get("/account/codes")
    assert page.status_code == 200
    clock.forward(minutes=16)
    assert "Confirm it is you" in agent.get("/account/codes").text
    confirm = {"next": "/account/codes", "confirm_password": LOGIN["password"]}
    assert agent.post("/account/confirm", confirm).location == "/account/codes"
    page = agent.get("/account/codes")
    clock.forward(minutes=16)
    sent = {"offer": hidden(page, "offer"), "code": app_of(page).at(clock.now)}
    asked = agent.post("/account/codes", sent)
    sent = {"offer": hidden(asked, "offer"), "code": hidden(asked, "code")}
    made = agent.post("/account/codes", {**sent, "confirm_password": LOGIN["password"]})
    assert "Recovery codes" in made.text
    assert agent.get("/account").status_code == 200


def test_sessions_are_listed_and_ended(signed_in: SignedIn) -> None:
    here, there = signed_in("agent"), signed_in("agent")
    page = here.get("/account/security").text
    number = re.findall(r"/account/sessions/(\d+)/end", page)
    assert len(number) == 1
    assert signed_in("second").post(f"/account/sessions/{number[0]}/end").status_code == 404
    assert here.post(f"/account/sessions/{number[0]}/end").status_code == 302
    assert there.get("/").status_code == 302
    third = signed_in("agent")
    assert here.post("/account/sessions/end").status_code == 302
    assert third.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_everybodys_tokens_are_for_those_who_keep_accounts(signed_in: SignedIn, api: Any) -> None:
    admin = signed_in("admin")
    page = admin.get("/tokens").text
    number = re.findall(r"/tokens/(\d+)/revoke", page)[0]
    assert signed_in("agent").get("/tokens").status_code == 403
    assert admin.post(f"/tokens/{number}/revoke").status_code == 302


@pytest.fixture
def history(signed_in: SignedIn, sample: Sample) -> Callable[[], str]:
    """The history of the agent as the administrator reads it."""
    admin = signed_in("admin")
    return lambda: admin.get(f"/people/{sample.people['agent'].id}").text


def test_every_act_stands_in_the_history_in_words(
    signed_in: SignedIn, history: Callable[[], str], clock: Clock, as_: As, sample: Sample
) -> None:
    agent = signed_in("agent")
    app, recovery = enrol(agent, clock)
    Visitor(agent.client.application.test_client()).post("/sign-in", LOGIN)
    agent.post("/account/codes/remove")
    agent.post("/sign-out")
    with as_("admin") as uow:
        verbs.reset_factors(uow, person_id=sample.people["agent"].id)
    told = history()
    for sentence in (
        "signed in (password)", "began to sign in (password)", "added a second factor: code", "made new recovery codes",
        "removed a second factor: code", "signed out", "removed all second factors",
    ):  # fmt: skip
        assert sentence in told, sentence
    assert app.secret not in told
    assert recovery[0] not in told
