"""An administrator makes a field, a status with its steps and a form on pages alone, and uses all of them at once."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.stories.desk import Stage
from tests.pages.stories.stage import Scene, scene

LIFE = "/configuration/workflow.incident"
FORMS = "/configuration/core.forms"


def typed(tab: Page, **values: str) -> None:
    """Fill inputs by their place in the body: `label__en`."""
    for name, value in values.items():
        tab.locator(f'[id="v-{name.replace("__", ".")}"]').fill(value)


def saved(me: Scene, reason: str) -> None:
    me.page.locator("#reason").fill(reason)
    me.page.get_by_role("button", name="Save and put in force").click()
    expect(me.page.locator("#told")).to_contain_text("in force")
    me.step(reason)


@pytest.mark.slow
def test_an_administrator_makes_a_field_a_status_and_a_form_and_uses_them(browser: Browser, stage: Stage) -> None:
    with scene(browser, stage, "admin", "en", name="administrator") as me:
        tab = me.page
        me.visit.go("/fields")
        me.press("a")
        expect(tab.locator("h1")).to_contain_text("Add")
        typed(tab, name="desk.shop", label__en="Shop", label__ru="Магазин")
        tab.locator("#v-type").select_option("choice")
        tab.get_by_role("button", name="Add one").click()
        typed(tab, choices__0__value="north", choices__0__label__en="North shop")
        expect(tab.locator("#v-name")).to_have_value("desk.shop")
        saved(me, "Shops are asked for")
        expect(tab.locator("main")).to_contain_text("Shop")

        me.visit.go(f"{LIFE}/form")
        expect(tab.locator(".graph canvas").first).to_be_visible()
        me.step("life cycle")
        me.visit.go(f"{LIFE}/add/states")
        typed(tab, key="testing", label__en="Being tested")
        tab.get_by_role("button", name="Save and put in force").click()
        me.step("what is missing")
        tab.locator("#v-category").select_option("open")
        saved(me, "We test before we say done")
        me.visit.go(f"{LIFE}/add/transitions")
        typed(tab, key="test", label__en="Hand to testing")
        tab.locator('[name="v.from"][value="new"]').check()
        tab.locator("#v-to").select_option("testing")
        saved(me, "The way there")

        me.visit.go(f"{FORMS}/add/forms")
        me.step("form")
        typed(tab, key="shop", label__en="Shop call", label__ru="Звонок из магазина")
        for name in ("fields:title", "fields:description", "fields:desk.shop", "kinds:incident", "roles:administrator"):
            part, value = name.split(":")
            tab.locator(f'[name="v.{part}"][value="{value}"]').check()
        tab.get_by_role("button", name="Add one").click()
        tab.locator('[id="v-mandatory.0.field"]').select_option("desk.shop")
        saved(me, "Shops have few fields")

        me.visit.go("/")
        me.press("c")
        expect(tab.get_by_role("heading", level=2)).to_have_text("Shop call")
        tab.get_by_label("Subject").fill("The till prints nothing")
        tab.get_by_role("button", name="Register", exact=True).click()
        expect(tab.get_by_label("Shop")).to_be_focused()  # the new form asks for it
        me.step("new")
        tab.get_by_label("Shop").select_option("north")
        tab.get_by_role("button", name="Register", exact=True).click()
        expect(tab.locator("main")).to_contain_text("North shop")
        tab.get_by_role("button", name="Hand to testing").click()
        expect(tab.locator(".ticket-head .state")).to_have_text("Being tested")
        me.step("used")
