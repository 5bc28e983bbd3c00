"""An administrator in a real browser: a field, a status and a step are made by forms and used at once on a ticket."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from itsm.app import build
from itsm.core.desk.verbs import generation
from itsm.core.work.session import Database
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.desk_fields import stored_fields
from itsm.plugins.machinery.front import Front
from tests.fixtures import INCIDENTS, fill, settings_for
from tests.pages.browser import Site, browser, serving, visiting
from tests.real import make_tables

__all__ = ["browser"]
LIFE = "/configuration/workflow.incident"
pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A desk that follows its generations, as those of people do."""
    url = f"sqlite:///{tmp_path}/site.sqlite3"
    make_tables(url)
    database = Database(url)
    given = settings_for(tmp_path, url)

    def made() -> tuple[Desk, Flask]:
        fields = stored_fields(database).fields
        desk, app = build(
            given, ["incidents"], database=database, clock=lambda: datetime.now(UTC), members=[INCIDENTS], fields=fields
        )
        with database.session(write=False) as session:
            session.ours = True
            desk.generation = generation(session)
        return desk, app

    sample = fill(made()[0])
    front = Front(made)
    with serving(front) as address:  # type: ignore[arg-type]
        yield Site(address, front.desk, sample)
    database.dispose()


def typed(tab: Page, **values: str) -> None:
    """Fill inputs by their place in the body: `label__en`."""
    for name, value in values.items():
        tab.locator(f'[id="v-{name.replace("__", ".")}"]').fill(value)


def saved(tab: Page, reason: str) -> None:
    tab.locator("#reason").fill(reason)
    tab.get_by_role("button", name="Save and put in force").click()
    expect(tab.locator("#told")).to_contain_text("in force")


def test_an_administrator_makes_a_field_and_a_status_and_uses_them_at_once(browser: Browser, site: Site) -> None:
    with visiting(browser, site, locale="en-US", viewport={"width": 1280, "height": 900}) as visit:
        tab = visit.page
        visit.sign_in("admin")
        visit.go("/fields")
        tab.keyboard.press("a")
        expect(tab.locator("h1")).to_contain_text("Add")
        typed(tab, name="desk.shop", label__en="Shop", label__ru="Магазин")
        tab.locator("#v-type").select_option("choice")
        tab.get_by_role("button", name="Add one").click()
        typed(tab, choices__0__value="north", choices__0__label__en="North shop")
        expect(tab.locator("#v-name")).to_have_value("desk.shop")
        saved(tab, "Shops are asked for")
        expect(tab.locator("main")).to_contain_text("Shop")

        visit.go(f"{LIFE}/form")
        expect(tab.locator(".graph canvas").first).to_be_visible()
        visit.go(f"{LIFE}/add/states")
        typed(tab, key="testing", label__en="Being tested")
        tab.get_by_role("button", name="Save and put in force").click()
        tab.locator("#v-category").select_option("open")
        saved(tab, "We test before we say done")
        visit.go(f"{LIFE}/add/transitions")
        typed(tab, key="test", label__en="Hand to testing")
        tab.locator('[name="v.from"][value="new"]').check()
        tab.locator("#v-to").select_option("testing")
        saved(tab, "The way there")

        visit.go("/tickets/new")
        tab.get_by_label("Subject", exact=False).first.fill("The till prints nothing")
        tab.get_by_label("Shop").select_option("north")
        tab.get_by_role("button", name="Register", exact=True).click()
        expect(tab.locator("main")).to_contain_text("North shop")
        tab.get_by_role("button", name="Hand to testing").click()
        expect(tab.locator(".ticket-head .state")).to_have_text("Being tested")
