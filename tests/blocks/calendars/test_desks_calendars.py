"""Calendars as a desk's document: refused with place and reason, read once, shown by month."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest

from itsm.blocks.calendars.rules import is_open, open_seconds
from itsm.blocks.calendars.verbs import calendar, list_calendars
from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.errors import Invalid, Unknown
from itsm.core.work.uow import UnitOfWork

As = Callable[..., AbstractContextManager[UnitOfWork]]
NAME = "calendars.calendars"
LABEL = {"en": "Moscow", "ru": "Москва"}
MOSCOW = {
    "key": "moscow",
    "label": LABEL,
    "zone": "Europe/Moscow",
    "hours": {"mon": ["10:00-14:00", "15:00-19:00"], "fri": ["22:00-06:00"]},
    "holidays": ["RU"],
    "exceptions": [{"date": "2026-03-02", "hours": ["12:00-13:00"], "label": {"en": "Move", "ru": "Переезд"}}],
    "shifts": [{"key": "night", "label": {"ru": "Ночь"}, "hours": {"fri": ["22:00-06:00"]}}],
}


def body(**changes: Any) -> dict[str, Any]:
    return {"calendars": [{k: v for k, v in {**MOSCOW, **changes}.items() if v is not None}]}


def put_in_force(uow: UnitOfWork, document: dict[str, Any]) -> None:
    revision = save_document(uow, name=NAME, body=document, reason="A test")
    activate_document(uow, revision_id=revision.id)


def test_a_desk_starts_with_office_hours_in_its_own_zone_and_the_clock_around(uow: UnitOfWork) -> None:
    assert [c.key for c in list_calendars(uow)] == ["office", "always"]
    assert calendar(uow, "office").zone.key == uow.registry.timezone
    start, end = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    assert open_seconds(calendar(uow, "office"), start, end) == 5 * 9 * 3600
    assert open_seconds(calendar(uow, "always"), start, end) == 7 * 24 * 3600


def test_a_calendar_in_force_is_read_once_per_revision(as_: As) -> None:
    with as_("admin") as uow:
        put_in_force(uow, body())
    with as_("admin") as uow:
        moscow = calendar(uow, "moscow")
        assert calendar(uow, "moscow") is moscow
        assert is_open(moscow, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
        assert not is_open(moscow, datetime(2026, 3, 2, 10, 30, tzinfo=UTC))
        put_in_force(uow, body(exceptions=[]))
        assert not calendar(uow, "moscow").exceptions


def test_a_calendar_that_is_not_there_is_unknown(uow: UnitOfWork) -> None:
    with pytest.raises(Unknown, match="There is no calendar moon"):
        calendar(uow, "moon")


WRONG = [
    ({"zone": "Mars/Base"}, "calendars.0.zone", "no time zone Mars/Base"),
    ({"zone": "../../etc/passwd"}, "calendars.0.zone", "no time zone"),
    ({"zone": "Europe"}, "calendars.0.zone", "no time zone"),
    ({"holidays": ["ZZ"]}, "calendars.0.holidays.0", "No holidays are known for ZZ"),
    ({"holidays": ["DE-XX"]}, "calendars.0.holidays.0", "No holidays are known"),
    ({"hours": {}}, "calendars.0.hours", "never open"),
    ({"hours": {"mon": []}}, "calendars.0.hours", "never open"),
    ({"hours": {"mon": ["09:00-13:00", "12:00-18:00"]}}, "calendars.0.hours.mon", "overlap"),
    ({"hours": {"mon": ["22:00-06:00"], "tue": ["05:00-09:00"]}}, "calendars.0.hours.tue", "overlap"),
    ({"hours": {"mon": ["9-18"]}}, "calendars.0.hours.mon.value.0", "Write hours as"),
    ({"hours": {"montag": ["09:00-18:00"]}}, "calendars.0.hours.montag.key", "Must be one of"),
    ({"exceptions": [{"date": "2026-02-30", "label": LABEL}]}, "calendars.0.exceptions.0.date", "Not a valid date"),
    ({"exceptions": [{"date": "2026-01-01", "label": LABEL}] * 2}, "calendars.0.exceptions.1.date", "twice"),
    ({"moved_day_as": "someday"}, "calendars.0.moved_day_as", "Must be one of"),
    ({"shifts": MOSCOW["shifts"] * 2}, "calendars.0.shifts.1.key", "twice"),
    ({"surprise": 1}, "calendars.0.surprise", "Unknown field"),
]


@pytest.mark.parametrize(("change", "place", "reason"), WRONG)
def test_what_cannot_be_counted_with_is_refused_with_place_and_reason(
    as_: As, change: dict[str, Any], place: str, reason: str
) -> None:
    with pytest.raises(Invalid) as refused, as_("admin") as uow:
        save_document(uow, name=NAME, body=body(**change), reason="A test")
    assert [(r.field, reason in str(r.message)) for r in refused.value.refusals] == [(place, True)]


def test_a_doubled_key_is_refused(as_: As) -> None:
    with pytest.raises(Invalid, match="The key moscow is there twice"), as_("admin") as uow:
        save_document(uow, name=NAME, body={"calendars": [MOSCOW, MOSCOW]}, reason="A test")
