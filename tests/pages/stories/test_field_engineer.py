"""A field engineer with a phone in one hand, and the head at a desk who sees it and sends the next job."""

from base64 import b64decode

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.stories.desk import Stage
from tests.pages.stories.stage import PHONE, Scene, scene

PHOTO = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


@pytest.mark.slow
def test_a_job_is_done_on_a_phone_while_the_head_looks_on(browser: Browser, stage: Stage) -> None:
    l1 = stage.sample.teams["l1"].id
    job, other = (
        stage.opened(title, team=l1) for title in ("Заменить картридж, касса 4", "Терминал у входа не включается")
    )
    with (
        scene(browser, stage, "agent", "ru", name="phone", **PHONE) as me,
        scene(browser, stage, "head", "en", name="phone-head") as head,
    ):
        tab, there = me.page, head.page
        head.visit.go("/?state_category=all")
        row = there.locator(f"#t{job}")
        expect(row).to_contain_text("New")
        me.step("queue")
        tab.locator(f"#t{job} [data-open]").tap()
        tab.get_by_role("button", name="Взять себе").tap()
        expect(tab.locator("#fact-assignee")).to_contain_text("Agent")
        me.step("mine")
        tab.get_by_role("button", name="Взять в работу").tap()
        expect(tab.locator(".ticket-head .state")).to_have_text("В работе")
        head.later()
        expect(row).to_contain_text("In progress")
        expect(row).to_contain_text("Agent")
        head.step("taken")

        _note_with_photo(me)
        _resolve(me)
        head.later()
        expect(row).to_contain_text("Resolved")

        tab.get_by_role("button", name="Основное").tap()
        me.step("navigation")
        tab.locator("#nav").get_by_role("link", name="Обращения").tap()
        tab.get_by_role("link", name="Мои 0").tap()
        expect(tab.locator(f"#t{other}")).to_have_count(0)
        there.locator(f"#t{other} [data-open]").click()
        there.wait_for_url(f"**/tickets/{other}")
        head.press("a")
        head.type("agent@example.org")
        head.press("Enter")
        expect(there.locator("#fact-assignee")).to_contain_text("Agent")
        head.step("reassigned")
        me.later()
        expect(tab.locator(f"#t{other}")).to_contain_text("Терминал у входа")
        me.step("next job")


def _note_with_photo(me: Scene) -> None:
    tab = me.page
    tab.locator("label.note").tap()
    tab.locator("#body").fill("Старый картридж пуст")
    with tab.expect_file_chooser() as chooser:
        tab.get_by_label("Файлы").tap()
    chooser.value.set_files({"name": "касса.png", "mimeType": "image/png", "buffer": PHOTO})
    expect(tab.locator("#chosen-files li")).to_contain_text("касса.png")
    me.step("photo")
    tab.get_by_role("button", name="Сохранить как внутреннюю заметку").tap()
    expect(tab.locator(".timeline .internal .file")).to_contain_text("касса.png")
    me.step("noted")


def _resolve(me: Scene) -> None:
    step = me.page.locator("#step-resolve")
    step.locator("summary").tap()
    me.step("resolving")
    step.get_by_label("Код решения").select_option("fixed")
    step.get_by_label("Проблема словами клиента").fill("Не печатает")
    step.get_by_label("Что сделано").fill("Заменён картридж")
    step.get_by_role("button", name="Выполнить").tap()
    expect(me.page.locator(".ticket-head .state")).to_have_text("Выполнена")
    me.step("resolved")
