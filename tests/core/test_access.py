"""Who may do what, asked by those who want to tell them."""

from typing import Any

import pytest

from itsm.core.access.verbs import add_account, people_who_may
from itsm.core.errors import Conflict, Unknown
from itsm.core.people.verbs import change_person
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import list_calls, run_schedule
from itsm.plugins.testing.sample import Sample


def test_people_are_found_by_what_their_roles_let_them_do(uow: UnitOfWork, sample: Sample) -> None:
    named = [person.name for person in people_who_may(uow, permission="people.merge")]
    assert named == ["Admin", "Head"]
    assert people_who_may(uow, permission="people.merge", team_id=sample.teams["l1"].id) == []
    staff = people_who_may(uow, permission="tickets.work", team_id=sample.teams["l1"].id)
    assert [person.name for person in staff] == ["Agent", "Second"]


def test_people_who_left_are_not_asked(uow: UnitOfWork, sample: Sample) -> None:
    change_person(uow, person_id=sample.people["head"].id, changes={"active": False})
    uow.session.flush()
    assert [person.name for person in people_who_may(uow, permission="people.merge")] == ["Admin"]


def test_a_schedule_can_be_run_now(uow: UnitOfWork) -> None:
    run_schedule(uow, name="core.receipts")
    assert list_calls(uow, state="due")[0].name == "core.forget_receipts"
    with pytest.raises(Unknown, match=r"there are: .*core\.receipts"):
        run_schedule(uow, name="core.nothing")


def test_a_wrong_value_is_not_also_called_missing(api: Any) -> None:
    made = api("agent", "POST", "/tickets", json={"kind": "incident", "title": "Принтер"})
    move = {"transition": "cancel", "fields": {"incidents.cancel_reason": "boredom"}}
    path = f"/tickets/{made.json['number']}/transitions"
    refused = api("agent", "POST", path, json=move)
    assert [error["field"] for error in refused.json["errors"]] == ["incidents.cancel_reason"]


def test_a_person_has_one_account(uow: UnitOfWork, sample: Sample) -> None:
    with pytest.raises(Conflict, match="has an account already"):
        add_account(uow, person_id=sample.people["agent"].id, login="second login", password="a long password 17")
