"""The account of a person, kept by others: let in, lock out, roles, sessions, tokens, factors."""

import re
from collections.abc import Callable
from typing import Any

from itsm.core.access.models import Account
from itsm.core.access.verbs import grant_role, grants_of, link_identity, save_role
from itsm.core.people.verbs import add_person
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.testing.visitors import enter
from tests.fixtures import TESTER, Clock, Sample, World
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]
SECRET = re.compile(r'class="secret">([^<]+)<')


def keeper(desk: Desk, sample: Sample, name: str = "second") -> None:
    """Let one of the sample people keep accounts, and nothing more than agents may."""
    with desk.unit_of_work(TESTER) as uow:
        save_role(uow, key="keeper", label={"en": "Keeper"}, permissions=["people.accounts"])
        grant_role(uow, person_id=sample.people[name].id, role="keeper")


def test_somebody_is_let_in_with_a_password_that_is_shown_once(
    signed_in: SignedIn, desk: Desk, visitor: Visitor
) -> None:
    with desk.unit_of_work(TESTER) as uow:
        anna = add_person(uow, name="Анна", addresses=[("email", "anna@x.example")]).id
    admin = signed_in("admin")
    place = f"/people/{anna}/account"
    assert place in admin.get(f"/people/{anna}").text
    made = admin.submit(place, place, {"roles": ["agent"], "reason": "Новая сотрудница"})
    found = SECRET.search(made.text)
    assert found, made.text
    assert found.group(1) not in admin.get(place).text
    login = {"login": "anna@x.example", "password": found.group(1)}
    assert visitor.post("/sign-in", login).status_code == 302
    assert visitor.get("/").status_code == 302
    page = admin.get(place).text
    for said in ("anna@x.example", "a one-time password, not yet changed", "Новая сотрудница", "gave the role Agent"):
        assert said in page, said


def test_roles_are_given_and_taken_in_the_desk_and_within_an_organisation(
    signed_in: SignedIn, desk: Desk, sample: Sample
) -> None:
    admin, person = signed_in("admin"), sample.people["requester"].id
    place, acme = f"/people/{person}/account", sample.organisations["acme"].id
    given = {"role": "agent", "organisation": f"Акме #{acme}", "reason": "Свои обращения"}
    assert admin.submit(place, f"{place}/roles", given).status_code == 302
    assert admin.submit(place, f"{place}/roles", {"role": "head", "reason": "x"}).status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        held = [(grant.role, grant.organisation_id) for grant in grants_of(uow, person_id=person)]
    assert held == [("head", None), ("requester", None), ("agent", acme)]
    page = admin.get(place).text
    assert "within Акме" in page
    assert "gave the role Agent within Акме" in page
    assert (
        admin.submit(place, f"{place}/roles", {"role": "head", "organisation": "нет такой", "reason": "x"}).status_code
        == 422
    )
    away = {"role": "agent", "organisation": str(acme), "reason": "Ушёл"}
    assert admin.post(f"{place}/roles/revoke", away).status_code == 302
    assert admin.post(f"{place}/roles/revoke", away).status_code == 404
    assert "took the role Agent within Акме" in admin.get(place).text


def test_every_act_asks_for_its_reason(signed_in: SignedIn, sample: Sample) -> None:
    admin, place = signed_in("admin"), f"/people/{sample.people['agent'].id}/account"
    for act in (
        "disable",
        "enable",
        "password",
        "factors",
        "sessions",
        "tokens",
        "roles",
        "roles/revoke",
        "identities/1",
    ):
        answer = admin.post(f"{place}/{act}", {"role": "agent", "reason": " "})
        assert answer.status_code == 422, act


def test_sessions_tokens_and_the_account_itself_end_at_once(signed_in: SignedIn, sample: Sample, api: Any) -> None:
    admin, agent = signed_in("admin"), signed_in("agent")
    place = f"/people/{sample.people['agent'].id}/account"
    assert "tests" in admin.get(place).text
    admin.submit(place, f"{place}/sessions", {"reason": "Забыл выйти"})
    assert agent.get("/").status_code == 302
    assert api("agent", "GET", "/tickets").status_code == 200
    admin.submit(place, f"{place}/tokens", {"reason": "Утёк"})
    assert api("agent", "GET", "/tickets").status_code == 401
    agent = signed_in("agent")
    admin.submit(place, f"{place}/disable", {"reason": "Уволен"})
    assert agent.get("/").status_code == 302
    page = admin.get(place).text
    assert "Уволен" in page
    admin.submit(place, f"{place}/enable", {"reason": "Вернулся"})
    assert signed_in("agent").get("/").status_code == 200


def test_whoever_may_more_is_looked_at_and_not_touched(
    signed_in: SignedIn, desk: Desk, sample: Sample, api: Any
) -> None:
    keeper(desk, sample)
    second, admin = signed_in("second"), sample.people["admin"].id
    place = f"/people/{admin}/account"
    page = second.get(place)
    assert "you can look, and change nothing" in page.text
    assert 'name="reason"' not in page.text
    with desk.unit_of_work(TESTER) as uow:
        linked = link_identity(uow, person_id=admin, issuer="https://x.example", subject="1", method="oidc.x").id
    acts = ["disable", "password", "factors", "sessions", "tokens", f"identities/{linked}"]
    for act in acts:
        assert second.post(f"{place}/{act}", {"reason": "x"}).status_code == 403, act
    for act in ("roles", "roles/revoke"):
        assert second.post(f"{place}/{act}", {"role": "administrator", "reason": "x"}).status_code == 403, act
    for method, path in (
        ("PATCH", ""), ("POST", "/password"), ("DELETE", "/factors"), ("DELETE", "/sessions"), ("DELETE", "/tokens"),
    ):  # fmt: skip
        body = {"json": {"disabled": True}} if method == "PATCH" else {}
        assert api("second", method, f"/people/{admin}/account{path}", **body).status_code == 403, path
    assert second.post(f"/people/{sample.people['agent'].id}/account/tokens", {"reason": "x"}).status_code == 302


def test_accounts_are_for_those_who_keep_them(signed_in: SignedIn, sample: Sample, api: Any) -> None:
    path = f"/people/{sample.people['agent'].id}/account"
    assert signed_in("head").get(path).status_code == 403
    assert f'href="{path}"' not in signed_in("head").get(path.removesuffix("/account")).text
    assert api("head", "GET", path).status_code == 403


def test_after_a_while_an_act_asks_who_it_is(signed_in: SignedIn, sample: Sample, clock: Clock, world: World) -> None:
    place = f"/people/{sample.people['agent'].id}/account"
    admin = enter(world.app, "admin")
    clock.forward(minutes=60)
    asked = admin.post(f"{place}/disable", {"reason": "Уволен"})
    assert asked.status_code == 200
    assert 'name="confirm_password"' in asked.text
    right = {"reason": "Уволен", "confirm_password": "password of admin"}
    assert admin.post(f"{place}/disable", right).status_code == 302


def test_the_api_keeps_accounts_too(api: Any, desk: Desk, sample: Sample) -> None:
    with desk.unit_of_work(TESTER) as uow:
        anna = add_person(uow, name="Anna").id
    path = f"/people/{anna}/account"
    assert api("admin", "GET", path).status_code == 404
    body = {"login": "anna", "roles": ["requester"], "reason": "New"}
    made = api("admin", "POST", path, json=body)
    assert made.status_code == 201
    assert len(made.json["one_time_password"]) > 8
    assert "one_time_password" not in api("admin", "GET", path).json
    assert api("admin", "POST", path, json=body).status_code == 409
    role = {"role": "agent", "organisation": sample.organisations["acme"].id}
    given = api("admin", "POST", f"{path}/roles", json=role)
    assert given.json["roles"][-1] == {**role, "origin": ""}
    assert api("admin", "DELETE", f"{path}/roles/agent").status_code == 404
    assert api("admin", "DELETE", f"{path}/roles/agent?organisation=x").status_code == 422
    assert api("admin", "DELETE", f"{path}/roles/agent?organisation={role['organisation']}").status_code == 204
    assert api("admin", "PATCH", path, json={"disabled": True}).json["disabled"] is True
    assert api("admin", "PATCH", path, json={"disabled": False}).json["disabled"] is False
    assert api("admin", "POST", f"{path}/password").json["one_time_password"]
    assert api("admin", "DELETE", f"{path}/factors").status_code == 204
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Account, anna).must_change


def test_the_api_ends_sessions_and_tokens(api: Any, signed_in: SignedIn, sample: Sample) -> None:
    agent, path = signed_in("agent"), f"/people/{sample.people['agent'].id}/account"
    assert api("admin", "DELETE", f"{path}/sessions").status_code == 204
    assert agent.get("/").status_code == 302
    assert api("admin", "DELETE", f"{path}/tokens").status_code == 204
    assert api("agent", "GET", "/tickets").status_code == 401


def test_a_refused_token_says_why_at_its_input(signed_in: SignedIn) -> None:
    page = signed_in("agent").submit("/account", "/account/tokens", {"name": "Robot", "addresses": "the moon"})
    assert page.status_code == 422
    refused = page.text.split('id="token-from"')[1]
    assert 'aria-invalid="true" aria-describedby="token-from-error"' in refused.split(">")[0]
    assert 'id="token-from-error"' in refused
    assert 'value="Robot"' in page.text
