"""Ready answers and macros by keys, in a real browser."""

import pytest
from playwright.sync_api import expect

from itsm.blocks.answers.verbs import apply_answers, apply_macros
from itsm.core.configuration.verbs import change_document
from itsm.core.tickets.verbs import open_ticket
from itsm.plugins.testing.sample import TESTER
from tests.pages.browser import Site, Visit

AROUND = {"around": [{"salutation": {"en": "Hello {{requester}},"}, "signature": {"en": "{{agent}}"}}]}
ANSWERS = [
    {
        "key": "restart",
        "label": {"en": "Switch off and on", "ru": "Выключить"},
        "text": {"en": "Switch it off and on."},
    },
    {"key": "wait", "label": {"en": "Please wait"}, "text": {"en": "We need a day for #{{number}}."}},
    {"key": "done", "label": {"en": "Cartridge"}, "purpose": "incidents.solution", "text": {"en": "New cartridge."}},
]
MACROS = [{"key": "quick", "label": {"en": "Take it"}, "shortcut": "K", "take": True, "reply": "wait", "tags": ["q"]}]


@pytest.fixture
def number(site: Site) -> int:
    """An incident of the requester, and what is ready for it."""
    with site.desk.unit_of_work(TESTER) as uow:
        change_document(uow, name="answers.around", body=AROUND, reason="test")
        apply_answers(uow, ANSWERS)
        apply_macros(uow, MACROS)
    with site.desk.unit_of_work(site.sample.act(site.desk, "head")) as uow:
        asked = site.sample.people["requester"].id
        return int(open_ticket(uow, kind="incident", title="Printer", requested_for=asked).id)


def test_an_answer_is_put_where_the_cursor_stands_with_one_salutation_and_signature(desk: Visit, number: int) -> None:
    tab, keys = desk.page, desk.page.keyboard
    desk.go(f"/tickets/{number}")
    for words, before in (("wait", ""), ("off and", "And: ")):
        keys.press("Escape")
        keys.press("q")
        expect(tab.locator("#ready-words")).to_be_focused()
        expect(tab.locator("#ready-found li")).to_have_count(2)
        keys.type(words)
        expect(tab.locator("#ready-found li")).to_have_count(1)
        keys.press("Enter")
        expect(tab.locator("#body")).to_be_focused()
        keys.type("\n\nAnd: " if not before else " Thanks!")
    wanted = f"Hello Requester,\n\nWe need a day for #{number}.\n\nAnd: Switch it off and on. Thanks!\n\nAgent"
    expect(tab.locator("#body")).to_have_value(wanted)


def test_a_macro_is_run_by_its_letter_and_enter(desk: Visit, number: int) -> None:
    tab, keys = desk.page, desk.page.keyboard
    desk.go(f"/tickets/{number}")
    keys.press("Shift+K")
    tab.wait_for_url(f"**/tickets/{number}/macros/quick")
    expect(tab.locator("#said-reply")).to_have_value(f"Hello Requester,\n\nWe need a day for #{number}.\n\nAgent")
    keys.press("Enter")
    tab.wait_for_url(f"**/tickets/{number}")
    expect(tab.locator("#fact-assignee")).to_contain_text("Agent")
    expect(tab.locator(".timeline .public")).to_contain_text(f"We need a day for #{number}.")


def test_a_ready_text_goes_into_the_form_of_a_step(desk: Visit, number: int) -> None:
    tab = desk.page
    desk.go(f"/tickets/{number}")
    tab.locator("#step-resolve > summary").click()
    tab.locator("#resolve-f-incidents-solution-ready > summary").click()
    tab.get_by_role("button", name="Cartridge").click()
    expect(tab.locator("#resolve-f-incidents-solution")).to_have_value("New cartridge.")
    expect(tab.locator("#resolve-f-incidents-solution")).to_be_focused()
