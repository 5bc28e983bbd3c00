"""A head who passes twenty tickets on at once, and sees before which of them will not go, and why."""

from playwright.sync_api import Browser, expect

from itsm.core.tickets.verbs import move_ticket
from tests.fixtures import TESTER
from tests.pages.stories.desk import Stage
from tests.pages.stories.stage import scene

MANY = 20


def test_a_head_passes_twenty_tickets_on_and_sees_why_others_stay(browser: Browser, stage: Stage) -> None:
    l1 = stage.sample.teams["l1"].id
    numbers = [stage.opened(f"Касса №{place} не печатает чек", team=l1) for place in range(1, MANY + 3)]
    going, staying = numbers[:MANY], numbers[MANY:]
    with stage.desk.unit_of_work(TESTER) as uow:
        for number in staying:
            move_ticket(uow, number=number, transition="cancel", changes={"incidents.cancel_reason": "spam"})
    with scene(browser, stage, "head", "ru", name="head") as me:
        tab = me.page
        tab.get_by_role("link", name="Все", exact=False).first.click()
        tab.locator("[data-all]").check()
        bar = tab.locator("#bulk")
        expect(bar.locator("[data-selected]")).to_have_text(f"Выделено: {MANY + 2}")
        me.step("selected")
        bar.get_by_label("Что сделать").select_option("team")
        bar.get_by_label("Передать группе").select_option(label="Second line")
        bar.get_by_label("Причина").fill("Кассы чинит вторая линия")
        bar.get_by_role("button", name="Посмотреть, что будет").click()
        expect(tab.get_by_role("heading", name=f"Будет выполнено для {MANY}")).to_be_visible()
        refused = tab.locator(".refused")
        for number in staying:
            expect(refused).to_contain_text(str(number))
        expect(refused.locator(".error")).to_have_count(2)
        expect(tab.locator("h1")).to_contain_text("Second line")
        me.step("preview")
        tab.get_by_role("button", name=f"Выполнить для {MANY}").click()
        expect(tab.locator("#told")).to_contain_text(f"обращений: {MANY}")
        for number in going:
            expect(tab.locator(f"#t{number}")).to_contain_text("Second line")
        for number in staying:
            expect(tab.locator(f"#t{number}")).not_to_contain_text("Second line")
        me.step("done")
        tab.locator(f"#t{going[0]} [data-open]").click()
        expect(tab.locator(".timeline")).to_contain_text("Кассы чинит вторая линия")
        me.step("ticket")
