"""Times that count down in the browser: in the reader's language, calm until the last minutes, late in a word."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from itsm.app import build
from itsm.plugins.machinery.members import Member
from tests.fixtures import INCIDENTS
from tests.pages.browser import Site, Visit, browser, desk_at, serving, visiting
from tests.pages.tour.gallery import hooks as gallery

__all__ = ["browser"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The desk with the plugin that shows all parts: one time is over, one is near, one is days away."""
    folder: Path = tmp_path_factory.mktemp("countdown")
    with desk_at(folder) as made:
        members = [INCIDENTS, Member("gallery", "1", "tests.pages.tour.gallery.hooks", hooks=gallery)]
        settings, database = made.desk.settings, made.desk.database
        desk, app = build(settings, ["incidents", "gallery"], database=database, members=members)
        with serving(app) as address:
            yield replace(made, address=address, desk=desk)


def shown(visit: Visit, language: str) -> Page:
    """The page with the three times, in a language."""
    visit.sign_in("agent")
    visit.page.locator(".menu.right summary").click()
    visit.page.locator(f".menu.right button[value={language}]").click()
    expect(visit.page.locator("html")).to_have_attribute("lang", language)
    visit.go("/p/gallery/")
    return visit.page


@pytest.mark.parametrize(
    ("language", "late", "soon", "later"),
    [
        ("en", "overdue by 40 min", r"^2[45] min left$", "2 days 5 hr left"),
        ("ru", "просрочено на 40 мин", r"^ещё 2[45] мин$", "ещё 2 дня 5 ч"),
    ],
)
def test_what_is_left_is_told_in_the_readers_language(
    browser: Browser, site: Site, language: str, late: str, soon: str, later: str
) -> None:
    with visiting(browser, site, locale="en-GB") as visit:
        times = shown(visit, language).locator("[data-left]")
        expect(times.nth(0)).to_have_text(re.compile(late))
        expect(times.nth(0)).to_have_class("late")
        expect(times.nth(1)).to_have_text(re.compile(soon))
        expect(times.nth(1)).to_have_class("soon")
        expect(times.nth(2)).to_have_text(re.compile(later))


def test_it_counts_minutes_then_seconds_and_then_says_that_it_is_over(browser: Browser, site: Site) -> None:
    with visiting(browser, site, locale="en-GB") as visit:
        visit.page.clock.install()
        soon = shown(visit, "en").locator("[data-left]").nth(1)
        expect(soon).to_have_text(re.compile(r"^2[45] min left$"))
        visit.page.clock.run_for(21 * 60_000)
        expect(soon).to_have_text(re.compile(r"^3 min \d+ sec left$"))
        before = soon.inner_text()
        visit.page.clock.run_for(2_000)
        expect(soon).not_to_have_text(before)
        visit.page.clock.run_for(6 * 60_000)
        expect(soon).to_have_text(re.compile(r"^overdue by [123] min$"))


def test_without_a_script_the_moment_stands_there(browser: Browser, site: Site) -> None:
    with visiting(browser, site, locale="en-GB", java_script_enabled=False) as visit:
        visit.sign_in("agent")
        visit.go("/p/gallery/")
        for time in visit.page.locator("[data-left]").all():
            assert re.match(r"\d+ \w+\.?, \d\d:\d\d$", time.inner_text())
