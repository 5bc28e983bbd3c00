"""Children of a resolved incident: each follows, or stays and says so."""

from typing import Any

from sqlalchemy import select

from itsm.core.errors import Refusal
from itsm.core.hookspecs.guards import Draft
from itsm.core.hookspecs.marks import hook
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.tickets.models import Comment, Ticket
from itsm.core.tickets.verbs import move_ticket, open_ticket, set_parent
from itsm.core.work.jobs import drain
from tests.fixtures import TESTER, Sample

TEXTS = {"incidents.problem": "Не печатает", "incidents.solution": "Заменён картридж"}
RESOLVED = {**TEXTS, "incidents.resolution_code": "fixed"}


def test_a_child_that_refuses_stays_with_a_note_and_the_others_follow(with_plugin: Any, sample: Sample) -> None:
    def refuses(uow: Any, draft: Draft) -> Any:
        second = draft.transition == "resolve" and draft.values["title"] == "Вторая"
        return [Refusal("incidents.cancel_reason", say("Ask the head first."), "wary")] if second else ()

    def fails(uow: Any, ticket_id: int, draft: Draft) -> None:
        if draft.transition == "resolve" and draft.values["title"] == "Третья":
            raise ValueError("after the row was written")

    desk, _ = with_plugin("wary", ticket_changing=hook(refuses), ticket_recorded=hook(on_fault="refuse")(fails))
    with desk.unit_of_work(sample.act(desk, "agent")) as uow:
        parent = open_ticket(uow, kind="incident", title="Первая").id
        family = [open_ticket(uow, kind="incident", title=title).id for title in ("Вторая", "Третья", "Четвёртая")]
        for child in family:
            set_parent(uow, number=child, parent=parent)
    with desk.unit_of_work(sample.act(desk, "agent")) as uow:
        move_ticket(uow, number=parent, transition="resolve", changes=RESOLVED)
    drain(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        rows = [uow.session.get_one(Ticket, child) for child in family]
        assert [row.category for row in rows] == ["new", "new", "resolved"]
        notes = list(uow.session.scalars(select(Comment).where(Comment.ticket_id.in_(family)).order_by(Comment.id)))
        assert [(note.ticket_id, note.public) for note in notes] == [(family[0], False), (family[1], False)]
        locale = uow.session.get_one(Person, sample.people["agent"].id).locale
        assert f"{parent}" in notes[0].body
        assert {"en": "Reason to cancel", "ru": "Причина отмены"}[locale] in notes[0].body
