"""The rules of an import, without a database."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.core.importing.outside.mappings import read_mapping, shipped_mappings
from itsm.core.importing.plans import load_mapping
from itsm.core.importing.rules.cells import Column, Heading, Times, Unreadable, converter
from itsm.core.importing.rules.pasts import Plan, Said
from itsm.core.importing.schemas import ColumnSchema, PeopleMappingSchema, TicketMappingSchema
from itsm.core.tickets.past import chained_digests

START = datetime(2026, 1, 1, tzinfo=UTC)


def times(*formats: str, zone: str = "UTC") -> Times:
    return Times(formats, ZoneInfo(zone))


def column(name: str, cells: list[str], **how: object) -> Column:
    loaded = ColumnSchema().load({"from": cells, **how})
    heading = Heading(("a", "b"), frozenset({"", "?"}))
    return Column(name, loaded, heading, converter(name, loaded, "", times("iso")))


def log_plan(watch: list[str]) -> Plan:
    mapping = TicketMappingSchema().load(
        {"source": "s", "kind": "incident", "mode": "event_log", "id": "id", "at": "at", "watch": watch, "values": {}}
    )
    columns = {name: column(name, [name]) for name in ("a", "b")}
    return Plan(mapping, Heading(("id", "at", "a", "b"), frozenset()), columns, times("iso"))


@pytest.mark.parametrize(("zone", "hour"), [("UTC", 12), ("Europe/Moscow", 9), ("America/New_York", 17)])
def test_a_moment_without_a_zone_is_in_the_mappings(zone: str, hour: int) -> None:
    read = times("%d.%m.%Y %H:%M", "iso", zone=zone)
    assert read.read("05.01.2026 12:00", "at") == datetime(2026, 1, 5, hour, tzinfo=UTC)
    assert read.read("2026-01-05T12:00:00+02:00", "at") == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_the_first_one() -> None:
    read = times("iso", zone="Europe/Berlin")
    assert read.read("2025-10-26T02:30", "at") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    with suppress(Unreadable):
        assert times("iso", "%d/%m/%Y %H:%M").read(text, "at").tzinfo is not None


def test_several_columns_are_joined_without_the_missing_ones() -> None:
    joined = column("title", ["a", "b"], join=" / ")
    assert joined.read(["x", "y"]) == "x / y"
    assert joined.read(["?", "y"]) == "y"


@pytest.mark.parametrize(
    ("how", "cell", "value"),
    [
        ({"values": {"P1": "1"}}, "P1", 1),
        ({"values": {"P1": "1"}, "default": "4"}, "P9", 4),
        ({"values": {"P1": "1"}, "default": "4"}, "?", 4),
        ({}, "3", 3),
    ],
)
def test_a_table_turns_cells_into_codes(how: dict[str, object], cell: str, value: int) -> None:
    assert column("priority", ["a"], **how).read([cell, ""]) == value


def test_what_stands_in_no_table_is_refused() -> None:
    with pytest.raises(Unreadable, match="does not stand in the table"):
        column("priority", ["a"], values={"P1": "1"}).read(["P7", ""])


rows = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("xyz"), st.sampled_from("uv")), min_size=1, max_size=12)


@given(rows)
def test_events_are_the_rows_at_which_a_watched_value_changes(drawn: list[tuple[int, str, str]]) -> None:
    plan = log_plan(["a"])
    said = [Said(n, START + timedelta(hours=h), "", (a, b)) for n, (h, a, b) in enumerate(drawn, 2)]
    told = plan.past("1", said, None).told
    ordered = sorted(said, key=lambda row: row.at)
    wanted = [r for n, r in enumerate(ordered) if n == 0 or ordered[n - 1].values[0] != r.values[0]]
    assert [(one.line, one.step.values["a"]) for one in told] == [(r.line, r.values[0]) for r in wanted]


@given(rows, st.integers(0, 9))
def test_a_longer_log_begins_with_the_digests_of_the_shorter(drawn: list[tuple[int, str, str]], cut: int) -> None:
    plan = log_plan(["a", "b"])
    said = [Said(n, START + timedelta(hours=h), "", (a, b)) for n, (h, a, b) in enumerate(drawn)]
    early = [row for row in said if row.at <= START + timedelta(hours=cut)]
    whole = plan.past("1", said, None).history.digests
    part = plan.past("1", early, None).history.digests
    assert list(whole[: len(part)]) == list(part)


def test_a_digest_covers_everything_before_it() -> None:
    one, other = chained_digests(["a", "b", "c"]), chained_digests(["a", "x", "c"])
    assert (one[0] == other[0], one[1] == other[1], one[2] == other[2]) == (True, False, False)


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_has_the_right_shape(name: str) -> None:
    schema = TicketMappingSchema if "source" in read_mapping(name) else PeopleMappingSchema
    assert load_mapping(schema, name)["about"]
