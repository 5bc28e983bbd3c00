"""Journeys in a real browser: an agent's day in Russian, every page on every screen, by keyboard alone."""

import io
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from itsm.core.tickets.verbs import add_comment, attach_file, open_ticket
from tests.pages.browser import Site, Visit, browser, site, visiting

__all__ = ["browser", "site"]
UGLY = ("<script>alert(1)</script>", "“" + "x" * 290 + "”", "מדפסת לא עובדת", "слово" * 55, "a b " * 70)
PAGES = (
    "/", "/tickets/new", "/tickets/{number}", "/tickets/{number}/edit", "/account", "/people?q=a", "/notices",
    "/p/incidents/major", "/jobs", "/plugins", "/configuration", "/configuration/workflow.incident", "/no-such-page",
)  # fmt: skip

# Each language, theme and width by default, all twelve looks with --long; the tour shows every page in one of them.
USUAL = (("en", "light", 390), ("ru", "dark", 1024), ("ru", "light", 1600))
LOOKS = [
    pytest.param(*look, marks=() if look in USUAL else pytest.mark.long)
    for look in product(("en", "ru"), ("light", "dark"), (390, 1024, 1600))
]


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Visit]:
    """A window in Russian."""
    with visiting(browser, site, locale="ru-RU", viewport={"width": 1280, "height": 900}) as visit:
        yield visit


def test_an_agents_day_in_russian(page: Visit) -> None:
    tab = page.page
    page.sign_in("agent")
    tab.locator(".menu.right summary").click()
    tab.locator(".menu.right").get_by_role("button", name="Русский").click()
    tab.get_by_role("link", name="Новое обращение").click()
    tab.get_by_label("Тема", exact=False).first.fill("Не печатает принтер в кассе №4")
    tab.get_by_label("Описание").fill("Второй день.\n\nОчередь **до дверей**.")
    requester = tab.get_by_role("combobox", name="Заявитель")
    requester.press_sequentially("Reque")
    expect(tab.locator("#found-people li")).to_contain_text("Акме")
    requester.press("Enter")
    expect(requester).to_have_value(re.compile(r"Requester #\d+"))
    tab.get_by_label("Влияние").select_option("high")
    tab.get_by_role("button", name="Зарегистрировать").click()
    expect(tab.locator("h1")).to_have_text("Не печатает принтер в кассе №4")
    expect(tab.locator("#told")).to_contain_text("зарегистрировано")
    tab.get_by_role("button", name="Взять себе").click()
    tab.get_by_role("button", name="Взять в работу").click()
    expect(tab.locator(".ticket-head .state")).to_have_text("В работе")
    tab.locator("label.note").click()
    tab.get_by_label("Сообщение").fill("Картридж пуст, на складе нет.")
    tab.get_by_role("button", name="Сохранить как внутреннюю заметку").click()
    expect(tab.locator(".timeline .internal")).to_contain_text("Картридж пуст")
    expect(tab.get_by_label("Сообщение")).to_have_value("")
    tab.get_by_label("Сообщение").fill("Здравствуйте! Везём картридж.")
    tab.get_by_role("button", name="Ответить клиенту").click()
    expect(tab.locator(".timeline .public")).to_contain_text("Везём картридж")
    step = tab.locator("#step-resolve")
    step.locator("summary").click()
    step.get_by_label("Код решения").select_option("fixed")
    step.get_by_label("Проблема словами клиента").fill("Не печатает")
    step.get_by_label("Что сделано").fill("Заменён картридж")
    step.get_by_role("button", name="Выполнить").click()
    expect(tab.locator(".ticket-head .state")).to_have_text("Выполнена")
    expect(tab.locator(".timeline")).to_contain_text("Заменён картридж")
    assert tab.locator(".timeline > li").count() >= 6


def test_everything_can_be_reached_by_keyboard(page: Visit) -> None:
    tab = page.page
    page.sign_in("agent")
    tab.keyboard.press("Tab")
    expect(tab.locator(".skip")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.keyboard.press("/")
    expect(tab.get_by_role("searchbox")).to_be_focused()
    tab.keyboard.press("Escape")
    tab.locator("h1").click()
    tab.keyboard.press("c")
    tab.wait_for_url("**/tickets/new")


def test_a_refused_form_still_holds_what_was_typed(page: Visit) -> None:
    tab = page.page
    page.sign_in("agent")
    page.go("/tickets/new")
    tab.fill("#f-title", "Тема")
    tab.fill("#f-requested_for", "Никого Такого Нет")
    tab.fill("#f-description", "Долго печатали")
    tab.locator("main button[data-main]").click()
    expect(tab.locator("#f-requested_for-error")).to_be_visible()
    expect(tab.locator("#f-description")).to_have_value("Долго печатали")
    page.complaints[:] = [c for c in page.complaints if "422" not in c]


@pytest.fixture(scope="module")
def ugly(site: Site) -> int:
    """Tickets with the texts that break layouts; the number of one with a long history."""
    act = site.sample.act(site.desk, "agent")
    for text in UGLY:
        with site.desk.unit_of_work(act) as uow:
            requester = site.sample.people["requester"].id
            ticket = open_ticket(uow, kind="incident", title=text, description=text * 3, requested_for=requester)
            for public in (True, False):
                body = f"{text}\n\n```\n{text * 2}\n```\n\n|a|b|\n|-|-|\n|{text}|{text}|"
                add_comment(uow, number=ticket.id, body=body, public=public)
    with site.desk.unit_of_work(act) as uow:
        attach_file(uow, store=site.desk.files, number=ticket.id, name="ф" * 200 + ".txt", content=io.BytesIO(b"x"))
    return ticket.id


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_no_page_scrolls_sideways_or_breaks_its_policy(
    browser: Browser, site: Site, ugly: int, width: int, theme: str, language: str, tmp_path: Path
) -> None:
    with visiting(browser, site, viewport={"width": width, "height": 900}, color_scheme=theme) as visit:
        visit.sign_in("admin")
        visit.page.locator(".menu.right summary").click()
        visit.page.locator(f".menu.right button[value={language}]").click()
        wide = []
        for path in PAGES:
            visit.go(path.format(number=ugly))
            assert visit.page.locator("html").get_attribute("lang") == language
            for details in visit.page.locator("main details").all():
                details.evaluate("element => element.open = true")
            if visit.is_too_wide():
                visit.save(tmp_path, f"wide{len(wide)}")
                wide.append(path)
        assert not wide
        visit.complaints[:] = [c for c in visit.complaints if "404" not in c]
