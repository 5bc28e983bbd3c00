"""The queue in a real browser: rows by keys, many at once, and refreshes under a hand that is at work."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from itsm.core.act import Act, system
from itsm.core.tickets.verbs import change_ticket, move_ticket, open_ticket
from tests.pages.browser import Site, Visit, browser, site, visiting

__all__ = ["browser", "site"]
OTHERS = Act(system("others"), channel="api")
REFRESH = "document.getElementById('queue-live').dispatchEvent(new Event('refresh'))"


def opened(site: Site, title: str) -> int:
    """Somebody registers a ticket meanwhile."""
    with site.desk.unit_of_work(OTHERS) as uow:
        return open_ticket(uow, kind="incident", title=title, source="api").id


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Visit]:
    """The window of an agent."""
    with visiting(browser, site, locale="en-GB", viewport={"width": 1600, "height": 1000}) as visit:
        visit.sign_in("agent")
        yield visit


def test_rows_are_selected_by_keys_and_passed_on_together(page: Visit, site: Site) -> None:
    closed, *numbers = [opened(site, f"Bulk {place}") for place in range(4)]
    with site.desk.unit_of_work(OTHERS) as uow:
        move_ticket(uow, number=closed, transition="cancel", changes={"incidents.cancel_reason": "spam"})
    tab = page.page
    page.go("/?state_category=all")
    bar = tab.locator("#bulk")
    expect(bar).to_be_hidden()
    for _ in range(4):
        tab.keyboard.press("j")
        tab.keyboard.press("x")
    expect(bar.locator("[data-selected]")).to_have_text("Selected: 4")
    tab.keyboard.press("b")
    expect(bar.locator("[name=act]")).to_be_focused()
    bar.locator("[name=act]").select_option("team")
    expect(bar.locator("[name=priority]")).to_be_hidden()
    bar.locator("[name=team]").select_option(label="Second line")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator("h1")).to_contain_text("Pass to the group")
    expect(tab.locator(".refused")).to_contain_text(str(closed))
    tab.keyboard.press("y")
    expect(tab.locator("#told")).to_contain_text("Done for 3.")
    for number in numbers:
        expect(tab.locator(f"#t{number}")).to_contain_text("Second line")


def test_shift_selects_a_range_and_the_head_of_the_table_all(page: Visit, site: Site) -> None:
    for place in range(5):
        opened(site, f"Range {place}")
    tab = page.page
    page.go("/?assignee=none")
    boxes = tab.locator(".queue tbody .pick input")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(tab.locator("[data-selected]")).to_have_text("Selected: 4")
    tab.locator("[data-all]").click()
    expect(tab.locator("[data-selected]")).to_have_text(f"Selected: {boxes.count()}")
    tab.locator("[data-none]").click()
    expect(tab.locator("#bulk")).to_be_hidden()


def test_a_refresh_keeps_selection_and_focus_and_new_rows_wait_for_a_click(page: Visit, site: Site) -> None:
    first, second = opened(site, "Live one"), opened(site, "Live two")
    tab = page.page
    page.go("/?assignee=none")
    tab.locator(f"#t{first} .pick input").check()
    tab.locator(f"#t{second} [data-open]").focus()
    with site.desk.unit_of_work(OTHERS) as uow:
        change_ticket(uow, number=first, changes={"title": "Live one, renamed"})
    tab.evaluate(REFRESH)
    expect(tab.locator(f"#t{first}")).to_contain_text("renamed")
    expect(tab.locator(f"#t{first} .pick input")).to_be_checked()
    expect(tab.locator(f"#t{second} [data-open]")).to_be_focused()
    third = opened(site, "Live three")
    tab.evaluate(REFRESH)
    fresh = tab.locator(".fresh")
    expect(fresh).to_have_text("New: 1")
    expect(tab.locator(f"#t{third}")).to_have_count(0)
    fresh.click()
    expect(tab.locator(f"#t{third}")).to_be_visible()
    expect(fresh).to_have_count(0)
    expect(tab.locator(f"#t{first} .pick input")).to_be_checked()


def test_new_rows_come_by_themselves_where_nobody_is_at_work(page: Visit, site: Site) -> None:
    tab = page.page
    opened(site, "Quiet")
    page.go("/?assignee=none")
    tab.mouse.move(5, 5)
    number = opened(site, "Quiet too")
    tab.evaluate(REFRESH)
    expect(tab.locator(f"#t{number}")).to_be_visible()
    with tab.expect_response("**/tickets/rows**") as answer:
        tab.evaluate(REFRESH)
    assert answer.value.status == 304


def test_tools_unfold_in_place_one_at_a_time(page: Visit, site: Site) -> None:
    opened(site, "Tools")
    tab = page.page
    page.go("/?assignee=none")
    filters, looks = tab.locator("#filters"), tab.locator("#looks")
    expect(filters).to_have_count(0)
    tab.keyboard.press("f")
    expect(filters.locator("[name=q]")).to_be_focused()
    tab.locator("#tool-view").click()
    expect(looks).to_be_visible()
    expect(filters).to_have_count(0)
    expect(tab.locator("#tool-view")).to_have_attribute("aria-expanded", "true")
    tab.locator("#tool-view").click()
    expect(looks).to_have_count(0)
    assert tab.url.endswith("/?assignee=none")


def test_what_is_struck_before_an_input_has_come_is_text_for_it(page: Visit, site: Site) -> None:
    opened(site, "Ahead")
    tab = page.page
    page.go("/?assignee=none")
    held = page.hold("**/tickets/tools**")
    with tab.expect_request("**/tickets/tools**"):
        tab.keyboard.press("f")
    tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))")  # browsers send it late
    tab.keyboard.type("printer m")
    held[0].continue_()
    expect(tab.locator("#filters [name=q]")).to_have_value("printer m")
