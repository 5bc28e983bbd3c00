"""Links, merge, split, parents: nothing is lost, nothing goes in circles."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.ledger.verbs import history
from itsm.core.tickets.verbs import (
    add_comment,
    claim_ticket,
    find_ticket,
    link_tickets,
    merge_ticket,
    open_ticket,
    set_parent,
    split_ticket,
)
from itsm.core.work.uow import UnitOfWork

As = Callable[..., AbstractContextManager[UnitOfWork]]


@pytest.fixture
def three(as_: As) -> list[int]:
    """Three incidents."""
    with as_("agent") as uow:
        return [open_ticket(uow, kind="incident", title=f"Incident {n}").id for n in range(3)]


def test_a_merged_ticket_points_to_its_target_and_hands_its_children_over(as_: As, three: list[int]) -> None:
    source, target, child = three
    with as_("agent") as uow:
        set_parent(uow, number=child, parent=source)
        merge_ticket(uow, number=source, into=target)
    with as_("agent") as uow:
        merged = find_ticket(uow, number=source)
        assert (merged.category, merged.outcome, merged.merged_into_id) == ("closed", "merged", target)
        assert find_ticket(uow, number=child).parent_id == target
        assert history(uow.session, "ticket", target)[-1][0].type == "ticket_absorbed"


def test_a_ticket_is_merged_once_and_never_into_itself_or_something_closed(as_: As, three: list[int]) -> None:
    one, two, three_ = three
    with as_("agent") as uow:
        merge_ticket(uow, number=one, into=two)
    for number, into, error in [(one, three_, Conflict), (two, two, Invalid), (three_, one, Invalid)]:
        with pytest.raises(error), as_("agent") as uow:
            merge_ticket(uow, number=number, into=into)


def test_messages_are_split_into_a_new_linked_ticket(as_: As, three: list[int]) -> None:
    number = three[0]
    with as_("agent") as uow:
        bodies = ["первое", "второе, о другом", "третье, о другом"]
        ids = [add_comment(uow, number=number, body=body).comment for body in bodies]
        fresh = split_ticket(uow, number=number, comments=[c.id for c in ids[1:] if c], title="Другое")
        assert fresh.description == "второе, о другом"
        types = [event.type for event, _ in history(uow.session, "ticket", fresh.id)]
    with as_("agent") as uow:
        types = [event.type for event, _ in history(uow.session, "ticket", fresh.id)]
        assert types == ["ticket_opened", "comment_added", "link_added"]


def test_messages_of_another_ticket_cannot_be_split_off(as_: As, three: list[int]) -> None:
    with as_("agent") as uow:
        foreign = add_comment(uow, number=three[1], body="чужое").comment
    assert foreign is not None
    with pytest.raises(Invalid), as_("agent") as uow:
        split_ticket(uow, number=three[0], comments=[foreign.id], title="Другое")


def test_parents_never_form_a_circle(as_: As, three: list[int]) -> None:
    one, two, three_ = three
    with as_("agent") as uow:
        set_parent(uow, number=two, parent=one)
        set_parent(uow, number=three_, parent=two)
    with pytest.raises(Invalid), as_("agent") as uow:
        set_parent(uow, number=one, parent=three_)


def test_a_link_to_what_one_cannot_see_is_a_link_to_nothing(as_: As, three: list[int]) -> None:
    with pytest.raises(Unknown), as_("agent") as uow:
        link_tickets(uow, number=three[0], to=10**9)


def test_the_second_to_claim_is_told_so(as_: As, three: list[int]) -> None:
    with as_("agent") as uow:
        claim_ticket(uow, number=three[0])
        claim_ticket(uow, number=three[0])
    with pytest.raises(Conflict), as_("second") as uow:
        claim_ticket(uow, number=three[0])
