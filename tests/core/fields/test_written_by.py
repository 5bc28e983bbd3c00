"""A field that only its plugin writes: people read it, no form asks for it, no request sets it."""

from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.errors import Invalid
from itsm.core.hookspecs.declarations import Field
from itsm.core.people.models import Person
from itsm.core.people.verbs import change_person
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import change_ticket, move_ticket, open_ticket
from tests.core.fields.conftest import Fielded
from tests.fixtures import TESTER, Sample

LABEL = {"en": "Approval", "ru": "Согласование"}
STATE = Field("gadgets.state", "text", LABEL, public=True, written_by="plugin")
NOTE = Field("gadgets.note", "text", {"en": "A note", "ru": "Заметка"})
RANK = Field("gadgets.rank", "whole", LABEL, subject="person", written_by="plugin")
SENTENCE = "Only the plugin writes this; people read it."
Make = Callable[..., Fielded]


def problem(answer: Any) -> Any:
    assert answer.status_code == 422, answer.text
    return [(each["field"], each["message"]) for each in answer.get_json()["errors"]]


def test_the_plugin_writes_it_and_every_verb_of_anybody_else_is_refused(with_fields: Make, sample: Sample) -> None:
    here = with_fields(STATE, NOTE, RANK)
    given = {"gadgets.state": "approved"}
    with here.desk.unit_of_work(TESTER) as uow, uow.writing_fields_of("gadgets"):
        number = open_ticket(uow, kind="incident", title="Laptop", fields={"gadgets.state": "asked"}).id
        change_ticket(uow, number=number, changes=given)
        person = uow.session.get_one(Person, sample.people["requester"].id)
        change_person(uow, person_id=person.id, changes={"gadgets.rank": 3})
    for act in (TESTER, sample.act(here.desk, "admin")):
        with pytest.raises(Invalid, match="Only the plugin writes this"), here.desk.unit_of_work(act) as uow:
            open_ticket(uow, kind="incident", title="Laptop", fields=given)
        with pytest.raises(Invalid, match="Only the plugin writes this"), here.desk.unit_of_work(act) as uow:
            change_ticket(uow, number=number, changes={"gadgets.state": None})
        with pytest.raises(Invalid, match="Only the plugin writes this"), here.desk.unit_of_work(act) as uow:
            move_ticket(uow, number=number, transition="take", changes=given)
        with pytest.raises(Invalid, match="Only the plugin writes this"), here.desk.unit_of_work(act) as uow:
            change_person(uow, person_id=person.id, changes={"gadgets.rank": 4})
    with here.desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Ticket, number).fields["gadgets.state"] == "approved"


def test_the_mark_is_of_one_plugin_and_ends_with_its_block(with_fields: Make) -> None:
    here = with_fields(STATE)
    number = here.opened()["number"]
    with here.desk.unit_of_work(TESTER) as uow:
        with uow.writing_fields_of("gadget"), pytest.raises(Invalid):
            change_ticket(uow, number=number, changes={"gadgets.state": "approved"})
        with uow.writing_fields_of("gadgets"):
            change_ticket(uow, number=number, changes={"gadgets.state": "asked"})
        with pytest.raises(Invalid):
            change_ticket(uow, number=number, changes={"gadgets.state": "approved"})


def test_the_api_answers_422_and_names_the_field(with_fields: Make) -> None:
    here = with_fields(STATE, NOTE)
    made = here.opened(fields={"gadgets.note": "hello"})
    given = {"fields": {"gadgets.state": "approved"}}
    path, match = f"/tickets/{made['number']}", {"If-Match": f'"{made["version"]}"'}
    for answer in (
        here.api("agent", "POST", "/tickets", json={"kind": "incident", "title": "x", **given}),
        here.api("agent", "PATCH", path, headers=match, json=given),
        here.api("agent", "POST", f"{path}/transitions", headers=match, json={"transition": "take", **given}),
    ):
        assert [why for name, why in problem(answer) if "gadgets.state" in name] == [SENTENCE]


def test_no_form_asks_for_it_and_the_page_shows_it(with_fields: Make) -> None:
    here = with_fields(STATE, NOTE)
    number = here.opened(fields={"gadgets.note": "hello"})["number"]
    with here.desk.unit_of_work(TESTER) as uow, uow.writing_fields_of("gadgets"):
        change_ticket(uow, number=number, changes={"gadgets.state": "approved by the head"})
    agent = here.signed_in("agent")
    for path in ("/tickets/new?kind=incident", f"/tickets/{number}/edit"):
        page = agent.get(path).text
        assert 'name="gadgets.note"' in page
        assert 'name="gadgets.state"' not in page
    assert "approved by the head" in agent.get(f"/tickets/{number}").text
