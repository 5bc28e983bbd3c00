"""Others prove who somebody is: identities, sessions made for them, buttons."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from itsm.core.access.pages.blueprint import admit
from itsm.core.access.verbs import (
    actor_of_session,
    add_account,
    disable_account,
    entry_of,
    identities_of,
    link_identity,
    person_of_identity,
    sign_in_as,
    unlink_identity,
)
from itsm.core.configuration.verbs import put_in_force, save_document
from itsm.core.errors import Conflict, Forbidden, Unknown
from itsm.core.hookspecs.declarations import SignInButton, SignInMethod
from itsm.core.hookspecs.marks import hook
from itsm.core.people.verbs import add_person
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing import Sample, World
from itsm.plugins.testing.visitors import Visitor

As = Callable[..., AbstractContextManager[UnitOfWork]]
GOOGLE = {"issuer": "https://accounts.example", "subject": "1184"}


def _rules(uow: UnitOfWork, **body: Any) -> None:
    put_in_force(uow, save_document(uow, name="core.sign_in", body=body, reason="test"))


def test_whom_another_party_proved_is_signed_in(world: World, sample: Sample) -> None:
    app = world.app
    with world.desk.unit_of_work(sample.act(world.desk, "admin")) as uow:
        secret = sign_in_as(uow, person_id=sample.people["agent"].id, method="oidc.google", address="192.0.2.7")
    with app.test_request_context("/"):
        cookie = admit(secret, "/tickets/new").headers["Set-Cookie"]
    browser = app.test_client()
    browser.set_cookie("itsm_session", cookie.split("=", 1)[1].split(";")[0])
    assert browser.get("/tickets/new").status_code == 200


def test_nobody_else_signs_in_who_is_disabled_or_has_no_account(uow: UnitOfWork, sample: Sample) -> None:
    agent = sample.people["agent"].id
    disable_account(uow, person_id=agent)
    stranger = add_person(uow, name="Гость", addresses=[]).id
    for person_id in (agent, stranger):
        with pytest.raises(Forbidden):
            sign_in_as(uow, person_id=person_id, method="oidc", address="192.0.2.7")


def test_an_account_without_a_password_lets_in_by_other_ways_only(uow: UnitOfWork, visitor: Visitor) -> None:
    person = add_person(uow, name="Гость", addresses=[])
    add_account(uow, person_id=person.id, login="guest", password=None)
    uow.session.flush()
    assert actor_of_session(uow, sign_in_as(uow, person_id=person.id, method="oidc", address="::1")).name == "Гость"


def test_a_role_that_demands_a_second_factor_keeps_the_session_on_its_way(uow: UnitOfWork, sample: Sample) -> None:
    admin = sample.people["admin"].id
    before = sign_in_as(uow, person_id=admin, method="oidc.a", address="::1")
    _rules(uow, second_factor_roles=["administrator"])
    assert actor_of_session(uow, before).kind == "nobody"  # at the next request, not at the next sign-in
    secret = sign_in_as(uow, person_id=admin, method="oidc.a", address="::1")
    entry = entry_of(uow, secret)
    assert entry is not None
    assert entry.stage == "enrol"
    assert actor_of_session(uow, secret).kind == "nobody"
    _rules(uow, second_factor_roles=["administrator"], methods_enough=["oidc.a"])
    assert actor_of_session(uow, before).kind == "person"


def test_an_identity_belongs_to_one_person(uow: UnitOfWork, sample: Sample, as_: As) -> None:
    agent, second = sample.people["agent"].id, sample.people["second"].id
    row = link_identity(uow, person_id=agent, method="oidc.google", **GOOGLE)
    assert link_identity(uow, person_id=agent, method="oidc.google", **GOOGLE).id == row.id
    assert person_of_identity(uow, **GOOGLE) == agent
    assert person_of_identity(uow, issuer=GOOGLE["issuer"], subject="1184 ") is None
    with pytest.raises(Conflict):
        link_identity(uow, person_id=second, method="oidc.google", **GOOGLE)
    unlink_identity(uow, identity_id=row.id)
    uow.session.flush()
    assert identities_of(uow, person_id=agent) == []


def test_identities_of_others_are_for_those_who_keep_accounts(as_: As, sample: Sample) -> None:
    with as_("admin") as uow:
        row = link_identity(uow, person_id=sample.people["second"].id, method="oidc", **GOOGLE)
    with as_("agent") as uow:
        with pytest.raises(Forbidden):
            link_identity(uow, person_id=sample.people["head"].id, method="oidc", issuer="x", subject="y")
        with pytest.raises(Unknown):
            unlink_identity(uow, identity_id=row.id)


def test_a_method_brings_its_buttons_and_one_that_fails_brings_none(with_plugin: Callable[..., Any]) -> None:
    button = SignInButton("door.acme", {"en": "With Acme", "ru": "Через Acme"}, "/p/door/start?at=acme")
    methods = [SignInMethod("door", 10, lambda uow: [button]), SignInMethod("torn", 20, lambda uow: 1 // 0)]  # type: ignore
    register_sign_in = hook(lambda: methods)
    desk, app = with_plugin("door", register_sign_in=register_sign_in)
    page = app.test_client().get("/sign-in?next=/people", headers={"Accept-Language": "ru"}).text
    assert 'href="/p/door/start?at=acme&amp;next=/people"' in page
    assert "Через Acme" in page
    assert [fault.plugin for fault in desk.faults.take()] == ["door"]
