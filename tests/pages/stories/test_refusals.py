"""Whatever is refused is a page of the desk: in its frame, in the reader's language, with a sentence and a way on."""

import re
from collections.abc import Sequence
from types import ModuleType

import pytest
from flask import Blueprint, Flask
from playwright.sync_api import Browser, expect
from werkzeug.wrappers import Response

from itsm.app import build
from itsm.core import errors
from itsm.core.texts import say
from itsm.plugins import SIGNED_IN, Routes, hook, needs
from itsm.plugins.machinery.members import Member
from itsm.plugins.testing.visitors import enter
from tests.fixtures import INCIDENTS
from tests.pages.stories.desk import Stage
from tests.pages.stories.stage import scene

REFUSED = {
    error.status: error
    for error in (
        errors.Forbidden, errors.Unknown, errors.Conflict, errors.Stale, errors.TooLarge, errors.Invalid,
        errors.MatchRequired, errors.TooMany, errors.NotReady,
    )
}  # fmt: skip
WORDS = {"en": re.compile("[А-Яа-яЁё]"), "ru": re.compile("[A-Za-z]{2,}")}
TOLD = re.compile(r"<div data-problem>(.*?)</div>", re.DOTALL)


def refusing() -> ModuleType:
    """A plugin whose pages answer with each refusal, as verbs raise them."""
    pages = Blueprint("refusing", __name__)

    @pages.get("/<int:status>")
    @needs(SIGNED_IN)
    def refuse(status: int) -> Response:
        raise REFUSED[status](say("There is no ticket {number}.", number=7) if status == 404 else "")

    @hook
    def register_routes() -> Sequence[Routes]:
        return (Routes(pages),)

    module = ModuleType("refusing.hooks")
    vars(module)["register_routes"] = register_routes
    return module


@pytest.fixture
def app(stage: Stage) -> Flask:
    """The desk with that plugin."""
    module = refusing()
    module.__file__ = str(stage.desk.settings.data_dir / "refusing" / "hooks.py")
    desk, app = build(
        stage.desk.settings, ["incidents", "refusing"], database=stage.desk.database,
        members=[INCIDENTS, Member("refusing", "1", "refusing.hooks", hooks=module)],
    )  # fmt: skip
    assert not desk.aside, desk.aside
    return app


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_refusal_is_a_friendly_page_in_the_frame(stage: Stage, app: Flask, language: str) -> None:
    stage.speaks("agent", language)
    agent = enter(app, "agent")
    for status in REFUSED:
        answer = agent.get(f"/p/refusing/{status}")
        assert answer.status_code == status
        assert f'<html lang="{language}"' in answer.text
        assert 'id="nav"' in answer.text
        assert 'class="button" href="/"' in answer.text
        told = TOLD.search(answer.text)
        assert told, status
        words = re.sub(r"<[^>]+>", " ", told[1]).split()
        assert len(words) >= 5, (status, words)
        assert not WORDS[language].search(" ".join(words)), (status, words)


@pytest.mark.parametrize(
    ("language", "right"), [("en", "“Background jobs”"), ("ru", "«Фоновые задания»")], ids=["en", "ru"]
)
def test_a_page_that_one_may_not_see_names_the_permission_in_words(
    browser: Browser, stage: Stage, language: str, right: str
) -> None:
    with scene(browser, stage, "agent", language, name=f"refusal-{language}") as me:
        for path, status in (("/jobs", 403), ("/tickets/4711", 404), ("/no/such/page", 404)):
            me.visit.go(path)
            me.expect_refusal(status)
            if status == 403:
                expect(me.page.locator("[data-problem]")).to_contain_text(right)
                expect(me.page.locator("main")).not_to_contain_text("core.calls")
            me.step(path.strip("/").replace("/", "-"))
        me.page.locator("main a.button").click()
        expect(me.page.locator("#queue-live")).to_be_visible()
