"""A dispatcher on the phone: a call is registered while the caller speaks, or answered and resolved on the spot."""

from time import monotonic

from playwright.sync_api import Browser, expect

from tests.pages.stories.desk import Stage
from tests.pages.stories.stage import scene

SECONDS = 10


def test_a_dispatcher_registers_a_call_in_seconds(browser: Browser, stage: Stage) -> None:
    old = stage.opened("Терминал не печатает билеты")
    stage.work_off()
    with scene(browser, stage, "operator", "ru", name="dispatcher", mouse=False) as me:
        tab, begun = me.page, monotonic()
        me.press("c")
        expect(tab.get_by_role("combobox", name="Заявитель")).to_be_focused()
        me.type("9120002002")
        expect(tab.locator("#found-people li")).to_contain_text("Акме")
        me.press("Enter")
        expect(tab.locator("#f-title")).to_be_focused()
        expect(tab.locator("#who").get_by_role("link", name=f"#{old}")).to_be_visible()
        me.type("Терминал снова не печатает")
        expect(tab.locator("#similar").get_by_role("link", name=f"#{old}")).to_be_visible()
        me.press("Tab")
        me.type("Тер")
        expect(tab.locator("#f-desk-lottery")).to_have_attribute("required", "")
        me.press("Tab")
        me.type("Веч")
        me.press("Tab")
        me.type("2002")
        me.press("Control+Enter")
        expect(tab.locator("h1")).to_have_text("Терминал снова не печатает")
        spent = monotonic() - begun
        expect(tab.locator("#told")).to_contain_text("зарегистрировано")
        expect(tab.locator(".side")).to_contain_text("Вечерний тираж")
        me.step("registered")
    acts = [key for key in me.strokes if len(key) > 1]
    assert acts == ["Enter", "Tab", "Tab", "Tab", "Control+Enter"]
    assert len(me.strokes) <= 55
    assert spent < SECONDS, spent


def test_what_a_call_lacks_is_asked_for_at_its_field_and_nothing_is_lost(browser: Browser, stage: Stage) -> None:
    with scene(browser, stage, "operator", "ru", name="dispatcher-refused") as me:
        tab = me.page
        me.visit.go("/tickets/new?requested_for=requester@example.org&title=Терминал+молчит")
        tab.get_by_label("Услуга", exact=True).select_option(label="Терминалы лотерей")
        expect(tab.locator("#f-desk-lottery")).to_have_attribute("required", "")
        tab.locator("#new-ticket").evaluate("form => { form.noValidate = true; }")  # so that the desk itself answers
        tab.get_by_role("button", name="Зарегистрировать", exact=True).click()
        for name in ("lottery", "phone"):
            expect(tab.locator(f"#f-desk-{name}-error")).to_be_visible()
        expect(tab.locator("#f-desk-lottery")).to_be_focused()
        expect(tab.locator("#f-title")).to_have_value("Терминал молчит")
        me.step("refused")


def test_a_dispatcher_answers_and_resolves_in_one_form(browser: Browser, stage: Stage) -> None:
    with scene(browser, stage, "operator", "ru", name="dispatcher-resolves", mouse=False) as me:
        tab = me.page
        me.press("c")
        expect(tab.get_by_role("combobox", name="Заявитель")).to_be_focused()
        me.type("requester@")
        expect(tab.locator("#found-people li")).to_contain_text("Акме")
        me.press("Enter")
        me.type("Как распечатать отчёт?")
        me.press("Tab", "Tab", "Tab")
        me.type("2002")
        me.press("Escape", "e")
        expect(tab.locator("#at-once select").first).to_be_focused()
        me.step("texts")
        me.type("Конс")
        me.press("Tab")
        me.type("Не знает, где кнопка")
        me.press("Tab")
        me.type("Показали по телефону")
        me.press("Tab")
        me.type("Вопрос")
        me.press("Control+Enter")
        expect(tab.locator("h1")).to_have_text("Как распечатать отчёт?")
        expect(tab.locator(".ticket-head .state")).to_have_text("Выполнена")
        expect(tab.locator("main")).to_contain_text("Решено при первом обращении")
        me.step("resolved")
