"""Whatever a field accepts it accepts again unchanged, and both databases find it alike."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itsm.core.fields.rules import CLEANERS, Wrong, clean
from itsm.core.hookspecs.declarations import Choice, Field
from tests.core.fields.conftest import Fielded

LABEL = {"en": "A field"}
CODES = ("north", "south", "east.west")
TEXTS = st.text(max_size=40)
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "long_text": TEXTS,
    "whole": st.one_of(st.integers(), st.integers().map(str)),
    "decimal": st.one_of(st.floats(), st.decimals(allow_nan=True).map(str), st.integers()),
    "yes_no": st.sampled_from([True, False, "true", "off", "1", "no", 1, 0, "maybe"]),
    "choice": st.sampled_from([*CODES, "west"]),
    "choices": st.lists(st.sampled_from([*CODES, "west"]), max_size=4),
    "date": st.one_of(st.dates().map(str), TEXTS),
    "moment": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    "duration": st.timedeltas(timedelta(0), timedelta(days=99)).map(lambda t: int(t.total_seconds())),
    "money": st.one_of(
        st.builds(
            lambda n, c: {"amount": str(n), "currency": c},
            st.decimals(places=2, min_value=Decimal(-999), max_value=Decimal(10**9)), st.sampled_from(["RUB", "USD"]),
        ),
        st.from_regex(r"\A-?[0-9]{1,9}([.,][0-9]{1,4})? ?[A-Za-z]{3}\Z"),
    ),
    "reference": st.integers(-2, 2**54),
    "file": st.builds(
        lambda h, n, s: {"sha256": h, "name": n, "size": s}, st.from_regex(r"\A[0-9a-f]{64}\Z"), TEXTS, st.integers()
    ),
}  # fmt: skip
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=5,
)


def test_every_type_is_tried_here() -> None:
    assert LIKELY.keys() == CLEANERS.keys()


@pytest.mark.parametrize("type", sorted(CLEANERS))
@given(data=st.data())
def test_what_is_accepted_is_accepted_again_unchanged(type: Any, data: st.DataObject) -> None:
    field = Field("gadgets.x", type, LABEL, reference="person")
    value = data.draw(st.one_of(LIKELY[type], ANYTHING))
    try:
        stored = clean(field, value, CODES)
    except Wrong:
        return
    assert clean(field, stored, CODES) == stored


FILTERED: tuple[Any, ...] = ("text", "whole", "decimal", "yes_no", "choice", "date", "moment", "duration")
MANY = [Field(f"gadgets.{t}", t, LABEL, filterable=True, choices=[Choice(c, LABEL) for c in CODES if t == "choice"])
        for t in FILTERED]  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("type", FILTERED)
def test_what_was_stored_is_found_by_its_value(with_fields: Any, type: Any, data: st.DataObject) -> None:
    here: Fielded = with_fields(*MANY)
    field = next(f for f in MANY if f.type == type)
    value = data.draw(LIKELY[type])
    codes = [c.value for c in field.choices]
    try:
        stored = clean(field, value, codes)
    except Wrong:
        return
    asked = str(stored).lower() if isinstance(stored, bool) else str(stored)
    if stored is None or "," in asked or asked in ("none", "me") or not asked.strip():
        return
    number = here.opened(fields={field.name: stored})["number"]
    found = here.api("agent", "GET", "/tickets", query_string={field.name: asked, "limit": "200"})
    assert number in [ticket["number"] for ticket in found.json["items"]], (stored, asked, found.json)
