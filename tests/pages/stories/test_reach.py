"""The pages on which people spend their day: zoomed, by keys alone, with something open over them, and as an app."""

import json
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.stories.desk import Stage
from tests.pages.stories.stage import HERE, scene
from tests.pages.tour.walk import inaccessible

WALK = HERE.joinpath("focus.js").read_text()
LONG = "Принтер в бухгалтерии на втором этаже не печатает отчёты с прошлого вторника и мигает красным"
ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}
# What opens over a page: the key or the place that opens it, and what is then there.
OPENED = (
    ("Control+k", "[data-palette]", "#palette"),
    ("Shift+Slash", "[data-keys]", "#keys"),
    ("", ".menu.right > summary", ".menu-body"),
)


def pages_of(stage: Stage) -> list[str]:
    """The queue, a ticket and a new one, with something on them."""
    number = stage.opened(LONG, team=stage.sample.teams["l1"].id, description=f"{LONG}\n\n* раз\n* два")
    return ["/", f"/tickets/{number}", "/tickets/new?requested_for=requester@example.org"]


def test_nothing_is_lost_at_200_percent(browser: Browser, stage: Stage) -> None:
    with scene(browser, stage, "agent", "ru", name="zoom", **ZOOMED) as me:
        for place, path in enumerate(pages_of(stage)):
            me.visit.go(path)
            me.step(str(place))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_focus_follows_the_reading_and_is_always_seen(browser: Browser, stage: Stage, language: str) -> None:
    with scene(browser, stage, "agent", language, name=f"focus-{language}") as me:
        for path in pages_of(stage):
            me.visit.go(path)
            me.page.locator("body").focus()
            stops: list[dict[str, Any]] = []
            while len(stops) < 150:
                me.page.keyboard.press("Tab")
                stop = me.page.evaluate(WALK)
                if stop is None or (stops and stop["name"] == stops[0]["name"]):
                    break
                stops.append(stop)
            assert 15 < len(stops) < 150, (path, len(stops))
            assert not [stop["name"] for stop in stops if not stop["seen"]], path
            back = [(a["name"], b["name"]) for a, b in pairwise(stops) if _goes_back(a, b)]
            assert not back, (path, back)


def _goes_back(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether the second one stands before the first: wholly above it, or in the same line left of it."""
    if a["part"] != b["part"]:
        return False
    above = b["bottom"] <= a["top"]
    same = abs(a["middle"] - b["middle"]) < 8
    return bool(above or (same and b["right"] <= a["left"]))


@pytest.mark.slow
def test_what_opens_over_a_page_is_accessible_and_closes_by_escape(browser: Browser, stage: Stage) -> None:
    with scene(browser, stage, "agent", "en", name="opened") as me:
        tab = me.page
        for path in pages_of(stage):
            me.visit.go(path)
            for key, opener, opened in OPENED:
                if key:
                    tab.locator("h1").click()
                    tab.locator("main a[href]:visible, main button:visible").first.focus()
                    before = tab.evaluate_handle("document.activeElement")
                    tab.keyboard.press(key)
                else:
                    before = tab.evaluate_handle("place => document.querySelector(place)", opener)
                    tab.locator(opener).press("Enter")
                expect(tab.locator(opened)).to_be_visible()
                assert not inaccessible(tab), (path, opened)
                me.step(opened.strip(".#"))
                tab.keyboard.press("Escape")
                expect(tab.locator(opened)).to_be_hidden()
                assert tab.evaluate("before => document.activeElement === before", before), (path, opened)


def test_the_navigation_of_a_narrow_window_opens_and_closes_by_keys(browser: Browser, stage: Stage) -> None:
    with scene(browser, stage, "agent", "en", name="drawer", viewport={"width": 800, "height": 700}) as me:
        tab = me.page
        tab.locator(".drawer").press("Enter")
        expect(tab.locator("#nav")).to_be_visible()
        assert not inaccessible(tab)
        me.step("open")
        tab.keyboard.press("Escape")
        expect(tab.locator("#nav")).to_be_hidden()
        expect(tab.locator(".drawer")).to_be_focused()


def test_the_desk_can_be_installed(browser: Browser, stage: Stage) -> None:
    with scene(browser, stage, "agent", "ru", name="app") as me:
        wire = me.page.context.new_cdp_session(me.page)
        told = wire.send("Page.getAppManifest")
        assert not told["errors"], told["errors"]
        manifest = json.loads(told["data"])
        assert manifest["display"] == "standalone"
        assert manifest["name"] == "Служба поддержки"
        assert (manifest["start_url"], manifest["scope"]) == ("/start", "/")
        for icon in manifest["icons"]:
            answer = me.page.request.get(f"{stage.address}{icon['src']}")
            assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, icon["type"])
        missing = [told["errorId"] for told in wire.send("Page.getInstallabilityErrors")["installabilityErrors"]]
        assert missing == ["in-incognito"]  # which is how tests browse
