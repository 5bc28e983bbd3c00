"""What differs between two bodies."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from itsm.core.configuration.rules import ABSENT, ORDER, Change, compare

LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"]) | st.sampled_from([0.0, 1.0])
NAMES = st.sampled_from(["key", "name", "rank", "label"])
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1, 1.0 and true are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[n], other[n]) for n in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@given(JSON, JSON)
def test_the_difference_is_empty_exactly_when_both_are_equal(one: Any, other: Any) -> None:
    assert (compare(one, other) == []) == same(one, other)
    assert compare(one, one) == []


@given(JSON, JSON)
def test_the_way_back_is_the_difference_with_old_and_new_exchanged(one: Any, other: Any) -> None:
    there = {(c.path, repr(c.old), repr(c.new)) for c in compare(one, other) if ORDER not in c.path}
    back = {(c.path, repr(c.new), repr(c.old)) for c in compare(other, one) if ORDER not in c.path}
    assert there == back


@given(JSON, JSON)
def test_no_place_is_named_twice(one: Any, other: Any) -> None:
    paths = [tuple((type(part), part) for part in change.path) for change in compare(one, other)]
    assert len(paths) == len(set(paths))


def test_an_entry_is_known_by_its_key_and_not_by_its_place() -> None:
    old = [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}, {"key": "c", "label": "C"}]
    new = [{"key": "a", "label": "A"}, {"key": "c", "label": "See"}]
    assert compare({"states": old}, {"states": new}) == [
        Change(("states", "b"), {"key": "b", "label": "B"}, ABSENT),
        Change(("states", "c", "label"), "C", "See"),
    ]


def test_entries_that_only_changed_place_are_one_difference() -> None:
    old, new = [{"key": "a"}, {"key": "b"}], [{"key": "b"}, {"key": "a"}]
    assert compare(old, new) == [Change((ORDER,), ["a", "b"], ["b", "a"])]
    assert compare(old, [{"key": "new"}, *old])[-1].place == ORDER
    assert [change.place for change in compare(old, [*old, {"key": "new"}])] == ["new"]


def test_lists_without_keys_are_compared_by_place() -> None:
    assert compare({"from": ["new", "open"]}, {"from": ["new"]}) == [Change(("from", 1), "open", ABSENT)]
    doubled = [{"key": "a"}, {"key": "a"}]
    assert [change.place for change in compare(doubled, [{"key": "a"}, {"key": "b"}])] == ["1.key"]
