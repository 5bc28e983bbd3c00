"""A list runs once through, in order; what is wrong with it as a whole is named before it is in force."""

import time
from collections.abc import Mapping
from typing import Any, Literal

import pytest

from itsm.blocks.rules.outside import Cel
from itsm.blocks.rules.rules.findings import findings
from itsm.blocks.rules.rules.run import LIMIT, Outcome, RuleList, compile_list, difference, run

EMPTY = {"title": "Printer is on fire", "team": None, "topic": None, "priority": None, "premium": True}


def rules(*given: tuple[Any, ...], mode: Literal["first", "all"] = "all") -> RuleList:
    """Rules from (key, when, then[, "stop" or "off"])."""
    body = [
        {
            "key": key,
            "label": {"en": key},
            "when": when,
            "then": then,
            "active": "off" not in more,
            "stop": "stop" in more,
        }
        for key, when, then, *more in given
    ]
    return compile_list("test", mode, 7, {"rules": body}, Cel())


def outcome(rules: RuleList, fields: Mapping[str, Any] | None = None, **values: Any) -> Outcome:
    return run(rules, {**EMPTY, **values}, fields, trace=True)


def effects(found: Outcome) -> dict[str, Any]:
    return {name: value for name, (value, _) in found.effects.items()}


def test_first_stops_at_the_first_rule_that_matches() -> None:
    given = ("a", "!premium", {"team": "x"}), ("b", "premium", {"team": "y"}), ("c", "true", {"topic": "t"})
    found = outcome(rules(*given, mode="first"))
    assert effects(found) == {"team": "y"}
    assert [(s.rule, s.status) for s in found.steps] == [("a", "not"), ("b", "matched"), ("c", "skipped")]
    assert found.revision == 7


def test_all_applies_every_match_and_later_rules_see_what_earlier_ones_set() -> None:
    found = outcome(rules(("a", "premium", {"team": "vip"}), ("b", "team == 'vip'", {"topic": "t"})))
    assert effects(found) == {"team": "vip", "topic": "t"}
    assert found.matched == ["a", "b"]


def test_what_is_set_stays_be_it_by_an_earlier_rule_or_a_person() -> None:
    listed = rules(("a", "premium", {"team": "one", "topic": "t"}), ("b", "premium", {"team": "two"}))
    found = outcome(listed, topic="own")
    assert effects(found) == {"team": "one"}
    assert found.steps[0].kept == ["topic"]
    assert found.steps[1].kept == ["team"]


def test_stop_ends_the_list_and_a_rule_that_is_off_is_not_there() -> None:
    found = outcome(
        rules(
            ("off", "true", {"team": "x"}, "off"), ("a", "true", {"topic": "t"}, "stop"), ("b", "true", {"team": "y"})
        )
    )
    assert effects(found) == {"topic": "t"}
    assert [s.status for s in found.steps] == ["matched", "skipped"]


def test_fields_are_read_and_set_by_their_names() -> None:
    listed = rules(
        ("a", 'fields["desk.site"] == null', {"desk.site": "hq"}), ("b", 'fields["desk.site"] == "hq"', {"team": "t"})
    )
    assert effects(outcome(listed, {"desk.site": None})) == {"desk.site": "hq", "team": "t"}
    assert effects(outcome(listed, {"desk.site": "hq"})) == {"team": "t"}


def test_a_missing_value_is_noted_and_breaks_nothing() -> None:
    found = run(rules(("a", "priority < 3", {"team": "x"}), ("b", "premium", {"topic": "t"})), EMPTY)
    assert [(s.rule, s.status) for s in found.steps] == [("a", "error"), ("b", "matched")]
    assert "overload" in found.steps[0].note
    assert effects(found) == {"topic": "t"}


def test_a_trace_tells_what_each_rule_read_and_set() -> None:
    found = outcome(rules(("a", "premium && priority == null", {"team": "x"}), ("b", "title == 'x'", {})))
    assert found.steps[0].read == {"premium": True, "priority": None}
    assert found.steps[0].set == {"team": "x"}
    assert found.steps[1].read == {"title": "Printer is on fire"}


def test_the_difference_of_two_outcomes_names_what_either_set() -> None:
    old, new = outcome(rules(("a", "true", {"team": "x", "topic": "t"}))), outcome(rules(("a", "true", {"team": "y"})))
    assert difference(old, new) == {"team": ("x", "y"), "topic": ("t", None)}


def told(listed: RuleList) -> list[tuple[str, str, str]]:
    return [(f.place, f.level, str(f.message)) for f in findings(listed)]


def test_a_rule_that_never_fires_is_named() -> None:
    assert told(rules(("a", "team == 'x' && team == 'y'", {"topic": "t"}))) == [
        ("rules.a", "warn", "The rule a never fires: its condition contradicts itself.")
    ]


@pytest.mark.parametrize("mode", ["first", "all"])
def test_a_shadowed_rule_is_named_with_the_one_that_shadows_it(mode: Literal["first", "all"]) -> None:
    listed = rules(("a", "premium", {"team": "x"}), ("b", "premium && topic == 't'", {"team": "x"}), mode=mode)
    assert told(listed) == [("rules.b", "warn", "The rule b is shadowed by a: that one has always done it.")]


def test_in_all_a_rule_that_sets_more_is_not_shadowed_unless_the_earlier_one_stops() -> None:
    more = ("b", "premium && topic == 't'", {"priority": 1})
    assert told(rules(("a", "premium", {"team": "x"}), more)) == []
    assert "shadowed by a" in told(rules(("a", "premium", {"team": "x"}, "stop"), more))[0][2]


def test_a_rule_whose_value_an_earlier_one_sets_is_not_called_shadowed() -> None:
    """Between the two the values change, so that their conditions do not speak of the same ticket."""
    listed = rules(("a", "topic == null", {"topic": "t"}), ("b", "topic == null && premium", {"topic": "t"}))
    assert not [t for t in told(listed) if "shadowed" in t[2]]


def test_contradicting_rules_are_both_named_where_both_can_match() -> None:
    listed = rules(("a", "premium", {"team": "x"}), ("b", "title.contains('y')", {"team": "z"}))
    assert told(listed) == [
        ("rules.b", "warn", "The rules a and b contradict each other on team: where both match, a wins.")
    ]
    apart = rules(("a", "premium", {"team": "x"}), ("b", "!premium && title.contains('y')", {"team": "z"}))
    assert told(apart) == []


def test_a_rule_that_steps_in_where_none_is_set_contradicts_nobody() -> None:
    assert told(rules(("a", "premium", {"team": "x"}), ("b", "team == null", {"team": "z"}))) == []


def test_a_cycle_is_named_with_all_its_rules() -> None:
    listed = rules(
        ("a", "team == 'x'", {"topic": "t"}),
        ("b", "topic == 't'", {"priority": 1}),
        ("c", "priority == 1", {"team": "x"}),
    )
    assert told(listed) == [
        ("rules.a", "warn", "The rules a, b, c form a cycle: each reads what another of them sets.")
    ]


def test_a_rule_that_reads_what_only_a_later_one_sets_is_named() -> None:
    listed = rules(("a", "team == 'x'", {"topic": "t"}), ("b", "premium", {"team": "x"}))
    assert told(listed) == [("rules.a", "warn", "The rule a reads team, which b sets only after it: put it behind.")]
    assert told(rules(("b", "premium", {"team": "x"}), ("a", "team == 'x'", {"topic": "t"}))) == []


class Slow:
    """An engine whose conditions take their time, as only a hostile one would."""

    def compile(self, text: str) -> Any:
        return self

    def context(self, values: Mapping[str, Any]) -> Any:
        return None

    def execute(self, context: Any) -> bool:
        until = time.thread_time() + LIMIT
        while time.thread_time() <= until:
            pass
        return True


def test_a_list_that_takes_too_long_is_cut_off_and_says_so() -> None:
    body = [{"key": k, "label": {}, "when": "true", "then": {}, "active": True, "stop": False} for k in "abc"]
    found = run(compile_list("test", "all", 1, {"rules": body}, Slow()), {}, trace=True)
    assert found.slow
    assert [(s.status, s.note) for s in found.steps] == [("matched", ""), ("skipped", "slow"), ("skipped", "slow")]


HOSTILE = [
    "words.matches('(a|a|a|a)*(b|b)*c')",
    "words.matches('(.*x)?(.*y)?(.*z)?$') || words.contains('q')",
    " || ".join(f"words.contains('{'a' * 40}{i}')" for i in range(30)),
    "[1,2,3,4,5,6,7,8,9].map(x, x * x).exists(y, y == 82)",
]


@pytest.mark.parametrize("condition", HOSTILE)
def test_the_costliest_condition_that_passes_the_bounds_stays_within_the_limit(condition: str) -> None:
    listed = rules(("a", condition, {"team": "x"}))
    words = "a" * 10_000
    run(listed, {"words": words})
    times = []
    for _ in range(3):
        started = time.thread_time()
        run(listed, {"words": words})
        times.append(time.thread_time() - started)
    assert min(times) < LIMIT
