"""Roles beside each other: boxes are saved as one act, and nobody gives what they do not hold."""

from collections.abc import Callable

from sqlalchemy import select

from itsm.core.access.models import Role
from itsm.core.access.verbs import save_role
from itsm.core.ledger.models import Event
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.testing.forms import forms_of
from tests.fixtures import TESTER, Sample
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]


def held(desk: Desk, key: str) -> set[str]:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return set(uow.session.get_one(Role, key).permissions)


def boxes(visitor: Visitor, role: str, page: str = "/roles") -> list[str]:
    form = next(form for form in forms_of(visitor.get(page).text) if form.method == "post" and "/roles" in form.action)
    return [value for control in form.controls if control.name == f"may.{role}" for value in control.values]


def test_boxes_of_several_roles_are_saved_as_one_act_with_its_reason(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    agent, head = boxes(admin, "agent"), boxes(admin, "head")
    given = {"may.agent": [*agent, "people.edit"], "may.head": [n for n in head if n != "people.merge"]}
    refused = admin.submit("/roles", "/roles", given)
    assert refused.status_code == 422
    assert 'id="reason-error"' in refused.text
    assert "people.edit" not in held(desk, "agent")
    assert admin.submit("/roles", "/roles", {**given, "reason": "New duties"}).status_code == 302
    assert "people.edit" in held(desk, "agent")
    assert "people.merge" not in held(desk, "head")
    with desk.unit_of_work(TESTER, write=False) as uow:
        told = list(uow.session.scalars(select(Event.facts).where(Event.type == "role_saved")))
    assert {fact["role"] for fact in told[-2:]} == {"agent", "head"}


def test_a_search_in_the_matrix_changes_only_what_it_shows(signed_in: SignedIn, desk: Desk) -> None:
    admin, before = signed_in("admin"), held(desk, "agent")
    assert set(boxes(admin, "agent", "/roles?q=comment")) == {"tickets.comment"}
    none = {"may.agent": None, "reason": "Quiet"}
    assert admin.submit("/roles?q=comment", "/roles?q=comment", none).status_code == 302
    assert held(desk, "agent") == before - {"tickets.comment"}


def test_a_permission_that_one_does_not_hold_is_no_box_and_is_kept(
    signed_in: SignedIn, desk: Desk, sample: Sample
) -> None:
    with desk.unit_of_work(TESTER) as uow:
        save_role(uow, key="head", label={"en": "Head"}, permissions=[*held(desk, "head"), "people.accounts"])
    head, before = signed_in("head"), held(desk, "administrator")
    assert "core.configure" not in boxes(head, "administrator")
    answer = head.post("/roles", {
        "shown": ["core.configure", "tickets.comment"], "may.agent": ["core.configure"], "reason": "Mine",
        "version.administrator": "1", "version.agent": "1",
    })  # fmt: skip
    assert answer.status_code in (302, 403, 412)
    assert "core.configure" not in held(desk, "agent")
    assert held(desk, "administrator") >= before - {"tickets.comment"}


def test_a_role_that_somebody_changed_meanwhile_is_not_overwritten(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    form = next(
        form for form in forms_of(admin.get("/roles").text) if form.action == "/roles" and form.method == "post"
    )
    with desk.unit_of_work(TESTER) as uow:
        save_role(uow, key="agent", label={"en": "Agent"}, permissions=held(desk, "agent") - {"tickets.internal"})
    sent = form.filled({"may.agent": ["tickets.read"], "reason": "Less"})
    answer = admin.client.post("/roles", data=sent)
    assert answer.status_code == 412
    assert "tickets.comment" in held(desk, "agent")


def test_the_matrix_is_for_those_who_keep_accounts(signed_in: SignedIn) -> None:
    assert signed_in("agent").get("/roles").status_code == 403
    assert signed_in("agent").post("/roles", {"reason": "x"}).status_code == 403
