"""What a message means for a trouble: told from repeats, late ones and those out of order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.plugins import Alert
from itsm_monitoring.rules import Policy, Standing, Step, next_step

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = Policy()


def at(minute: float) -> datetime:
    return NOW + minute * MINUTE


def fires(began: float | None = 0, severity: str = "error") -> Alert:
    return Alert("k", "firing", severity=severity, starts_at=None if began is None else at(began))  # type: ignore[arg-type]


def ends(ended: float | None = None, began: float | None = None) -> Alert:
    moments = [None if minute is None else at(minute) for minute in (began, ended)]
    return Alert("k", "resolved", starts_at=moments[0], ends_at=moments[1])


def play(messages: Sequence[Alert], policy: Policy = POLICY, every: float = 1) -> list[Step]:
    """Each message a minute after the one before; what is done with the incident shows in the next standing."""
    standing, steps, found = Standing(), [], {"open": "new", "reopen": "open", "resolve": "resolved"}
    for turn, message in enumerate(messages):
        step = next_step(standing, message, policy, at(turn * every))
        standing = step.standing
        if step.act in found:
            object.__setattr__(standing, "category", found[step.act])
        steps.append(step)
    return steps


def acts(*messages: Alert, policy: Policy = POLICY, every: float = 1) -> list[str]:
    return [step.act for step in play(messages, policy, every)]


def test_a_trouble_opens_once_is_raised_and_lowered_and_resolved() -> None:
    told = acts(fires(), fires(), fires(severity="critical"), fires(severity="warning"), fires(severity=""), ends(5))
    assert told == ["open", "", "severity", "severity", "", "resolve"]


def test_it_comes_back_within_the_hour_and_opens_anew_after_it() -> None:
    assert acts(fires(0), ends(1), fires(2)) == ["open", "resolve", "reopen"]
    assert acts(fires(0), ends(1), fires(200), every=100) == ["open", "resolve", "open"]


def test_a_late_fault_opens_nothing_and_a_late_end_resolves_nothing() -> None:
    late = play([ends(5, began=0), fires(0)])
    assert [(step.outcome, step.act) for step in late] == [("suppressed", ""), ("suppressed", "")]
    assert acts(fires(0), ends(1, began=0), fires(10), ends(1, began=0)) == ["open", "resolve", "reopen", ""]
    assert acts(fires(10), fires(0, severity="critical")) == ["open", ""]


def test_who_gives_no_moments_is_taken_in_the_order_of_arrival() -> None:
    assert acts(fires(None), ends(), fires(None), ends()) == ["open", "resolve", "reopen", "resolve"]


def test_clocks_that_differ_from_ours_make_nothing_late() -> None:
    assert acts(fires(None), ends(-30), fires(None), ends(-20)) == ["open", "resolve", "reopen", "resolve"]


def test_an_acknowledgement_is_told_once_and_a_new_fault_asks_for_another() -> None:
    taken = Alert("k", "acknowledged")
    assert acts(taken, fires(0), taken, taken, ends(3), fires(4), taken) == [
        "", "open", "acknowledge", "", "resolve", "reopen", "acknowledge",
    ]  # fmt: skip


def test_ends_of_a_trouble_that_flaps_are_only_noted() -> None:
    messages = [message for turn in range(7) for message in (fires(2 * turn), ends(2 * turn + 1))]
    told = acts(*messages)
    assert told[1::2] == ["resolve"] * 4 + ["ended"] * 3
    assert told[0::2] == ["open", *["reopen"] * 4, *["again"] * 2]


def test_where_a_desk_wants_it_an_end_is_only_noted() -> None:
    assert acts(fires(0), ends(1), fires(2), policy=Policy(recovery="note")) == ["open", "ended", "again"]


@pytest.mark.parametrize("category", ["resolved", "closed"])
def test_the_end_of_a_trouble_that_people_have_resolved_changes_nothing(category: str) -> None:
    standing = Standing("firing", began=at(0), category=category)
    assert next_step(standing, ends(1), POLICY, at(1)).act == ""


@given(st.data(), st.integers(1, 4))
def test_in_whatever_order_they_come_messages_of_troubles_that_ended_leave_nothing_open(
    data: st.DataObject, troubles: int
) -> None:
    messages = [m for turn in range(troubles) for m in (fires(4 * turn), ends(4 * turn + 2, began=4 * turn))]
    mixed = data.draw(st.permutations(messages + data.draw(st.lists(st.sampled_from(messages), max_size=4))))
    last = play(mixed, Policy(flaps=99))[-1].standing
    assert last.status == "resolved"
    assert last.category in ("", "resolved")


@given(st.lists(st.sampled_from([fires(None), ends(), Alert("k", "acknowledged"), Alert("k", "note")]), max_size=20))
def test_every_message_has_one_outcome_and_only_a_fault_opens(messages: list[Alert]) -> None:
    for step, message in zip(play(messages), messages, strict=True):
        assert step.outcome in ("opened", "added", "suppressed")
        assert (step.outcome == "opened") == (step.act == "open")
        assert step.act not in ("open", "reopen", "again") or message.status == "firing"
