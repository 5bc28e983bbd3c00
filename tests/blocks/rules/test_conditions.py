"""Conditions are judged before they run: what cannot be is refused with its place, what is claimed of them holds."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itsm.blocks.rules.outside import Cel
from itsm.blocks.rules.rules.conditions import Alternatives, alternatives, implies, together
from itsm.blocks.rules.rules.language import Fault, parse
from itsm.blocks.rules.rules.types import Vocabulary, check_condition, reads

VOCABULARY = Vocabulary(
    {"title": "text", "words": "text", "priority": "whole", "team": "text", "premium": "yes_no", "tags": "texts"},
    {"incidents.impact": "text", "desk.cost": "decimal"},
    frozenset({"words"}),
)
VALUES: dict[str, Any] = {
    "title": "Принтер", "words": "принтер", "priority": 2, "team": None, "premium": True, "tags": ["a"],
    "fields": {"incidents.impact": "high", "desk.cost": None},
}  # fmt: skip
REFUSED = [
    ("nope == 1", 1, "no value nope"),
    ("premium && nope == 1", 12, "no value nope"),
    ("title", 1, "must say yes or no"),
    ("premium && title", 12, "must say yes or no"),
    ("1 +", 4, "ends too early"),
    ("(premium", 9, "is missing before"),
    ("premium premium", 9, "not understood"),
    ("title = 'x'", 7, "not understood"),
    ("title == 'x", 10, "not understood"),
    ("title == '\\q'", 10, "not understood"),
    ("", 1, "ends too early"),
    ("priority == 'x'", 10, "never be the same"),
    ("priority in ['x']", 10, "never be the same"),
    ("priority < null", 10, "have an order"),
    ("premium < true", 9, "have an order"),
    ("foo(1) == 1", 1, "no function foo"),
    ("title.lower() == 'x'", 7, "no method lower"),
    ("title.contains(1)", 16, "must be text"),
    ("size(title) > 3", 1, "count bytes"),
    ('fields["incidents.nope"] == "x"', 8, "no field incidents.nope"),
    ("fields[title] == 'x'", 8, "no field"),
    ("fields.incidents", 8, "read as fields"),
    ("fields == 1", 1, "Name one field"),
    ("words.contains('Принтер')", 16, "write “принтер”"),
    ("words == 'ёлка'", 10, "write “елка”"),
    ("tags.exists(t, tags.exists(u, u == t))", 21, "within each other"),
    ("tags.exists(title, title == 'a')", 13, "is taken"),
    ("priority + 1.5 > 2.0", 10, "cannot be mixed"),
    ("title.matches(title)", 15, "written out"),
    ("title.matches('(a+)+$')", 15, "too costly"),
    ("title.matches('a{1000}')", 15, "too costly"),
    ("(" * 50 + "premium" + ")" * 50, 21, "nested too deeply"),
    ("!" * 1000 + "premium", 20, "nested too deeply"),
    ("premium" + " || premium" * 180, 0, "Longer than|too many parts"),
    ("premium && " * 500 + "premium", 0, "Longer than"),
]


@pytest.mark.parametrize(("text", "at", "why"), REFUSED, ids=[text[:30] for text, _, _ in REFUSED])
def test_a_condition_that_cannot_be_is_refused_with_its_place(text: str, at: int, why: str) -> None:
    with pytest.raises(Fault, match=why) as refused:
        check_condition(parse(text), VOCABULARY)
    assert refused.value.at == at or at == 0


ACCEPTED = [
    ("words.contains('принтер') && premium", True),
    ('fields["incidents.impact"] == "high"', True),
    ('fields["desk.cost"] == null || fields["desk.cost"] > 10.5', True),
    ("team == null ? priority > 3 : false", False),
    ("tags.exists(t, t == 'a') && size(tags) == 1 && 'a' in tags", True),
    ("-priority <= -2 && priority % 2 == 0 && priority * 2 + 1 == 5", True),
    ("title.matches('^Прин') && title.endsWith(\"тер\") && !title.startsWith('тер')", True),
    ("title == 'a' || title != r'\\d' && priority in [1, 2]", True),
    ("tags.filter(t, t != 'a') == [] && tags.map(t, t + 'x') == ['ax'] && tags.all(t, t.contains('a'))", True),
]


@pytest.mark.parametrize(("text", "value"), ACCEPTED, ids=[text[:30] for text, _ in ACCEPTED])
def test_what_is_accepted_is_understood_by_the_engine_too(text: str, value: bool) -> None:
    check_condition(parse(text), VOCABULARY)
    assert Cel().compile(text).execute(Cel().context(VALUES)) is value


def test_what_a_condition_reads_is_known_without_running_it() -> None:
    node = parse('tags.exists(t, t == title) && (premium || fields["incidents.impact"] == "high")')
    assert set(reads(node)) == {"tags", "title", "premium", "incidents.impact"}


ATOMS = [
    "priority == 1", "priority != 2", "priority < 2", "priority >= 2", "2 > priority", "priority in [1, 3]",
    "!(priority in [2])", "team == 'a'", "team != 'a'", "team == null", "'b' == team", "team in ['a', 'b']", "premium",
    "premium == true", "title.contains('x')", "title.contains('y')", "true", "false", "1 < 2", "3 in []",
    "team < 'b'", "team >= 'a'", "priority <= 2", "priority > 2", "priority > 1", "team <= 'b'", "team > 'a'",
]  # fmt: skip


def conditions() -> st.SearchStrategy[str]:
    def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pairs = st.tuples(inner, st.sampled_from(["&&", "||"]), inner)
        plain = pairs.map(lambda p: f"{p[0]} {p[1]} {p[2]}")
        return plain | pairs.map(lambda p: f"({p[0]} {p[1]} {p[2]})") | inner.map(lambda c: f"!({c})")

    return st.recursive(st.sampled_from(ATOMS), joined, max_leaves=6)


def worlds() -> Sequence[dict[str, Any]]:
    every = itertools.product([None, 1, 2, 3], [None, "a", "b", "c"], [True, False], ["x", "y", "xy", ""])
    return [{"priority": p, "team": t, "premium": v, "title": s} for p, t, v, s in every]


WORLDS = worlds()
ENGINE = Cel()
CONTEXTS = [ENGINE.context(world) for world in WORLDS]


def true_in(text: str) -> list[bool]:
    """In which worlds the engine says yes; an error is no."""
    program = ENGINE.compile(text)

    def holds(context: Any) -> bool:
        try:
            return program.execute(context) is True
        except Exception:
            return False

    return [holds(context) for context in CONTEXTS]


def cases_of(text: str) -> Alternatives:
    return [case for case in alternatives(parse(text)) if not case.never]


@settings(deadline=None, max_examples=400)
@given(conditions())
def test_what_is_said_to_never_hold_holds_in_no_world(text: str) -> None:
    if not cases_of(text):
        assert not any(true_in(text)), text


@settings(deadline=None, max_examples=600)
@given(conditions(), conditions())
def test_what_is_said_of_two_conditions_is_so_in_every_world(one: str, other: str) -> None:
    first, second = cases_of(one), cases_of(other)
    pairs = list(zip(true_in(one), true_in(other), strict=True))
    if implies(first, second):
        assert all(b for a, b in pairs if a), (one, other)
    if not together(first, second):
        assert not any(a and b for a, b in pairs), (one, other)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("priority < 2 && priority > 3", True),
        ("team == 'a' && team != 'a'", True),
        ("premium && !premium", True),
        ("title.contains('x') && !title.contains('x')", True),
        ("1 == 2", True),
        ("(premium || 1 == 2) && !premium", True),
        ("team in ['a', 'b'] && team == 'c'", True),
        ("priority <= 2 && priority >= 2", False),
        ("title.contains('x') && title.contains('y')", False),
    ],
)
def test_contradictions_within_a_condition_are_found(text: str, never: bool) -> None:
    assert (not cases_of(text)) is never


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        ("priority == 1", "priority < 3", True),
        ("priority in [1, 2] && premium", "priority <= 2", True),
        ("team == 'a'", "team == 'a' || team == 'b'", True),
        ("priority > 3", "priority >= 3", True),
        ("premium && title.contains('x')", "title.contains('x')", True),
        ("!premium", "!premium || team == 'a'", True),
        ("priority < 3", "priority == 1", False),
        ("premium", "premium && team == 'a'", False),
    ],
)
def test_one_condition_within_another_is_found(one: str, other: str, sure: bool) -> None:
    assert implies(cases_of(one), cases_of(other)) is sure
