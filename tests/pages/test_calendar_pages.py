"""The page of calendars: a month of hours, holidays and exceptions, in the reader's language."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.work.uow import UnitOfWork
from tests.pages.conftest import Visitor

SignedIn = Callable[..., Visitor]


def test_a_month_shows_hours_holidays_exceptions_and_shifts(
    signed_in: SignedIn, as_: Callable[..., AbstractContextManager[UnitOfWork]]
) -> None:
    office = {
        "key": "moscow",
        "label": {"en": "Moscow <office>"},
        "zone": "Europe/Moscow",
        "hours": {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": ["RU"],
        "exceptions": [{"date": "2024-04-26", "hours": ["09:00-17:00"], "label": {"en": "An hour less"}}],
        "shifts": [{"key": "n", "label": {"en": "Night"}, "hours": {"fri": ["22:00-06:00"]}}],
    }
    with as_("admin") as uow:
        body = {"calendars": [office]}
        revision = save_document(uow, name="calendars.calendars", body=body, reason="A test")
        activate_document(uow, revision_id=revision.id)
    page = signed_in("agent").get("/calendars?calendar=moscow&month=2024-04")
    assert page.status_code == 200
    found = re.finditer(r"<td[^>]*><strong>(\d+)</strong>(.*?)</td>", page.text, re.S)
    cells = {m[1]: re.sub(r"<[^>]+>|\s+", " ", m[2]) for m in found}
    assert len(cells) == 30
    assert "09:00–18:00" in cells["25"]
    assert "An hour less" in cells["26"]
    assert "17:00" in cells["26"]
    assert "Moved working day" in cells["27"]
    assert "09:00–18:00" in cells["27"]
    assert "closed" in cells["28"]
    assert "closed" in cells["29"]
    assert "Day off (substituted from 04/27/2024)" in cells["29"]
    assert "22:00–06:00" in page.text
    assert "Moscow &lt;office&gt;" in page.text


def test_a_wrong_month_shows_this_one_and_a_requester_sees_none(signed_in: SignedIn) -> None:
    for month in ("2026-13", "x", "9999-12", "-1"):
        assert "March 2026" in signed_in("agent").get(f"/calendars?month={month}&calendar=nowhere").text
    assert signed_in("requester").get("/calendars").status_code == 403
