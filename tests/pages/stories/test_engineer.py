"""An engineer who never touches the mouse: from the queue to a ticket, its answer, its end, and the next one."""

from playwright.sync_api import Browser, expect

from tests.pages.stories.desk import Stage
from tests.pages.stories.stage import scene


def test_an_engineer_takes_answers_and_resolves_by_keyboard_only(browser: Browser, stage: Stage) -> None:
    l1 = stage.sample.teams["l1"].id
    following = stage.opened("Scanner sends nothing", team=l1)
    first = stage.opened("Printer eats paper", team=l1)
    stage.work_off()
    with scene(browser, stage, "agent", "en", name="engineer", mouse=False) as me:
        tab = me.page
        state = tab.locator(".ticket-head .state")
        me.press("f")
        me.type("printer")  # at once: what is struck before the input is there goes into it
        expect(tab.locator("#q-f-q")).to_have_value("printer")
        me.press("Enter")
        tab.wait_for_url("**q=printer**")
        expect(tab.locator(".queue tbody tr")).to_have_count(1)
        me.press("j")
        expect(tab.locator(f"#t{first} [data-open]")).to_be_focused()
        me.step("queue")
        me.press("o")
        tab.wait_for_url(f"**/tickets/{first}")
        me.press("m")
        expect(tab.locator("#fact-assignee")).to_contain_text("Agent")
        me.press("1")
        expect(state).to_have_text("In progress")
        me.step("taken")
        me.press("r")
        expect(tab.locator("#body")).to_be_focused()
        me.type("Good morning! We are on our way.")
        me.press("Control+Enter")
        expect(tab.locator(".timeline .public")).to_contain_text("on our way")
        me.step("answered")
        me.press("Escape", "2")
        expect(tab.locator("#resolve-f-incidents-resolution_code")).to_be_focused()
        me.type("Fix")
        me.press("Tab")
        me.type("It eats paper")
        me.press("Control+Enter")
        expect(tab.locator("#resolve-f-incidents-solution")).to_be_focused()
        expect(tab.locator("#resolve-f-incidents-solution-error")).to_be_visible()
        me.step("refused")
        me.type("New rollers")
        me.press("Control+Enter")
        expect(state).to_have_text("Resolved")
        me.step("resolved")
        me.press("Control+k")
        me.type("scanner")
        expect(tab.locator("#palette [aria-selected=true]")).to_contain_text("Scanner sends nothing")
        me.step("palette")
        me.press("Enter")
        tab.wait_for_url(f"**/tickets/{following}")
        me.press("Control+k")
        me.type("take into")
        expect(tab.locator("#palette [aria-selected=true]")).to_contain_text("Take into work")
        me.press("Enter")
        expect(state).to_have_text("In progress")
        me.step("next")
    assert len([key for key in me.strokes if len(key) > 1 or key in "jom12r"]) < 40
