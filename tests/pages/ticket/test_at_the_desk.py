"""Agents at their desks, in a real browser: by keys alone, two at once, with drafts and pictures."""

import re

import pytest
from playwright.sync_api import Browser, expect

from itsm.core.tickets.verbs import change_ticket, open_ticket
from tests.pages.browser import REFRESHES, Site, Visit, visiting

PASTE = """() => {
  const data = new DataTransfer();
  data.items.add(new File(["png"], "image.png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.getElementById("body").dispatchEvent(event);
}"""


@pytest.fixture
def number(site: Site) -> int:
    """A new incident."""
    with site.desk.unit_of_work(site.sample.act(site.desk, "head")) as uow:
        return int(open_ticket(uow, kind="incident", title="Printer", team=site.sample.teams["l1"].id).id)


def test_an_agent_takes_answers_and_resolves_by_keys_alone(desk: Visit, number: int) -> None:
    tab = desk.page
    desk.go(f"/tickets/{number}")
    tab.keyboard.press("m")
    expect(tab.locator("#fact-assignee")).to_contain_text("Agent")
    tab.keyboard.press("i")
    expect(tab.locator("#f-title")).to_be_focused()
    tab.keyboard.type("Printer of room 4")
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("Printer of room 4")
    tab.keyboard.press("a")
    expect(tab.locator("#f-assignee")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("#fact-assignee .pencil")).to_be_focused()
    tab.keyboard.press("n")
    expect(tab.locator("#body")).to_be_focused()
    tab.keyboard.type("Only for us")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".timeline .internal")).to_contain_text("Only for us")
    tab.keyboard.press("Escape")
    tab.keyboard.press("r")
    expect(tab.locator("#body")).to_be_focused()
    tab.keyboard.type("It prints again")
    tab.keyboard.press("Escape")
    tab.keyboard.press("s")
    tab.keyboard.type("Resolve")
    expect(tab.locator("#then-f-incidents-solution")).to_be_visible()
    tab.keyboard.press("Tab")
    tab.keyboard.type("Fixed")
    tab.keyboard.press("Tab")
    tab.keyboard.type("No print")
    tab.keyboard.press("Tab")
    tab.keyboard.type("New cartridge")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".ticket-head .state")).to_have_text("Resolved")
    expect(tab.locator(".timeline .public")).to_contain_text("It prints again")


def test_a_draft_outlives_the_window_and_goes_when_it_is_sent(desk: Visit, number: int) -> None:
    tab = desk.page
    desk.go(f"/tickets/{number}")
    tab.keyboard.press("n")
    tab.keyboard.type("Half a thought")
    tab.reload()
    expect(tab.locator("#body")).to_have_value("Half a thought")
    expect(tab.locator(".readers .note input")).to_be_checked()
    tab.evaluate(PASTE)
    expect(tab.locator("#chosen-files li")).to_contain_text(re.compile(r"picture-.*\.png"))
    tab.locator("#chosen-files button").click()
    expect(tab.locator("#chosen-files li")).to_have_count(0)
    tab.evaluate(PASTE)
    tab.locator("#body").press("Control+Enter")
    expect(tab.locator(".timeline .internal .file")).to_contain_text("picture-")
    expect(tab.locator("#body")).to_have_value("")
    tab.reload()
    expect(tab.locator("#body")).to_have_value("")


@pytest.mark.slow
def test_what_another_agent_does_appears_and_touches_nothing_typed(
    desk: Visit, browser: Browser, site: Site, number: int
) -> None:
    tab = desk.page
    tab.clock.install()
    desk.go(f"/tickets/{number}")
    tab.locator("#body").fill("My answer grows")
    tab.locator("#step-resolve summary").click()
    tab.locator("#resolve-f-incidents-solution").fill("My solution")
    with visiting(browser, site, locale="en-US") as other:
        other.sign_in("second")
        other.go(f"/tickets/{number}")
        tab.clock.fast_forward(REFRESHES)
        expect(tab.locator("#here")).to_contain_text("Second")
    with site.desk.unit_of_work(site.sample.act(site.desk, "second")) as uow:
        change_ticket(uow, number=number, changes={"title": "Their subject"})
    tab.clock.fast_forward(REFRESHES)
    expect(tab.locator("h1")).to_have_text("Their subject")
    expect(tab.locator("#body")).to_have_value("My answer grows")
    expect(tab.locator("#resolve-f-incidents-solution")).to_have_value("My solution")
    tab.locator("#body").press("Control+Enter")
    expect(tab.locator(".timeline .public")).to_contain_text("My answer grows")
    expect(tab.locator("#resolve-f-incidents-solution")).to_have_value("My solution")
