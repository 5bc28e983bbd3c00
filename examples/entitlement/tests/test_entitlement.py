"""Support until a day, and what happens afterwards."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from itsm.plugins import Invalid, Organisation, UnitOfWork
from itsm.plugins.testing import Clock, Sample, Visitor
from itsm_entitlement.rules import UNTIL, expired


@pytest.mark.parametrize(("until", "over"), [(None, False), ("2026-03-01", True), ("2026-03-02", False)])
def test_the_last_day_counts(until: str | None, over: bool) -> None:
    assert expired({UNTIL: until}, date(2026, 3, 2)) is over


@pytest.fixture
def until_today(uow: UnitOfWork, sample: Sample) -> None:
    """Support of *Акме* ends today."""
    organisation = uow.session.get_one(Organisation, sample.organisations["acme"].id)
    organisation.fields = {**organisation.fields, UNTIL: uow.now.date().isoformat()}
    uow.session.flush()


@pytest.mark.usefixtures("until_today")
def test_people_of_an_organisation_without_support_are_refused_with_the_day(
    new_ticket: Callable[..., int], clock: Clock
) -> None:
    new_ticket("Printer", by="requester")
    clock.forward(days=1)
    with pytest.raises(Invalid, match="ended on 2026-03-02"):
        new_ticket("Printer", by="requester")
    new_ticket("Printer", by="stranger")


@pytest.mark.usefixtures("until_today")
def test_an_agent_may_help_as_a_courtesy_and_sees_why(
    new_ticket: Callable[..., int], clock: Clock, sample: Sample, signed_in: Callable[[str], Visitor]
) -> None:
    clock.forward(days=1)
    wanted: dict[str, Any] = {"requested_for": sample.people["requester"].id}
    with pytest.raises(Invalid):
        new_ticket("Printer", **wanted)
    number = new_ticket("Printer", fields={"entitlement.courtesy": True}, **wanted)
    assert "Support ended" in signed_in("agent").get(f"/tickets/{number}").text
