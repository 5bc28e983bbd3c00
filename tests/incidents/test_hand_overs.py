"""How often an incident passed from one group to another: the disease of bounced tickets, counted."""

from typing import Any

from itsm.core.tickets.verbs import change_ticket, open_ticket


def test_the_first_group_is_no_hand_over_and_each_other_one_counts(as_: Any, sample: Any) -> None:
    first, second = sample.teams["l1"].id, sample.teams["l2"].id
    with as_("agent") as uow:
        number = open_ticket(uow, kind="incident", title="Bounced").id
    counted = []
    for team in (first, second, second, first, None, second):
        with as_("agent") as uow:
            counted.append(change_ticket(uow, number=number, changes={"team": team}).fields.get("incidents.reassigned"))
    assert counted == [None, 1, 1, 2, 2, 2]
