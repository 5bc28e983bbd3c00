"""Calendar arithmetic equals a counter that looks at the clock on the wall, minute by minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itsm.blocks.calendars.outside import special_days
from itsm.blocks.calendars.rules import (
    Calendar,
    Day,
    Shift,
    add,
    day_of,
    is_open,
    next_close,
    next_open,
    open_seconds,
    shift_at,
)
from itsm.blocks.calendars.rules.hours import DAY, Interval, clashes, parse_interval, parse_week
from itsm.core.errors import Invalid

MINUTE = timedelta(minutes=1)
ZONES = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Moscow", "America/Sao_Paulo",
    "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia", "UTC",
]  # fmt: skip
OFFICE = parse_week({day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")})
# Where zones change: spring and autumn nights, the half hour of Lord Howe, Moscow's 2011 and 2014, Apia's lost day.
EDGES = [
    datetime(2026, 3, 28, 12), datetime(2026, 10, 24, 12), datetime(2026, 3, 7, 12), datetime(2026, 10, 31, 12),
    datetime(2026, 4, 4), datetime(2026, 10, 3), datetime(2011, 3, 26, 12), datetime(2014, 10, 25, 12),
    datetime(2011, 12, 29), datetime(2018, 11, 3), datetime(2025, 12, 31, 6), datetime(1916, 7, 2),
    datetime(2026, 2, 14),
]  # fmt: skip


@st.composite
def weeks(draw: st.DrawFn) -> Sequence[tuple[Interval, ...]]:
    """Weekly hours to the minute, also past midnight, without overlaps; an interval is often a half hour."""
    week: list[tuple[Interval, ...]] = []
    for _ in range(7):
        cuts = sorted(draw(st.lists(st.integers(0, 2 * DAY - 1), min_size=0, max_size=4, unique=True)))
        pairs = zip(cuts[::2], cuts[1::2], strict=False)
        week.append(tuple(Interval(s, e) for s, e in pairs if s < DAY and e - s <= DAY))
    while clash := clashes(week):
        for index in clash:
            week[index] = ()
    return week


@st.composite
def calendars(draw: st.DrawFn, around: datetime) -> Calendar:
    """Any week in any zone, with a few days near `around` that differ."""
    days = draw(st.lists(st.integers(-3, 3), max_size=3, unique=True))
    hours = st.sampled_from([(), (Interval(0, DAY),), (Interval(90, 150), Interval(1410, 1500))])
    exceptions = {(around + timedelta(days=d)).date(): Day(draw(hours), "exception", {}) for d in days}
    week = tuple(draw(weeks()))
    return Calendar("c", {}, ZoneInfo(draw(st.sampled_from(ZONES))), week, exceptions)


def wall_open(calendar: Calendar, moment: datetime) -> bool:
    """What the clock on the wall says, and the hours of today and of the night that began yesterday."""
    local = moment.astimezone(calendar.zone)
    minute = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    return any(s <= minute < e for s, e in day_of(calendar, today).hours) or any(
        s <= minute + DAY < e for s, e in day_of(calendar, yesterday).hours
    )


@settings(deadline=None, max_examples=150)
@given(st.data(), st.sampled_from(EDGES), st.integers(0, 30 * 60), st.integers(0, 40 * 60))
def test_open_time_equals_a_minute_counter(data: st.DataObject, edge: datetime, lead: int, length: int) -> None:
    calendar = data.draw(calendars(edge))
    start = edge.replace(tzinfo=UTC) + lead * MINUTE
    step = MINUTE if edge.year > 1930 else timedelta(seconds=1)  # Moscow was 2:31:19 ahead
    moments = [start + i * step for i in range(length)]
    counted = [wall_open(calendar, m) for m in moments]
    assert open_seconds(calendar, start, start + length * step) == step.total_seconds() * sum(counted)
    assert [is_open(calendar, m) for m in moments] == counted


@settings(deadline=None, max_examples=150)
@given(st.data(), st.sampled_from(EDGES), st.integers(0, 30 * 60), st.integers(0, 20 * 60 * 60))
def test_adding_is_the_inverse_of_counting(data: st.DataObject, edge: datetime, lead: int, seconds: int) -> None:
    calendar = data.draw(calendars(edge))
    start = edge.replace(tzinfo=UTC) + lead * MINUTE
    if not any(calendar.week):
        return
    end = add(calendar, start, seconds)
    assert open_seconds(calendar, start, end) == seconds
    if seconds:
        just_before = end - timedelta(microseconds=1)
        assert open_seconds(calendar, start, just_before) == pytest.approx(seconds - 1e-6, abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(st.data(), st.sampled_from(EDGES), st.integers(0, 30 * 60))
def test_the_next_edge_is_the_first_minute_that_differs(data: st.DataObject, edge: datetime, lead: int) -> None:
    calendar = data.draw(calendars(edge))
    start = edge.replace(tzinfo=UTC) + lead * MINUTE
    opens, closes = next_open(calendar, start), next_close(calendar, start)
    horizon = [start + i * MINUTE for i in range(3 * DAY)]
    first_open = next((m for m in horizon if wall_open(calendar, m)), None)
    first_closed = next((m for m in horizon if not wall_open(calendar, m)), None)
    assert is_met(opens, first_open, horizon)
    assert is_met(closes, first_closed, horizon)


def is_met(edge: datetime | None, first: datetime | None, horizon: Sequence[datetime]) -> bool:
    """Whether a counter of whole minutes first meets what begins at `edge`: Moscow was 2:30:17 ahead until 1916."""
    if first is None:
        return edge is None or edge > horizon[-1]
    return edge is not None and first - MINUTE < edge <= first


@given(*[st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1))] * 3)
@settings(deadline=None)
def test_counting_adds_up_over_any_moment_between(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = (m.replace(tzinfo=UTC) for m in (a, b, c))
    parts = open_seconds(OFFICE_IN_BERLIN, a, b) + open_seconds(OFFICE_IN_BERLIN, b, c)
    assert parts == pytest.approx(open_seconds(OFFICE_IN_BERLIN, a, c), abs=1e-5)


OFFICE_IN_BERLIN = Calendar("office", {}, ZoneInfo("Europe/Berlin"), OFFICE)


def moment(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_a_night_shift_is_nine_hours_when_the_clock_goes_back_and_seven_when_it_goes_ahead() -> None:
    nights = Calendar("n", {}, ZoneInfo("Europe/Berlin"), parse_week({"sat": ["22:00-06:00"]}))
    for day, hours in (("2026-10-24", 9), ("2026-03-28", 7), ("2026-06-06", 8)):
        noon = moment(f"{day}T12:00", "Europe/Berlin")
        assert open_seconds(nights, noon, noon + timedelta(days=1)) == hours * 3600


def test_eight_hours_of_work_end_with_the_day_and_not_with_the_next_morning() -> None:
    start = moment("2026-03-02T09:00", "Europe/Berlin")
    assert add(OFFICE_IN_BERLIN, start, 9 * 3600) == moment("2026-03-02T18:00", "Europe/Berlin")
    assert add(OFFICE_IN_BERLIN, start, 9 * 3600 + 1) == moment("2026-03-03T09:00:01", "Europe/Berlin")


def test_russian_transfers_close_fridays_and_open_saturdays() -> None:
    office = Calendar("ru", {}, ZoneInfo("Europe/Moscow"), OFFICE, special=special_days(["RU"]))
    assert day_of(office, date(2024, 4, 27)).kind == "moved"
    assert is_open(office, moment("2024-04-27T10:00", "Europe/Moscow"))
    assert day_of(office, date(2024, 4, 29)).kind == "holiday"
    assert "перенесено" in day_of(office, date(2024, 4, 29)).label["ru"].lower()
    assert not is_open(office, moment("2024-04-29T10:00", "Europe/Moscow"))
    assert day_of(office, date(2024, 4, 20)).kind == "usual"
    year = (moment("2024-01-01T00:00", "Europe/Moscow"), moment("2025-01-01T00:00", "Europe/Moscow"))
    assert open_seconds(office, *year) == 248 * 9 * 3600  # working days of 2024 by the production calendar


def test_an_exception_rules_over_the_holiday() -> None:
    special = {date(2026, 1, 1): Day((Interval(600, 720),), "exception", {"en": "Hot line"})}
    office = Calendar("ru", {}, ZoneInfo("Europe/Moscow"), OFFICE, special, special=special_days(["RU"]))
    day = (moment("2026-01-01T00:00", "Europe/Moscow"), moment("2026-01-02T00:00", "Europe/Moscow"))
    assert open_seconds(office, *day) == 2 * 3600


def test_a_calendar_that_never_opens_again_says_so() -> None:
    once = {date(2026, 1, 1): Day((Interval(600, 720),), "exception", {})}
    spent = Calendar("spent", {}, ZoneInfo("UTC"), ((),) * 7, once)
    after = datetime(2026, 2, 1, tzinfo=UTC)
    assert next_open(spent, after) is None
    with pytest.raises(Invalid, match="spent is not open for 1 hours"):
        add(spent, after, 3600)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        is_open(OFFICE_IN_BERLIN, datetime(2026, 1, 1))


def test_shifts_run_past_midnight_and_on_holidays() -> None:
    night = Shift("night", {"en": "Night"}, parse_week({"thu": ["20:00-08:00"]}))
    day = Shift("day", {"en": "Day"}, parse_week({"fri": ["08:00-20:00"]}))
    duty = Calendar("d", {}, ZoneInfo("Asia/Kolkata"), OFFICE, shifts=(night, day), special=special_days(["IN"]))
    found = [
        [s.key for s in shift_at(duty, moment(f"2026-{time}", "Asia/Kolkata"))]
        for time in ("01-01T23:59", "01-02T07:59:59", "01-02T08:00", "01-02T20:00")
    ]
    assert found == [["night"], ["night"], ["day"], []]


@pytest.mark.parametrize(
    "text", ["9-18", "09:00-09:00", "25:00-26:00", "09:60-10:00", "24:00-09:00", "", "09:00-24:01"]
)
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|whole day"):
        parse_interval(text)


def test_the_weeks_own_night_meets_its_first_morning() -> None:
    assert clashes(parse_week({"sun": ["22:00-06:00"], "mon": ["05:00-07:00"]})) == [0]
    assert clashes(parse_week({"sun": ["22:00-06:00"], "mon": ["06:00-07:00"]})) == []
