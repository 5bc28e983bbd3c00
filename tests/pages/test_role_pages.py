"""Roles on their pages and over the API: made, changed with a reason, held, removed."""

from collections.abc import Callable
from typing import Any

from itsm.core.access.models import Role
from itsm.core.access.verbs import grant_role, save_role
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]


def test_a_role_is_made_changed_and_removed_with_its_history(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    made = admin.submit(
        "/roles/new",
        "/roles/new",
        {"key": "night", "name_ru": "Ночная смена", "permissions": ["tickets.read", "tickets.open"], "reason": "Ночь"},
    )
    assert (made.status_code, made.location) == (302, "/roles/night")
    changed = admin.submit("/roles/night", "/roles/night", {"permissions": ["tickets.read"], "reason": "Без открытия"})
    assert changed.status_code == 302, changed.text
    page = admin.get("/roles/night").text
    for said in ("Ночная смена", "Без открытия", "May no longer", '<ins dir="auto">Open tickets</ins>'):
        assert said in page, said
    assert "night" in admin.get("/roles").text
    assert admin.submit("/roles/night", "/roles/night/remove", {"reason": "Не нужна"}).location == "/roles"
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get(Role, "night") is None


def test_a_refused_form_keeps_what_was_typed_and_says_why(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    typed = {"key": "Night Shift", "name_en": "", "permissions": ["tickets.read"], "reason": "because"}
    answer = admin.submit("/roles/new", "/roles/new", typed)
    assert answer.status_code == 422
    assert "Use small letters" in answer.text
    assert 'value="tickets.read" checked' in answer.text
    assert 'value="because"' in answer.text
    assert admin.submit("/roles/new", "/roles/new", {**typed, "key": "agent", "name_en": "X"}).status_code == 409
    unasked = admin.submit("/roles/agent", "/roles/agent", {"reason": ""})
    assert unasked.status_code == 422


def test_two_who_change_one_role_do_not_write_over_each_other(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    form = {"version": "1", "name_en": "Agent", "permissions": ["tickets.read"], "reason": "less"}
    with desk.unit_of_work(TESTER) as uow:
        held = uow.session.get_one(Role, "agent").permissions
        save_role(uow, key="agent", label={"en": "Specialist"}, permissions=held)
    stale = admin.post("/roles/agent", form)
    assert stale.status_code == 412
    assert 'name="version" value="2"' in stale.text


def test_what_the_actor_does_not_hold_stays_as_it_is(signed_in: SignedIn, desk: Desk, sample: Sample) -> None:
    """The boxes are locked, a browser does not send them, and the role keeps them."""
    with desk.unit_of_work(TESTER) as uow:
        save_role(uow, key="keeper", label={"en": "Keeper"}, permissions=["people.accounts", "people.read"])
        grant_role(uow, person_id=sample.people["second"].id, role="keeper")
        save_role(uow, key="mixed", label={"en": "Mixed"}, permissions=["core.plugins", "people.read"])
    second = signed_in("second")
    page = second.get("/roles/mixed").text
    assert 'value="core.plugins" checked disabled' in page
    assert second.submit("/roles/mixed", "/roles/mixed", {"permissions": [], "reason": "less"}).status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Role, "mixed").permissions == ["core.plugins"]
    forged = {"version": "2", "name_en": "Mixed", "permissions": ["core.plugins", "core.configure"], "reason": "more"}
    assert second.post("/roles/mixed", forged).status_code == 403


def test_roles_are_for_those_who_keep_accounts(signed_in: SignedIn, api: Any) -> None:
    for path in ("/roles", "/roles/new", "/roles/agent"):
        assert signed_in("head").get(path).status_code == 403
        assert signed_in("admin").get(path).status_code == 200
    assert signed_in("admin").get("/roles/nothing").status_code == 404
    assert api("head", "GET", "/roles").status_code == 403


def test_the_api_makes_changes_and_removes_roles(api: Any) -> None:
    shown = api("admin", "GET", "/roles").json
    assert next(p for p in shown["permissions"] if p["name"] == "incidents.major")["plugin"] == "incidents"
    assert next(r for r in shown["items"] if r["key"] == "agent")["holders"] == 2
    body = {"key": "night", "name": {"en": "Night"}, "permissions": ["tickets.read"], "reason": "Nights"}
    made = api("admin", "POST", "/roles", json=body)
    assert (made.status_code, made.json["version"]) == (201, 1)
    assert api("admin", "POST", "/roles", json=body).status_code == 409
    assert api("admin", "PATCH", "/roles/night", json={"permissions": []}).status_code == 428
    match = {"If-Match": made.headers["ETag"]}
    less = api("admin", "PATCH", "/roles/night", json={"permissions": []}, headers=match)
    assert (less.json["permissions"], less.json["name"]) == ([], {"en": "Night"})
    assert api("admin", "PATCH", "/roles/night", json={"permissions": []}, headers=match).status_code == 412
    assert api("admin", "DELETE", "/roles/agent").status_code == 409
    assert api("admin", "DELETE", "/roles/night").status_code == 204
    assert api("admin", "GET", "/roles/night").status_code == 404


def test_an_administrator_can_give_whatever_the_desk_itself_declares(signed_in: SignedIn) -> None:
    """Else a role such as *the tickets of one's own groups* could be made by nobody."""
    assert " disabled>" not in signed_in("admin").get("/roles/new").text
