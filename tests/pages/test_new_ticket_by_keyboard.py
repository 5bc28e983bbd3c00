"""A dispatcher registers a call in a browser with the keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.jobs import drain
from tests.pages.browser import Site, Visit, browser, site, visiting

__all__ = ["browser", "site"]


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Visit]:
    """A window in which an agent has signed in."""
    with visiting(browser, site, viewport={"width": 1280, "height": 900}) as visit:
        visit.sign_in("agent")
        yield visit


def earlier(site: Site, title: str) -> int:
    """A ticket that the requester has already, and that the search knows."""
    with site.desk.unit_of_work(site.sample.act(site.desk, "agent")) as uow:
        number = open_ticket(uow, kind="incident", title=title, requested_for=site.sample.people["requester"].id).id
    drain(site.desk)
    return number


def test_a_call_is_registered_by_keyboard_alone(page: Visit, site: Site) -> None:
    old = earlier(site, "Label printer jams")
    tab, keys = page.page, page.page.keyboard
    keys.press("c")
    tab.wait_for_url("**/tickets/new")
    expect(tab.get_by_role("combobox", name="Requester")).to_be_focused()
    keys.type("акме")
    expect(tab.locator("#found-people li")).to_contain_text("requester@example.org")
    keys.press("Enter")
    expect(tab.locator("#f-title")).to_be_focused()
    card = tab.locator("#who")
    expect(card.get_by_role("heading", level=2)).to_have_text("Requester")
    expect(card.get_by_role("link", name=f"#{old}")).to_be_visible()
    keys.type("Printer jams again")
    expect(tab.locator("#similar").get_by_role("link", name=f"#{old}")).to_be_visible()
    expect(tab.locator("#f-title")).to_have_value("Printer jams again")
    keys.press("Control+Enter")
    expect(tab.locator("h1")).to_have_text("Printer jams again")
    expect(tab.locator("#told")).to_contain_text("is registered")
    expect(tab.locator(".side")).to_contain_text("Requester")


def test_what_is_answered_at_once_is_resolved_by_keyboard_alone(page: Visit) -> None:
    tab, keys = page.page, page.page.keyboard
    page.go("/tickets/new")
    tab.locator("#f-title").focus()
    keys.type("How do I print?")
    keys.press("Escape")
    keys.press("e")
    expect(tab.locator("#at-once select").first).to_be_focused()
    tab.locator("#at-once").get_by_label("Resolution code").select_option("explained")
    keys.press("Control+Enter")
    expect(tab.locator("#f-incidents-problem-error")).to_be_visible()
    tab.locator("#f-incidents-problem").fill("Cannot print")
    tab.locator("#f-incidents-solution").fill("Explained")
    tab.get_by_label("Topic at closing").select_option("question")
    keys.press("Control+Enter")
    expect(tab.locator("h1")).to_have_text("How do I print?")
    expect(tab.locator(".ticket-head .state")).to_have_text("Resolved")


def test_who_types_before_the_script_is_there_is_heard(page: Visit) -> None:
    tab = page.page
    held = page.hold("**/new.js**")
    tab.goto(page.address + "/tickets/new", wait_until="commit")
    requester = tab.get_by_role("combobox", name="Requester")
    expect(requester).to_be_focused()
    tab.keyboard.type("акме")
    held[0].continue_()
    expect(tab.locator("#found-people li")).to_contain_text("requester@example.org")


def test_arrows_choose_and_escape_leaves_what_was_typed(page: Visit) -> None:
    tab, keys = page.page, page.page.keyboard
    page.go("/tickets/new")
    expect(tab.get_by_role("combobox", name="Requester")).to_be_focused()
    keys.type("er")
    found = tab.locator("#found-people")
    expect(found.locator("li")).to_have_count(2)
    expect(found.locator("li").nth(0)).to_have_attribute("aria-selected", "true")
    keys.press("ArrowDown")
    expect(found.locator("li").nth(1)).to_have_attribute("aria-selected", "true")
    keys.press("Escape")
    expect(found).to_be_hidden()
    expect(tab.get_by_role("combobox", name="Requester")).to_have_value("er")


def test_a_call_that_belongs_to_an_open_ticket_is_added_there(page: Visit, site: Site) -> None:
    old = earlier(site, "Till is slow")
    tab = page.page
    page.go("/tickets/new?requested_for=requester@example.org&title=Till+is+slow+still")
    tab.locator(f"#theirs-{old} summary").click()
    expect(tab.locator(f"#add-{old}")).to_have_value("Till is slow still")
    tab.locator(f"#theirs-{old}").get_by_role("button", name="Save as internal note").click()
    tab.wait_for_url(f"**/tickets/{old}**")
    expect(tab.locator(".timeline .internal")).to_contain_text("Till is slow still")


def test_an_unknown_caller_is_met_while_the_rest_stays_as_it_was_typed(page: Visit) -> None:
    tab, keys = page.page, page.page.keyboard
    page.go("/tickets/new")
    tab.locator("#f-description").fill("Typed before")
    tab.locator("#f-requested_for").focus()
    keys.type("+7 900 555-01-02")
    keys.press("Enter")
    expect(tab.locator("#new-address")).to_have_value("+7 900 555-01-02")
    keys.type("First call")
    tab.locator("#new-name").fill("Nina New")
    expect(tab.locator("#f-description")).to_have_value("Typed before")
    tab.locator("#f-title").focus()
    keys.press("Control+Enter")
    expect(tab.locator("h1")).to_have_text("First call")
    expect(tab.locator(".side")).to_contain_text("Nina New")


@pytest.mark.parametrize("width", [390, 1024, 1600])
def test_it_fits_every_screen(browser: Browser, site: Site, width: int) -> None:
    earlier(site, "Слово" * 50)
    with visiting(browser, site, viewport={"width": width, "height": 844}, locale="ru-RU") as visit:
        visit.sign_in("agent")
        visit.go("/tickets/new?requested_for=requester@example.org&title=" + "Слово" * 50)
        assert not visit.is_too_wide()
        visit.go("/tickets/new?requested_for=" + "%D1%8F" * 200)
        assert not visit.is_too_wide()
