"""The dispatcher of another house: one button, few fields that must be filled in, and nothing that is not theirs."""

from playwright.sync_api import Browser, expect

from itsm.core.tickets.verbs import add_comment
from tests.fixtures import TESTER
from tests.pages.stories.desk import Stage
from tests.pages.stories.stage import scene

SECRET = "Клиент скандалит, осторожно"


def test_an_outsourced_dispatcher_has_one_button_and_sees_only_what_is_theirs(browser: Browser, stage: Stage) -> None:
    foreign = stage.opened("Чужое обращение")
    with scene(browser, stage, "outsider", "ru", name="outsider") as me:
        tab = me.page
        expect(tab.locator(":is(main .button:not(.fold), header .button.primary):visible")).to_have_count(1)
        me.step("home")
        tab.get_by_role("link", name="Новое обращение").click()
        expect(tab.get_by_role("navigation", name="Формы")).to_have_count(0)
        inputs = tab.locator("#new-fields :is(input:not([type=file]), select, textarea)")
        expect(inputs).to_have_count(5)
        me.step("form")
        register = tab.get_by_role("button", name="Зарегистрировать")
        register.click()  # the browser itself stops at the first that is missing
        expect(tab.locator("#f-desk-call_type")).to_be_focused()
        tab.locator("#f-title").fill("Терминал завис")
        tab.locator("#new-ticket").evaluate("form => { form.noValidate = true; }")  # and so does the desk
        register.click()
        for name in ("call_type", "lottery", "phone"):
            expect(tab.locator(f"#f-desk-{name}-error")).to_be_visible()
        expect(tab.locator("#f-desk-call_type")).to_be_focused()
        expect(tab.locator("#f-title")).to_have_value("Терминал завис")
        me.step("refused")
        tab.locator("#f-desk-call_type").select_option("incident")
        tab.locator("#f-desk-lottery").select_option("evening")
        tab.locator("#f-desk-phone").fill("+7 912 000-30-01")
        register.click()
        expect(tab.locator("h1")).to_have_text("Терминал завис")
        number = int(tab.url.rsplit("/", 1)[1])
        me.step("registered")

        with stage.desk.unit_of_work(TESTER) as uow:
            add_comment(uow, number=number, body=SECRET, public=False)
            add_comment(uow, number=number, body="Перезагрузите терминал", public=True)
        me.later()
        expect(tab.locator(".timeline .public")).to_contain_text("Перезагрузите терминал")
        expect(tab.locator("main")).not_to_contain_text(SECRET)
        expect(tab.locator(".note")).to_have_count(0)
        me.step("answered")

        for path, words in ((f"/tickets/{foreign}", "Не найдено"), ("/people", "Не разрешено")):
            me.visit.go(path)
            expect(tab.locator("h1")).to_have_text(words)
            expect(tab.get_by_role("link", name="К обращениям")).to_be_visible()
            me.expect_refusal(404 if path != "/people" else 403)
            me.step(words)
        tab.get_by_role("link", name="К обращениям").click()
        expect(tab.locator("main")).to_contain_text("Терминал завис")
        expect(tab.locator("main")).not_to_contain_text("Чужое")
