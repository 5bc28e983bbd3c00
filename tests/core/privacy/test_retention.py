"""What is old is forgotten in small transactions, as the desk has set it; events never are."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.errors import Invalid
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.verbs import verify_ledger
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.personal import Retained
from itsm.core.ledger.models import Event
from itsm.core.privacy.rules import ERASED
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.verbs import run_schedule
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.testing.fixtures import World
from tests.fixtures import TESTER, Clock


def keep(desk: Desk, **days: int | None) -> None:
    with desk.unit_of_work(TESTER) as uow:
        body = {"days": {name.replace("__", "."): number for name, number in days.items()}}
        saved = save_document(uow, name="core.retention", body=body, reason="law")
        activate_document(uow, revision_id=saved.id, reason="law")


def night(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        run_schedule(uow, name="core.forget_old")
    drain(desk)


def test_texts_of_tickets_closed_long_ago_go_and_those_of_younger_ones_stay(
    real_desk: Desk, ticking: Clock, seals: SealFolder
) -> None:
    desk = real_desk
    keep(desk, core__ticket_texts=30)
    numbers = []
    for _ in range(2):
        with desk.unit_of_work(TESTER) as uow:
            number = open_ticket(uow, kind="incident", title="Старое", description="слова").id
            numbers.append(number)
        with desk.unit_of_work(TESTER) as uow:
            uow.session.get_one(Ticket, number).category = "closed"
            uow.session.get_one(Ticket, number).closed_at = uow.now
        ticking.forward(days=20)
    before = count(desk)
    night(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        titles = dict(uow.session.execute(select(Ticket.id, Ticket.title)).all())
        assert titles == {numbers[0]: ERASED, numbers[1]: "Старое"}
        report = verify_ledger(uow, folder=seals)
        assert (report.sound, report.damages) == (True, [])
        assert report.erasures[0].endswith("(retention)")
    assert count(desk) > before
    again = count(desk)
    night(desk)
    assert count(desk) == again


def count(desk: Desk) -> int:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return uow.session.scalar(select(func.count()).select_from(Event)) or 0


def test_a_plugin_has_its_rows_forgotten_in_batches(world: World) -> None:
    rows, asked = list(range(450)), list[int]()

    def forget(uow: Any, before: Any, limit: int) -> int:
        asked.append((uow.now - before) // timedelta(days=1))
        gone = rows[:limit]
        del rows[:limit]
        return len(gone)

    kept = Retained("gadget.readings", {"en": "Readings", "ru": "Показания"}, forget, 5, least=3)
    desk, _ = world.with_plugin("gadget", register_retention=hook(lambda: (kept,)))
    night(desk)
    assert (rows, asked) == ([], [5, 5, 5])
    keep(desk, gadget__readings=None)
    rows.append(1)
    night(desk)
    assert rows == [1]


@pytest.mark.parametrize(
    "days", [{"core.tickets": 3}, {"core.intake": 3}, {"core.sessions": 0}, {"core.sessions": "x"}]
)
def test_what_cannot_be_kept_so_is_refused(desk: Desk, days: dict[str, Any]) -> None:
    with pytest.raises(Invalid), desk.unit_of_work(TESTER) as uow:
        save_document(uow, name="core.retention", body={"days": days}, reason="x")
