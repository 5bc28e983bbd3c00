"""Every page, as everybody sees it: nothing cut, nothing in the wrong language, nothing that a screen reader misses."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from tests.fixtures import World
from tests.pages.browser import browser
from tests.pages.tour.stops import NO_PAGES, STOPS
from tests.pages.tour.walk import LOOKS, Look, Tour, touring

__all__ = ["browser"]
EVERYBODY = sorted({stop.who for stop in STOPS})


@pytest.fixture(scope="module")
def tour(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """The furnished desk and windows on it."""
    with touring(browser, tmp_path_factory.mktemp("tour")) as made:
        yield made


def test_every_page_is_on_the_list(world: World) -> None:
    router = world.app.url_map.bind("localhost")
    shown = set()
    for stop in STOPS:
        path = stop.path.split("?")[0].format_map(_Ones())
        try:
            shown.add(router.match(path, method="GET")[0])
        except HTTPException:
            continue
    rules = [rule for rule in world.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = {rule.endpoint: rule.rule for rule in rules if not rule.rule.startswith("/api/")}
    missing = {endpoint: rule for endpoint, rule in pages.items() if endpoint not in shown and endpoint not in NO_PAGES}
    assert not missing, f"put these on the list in tests/pages/tour/stops.py: {missing}"
    assert set(NO_PAGES) <= set(pages), "NO_PAGES names what is no more"


class _Ones(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1"


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who or "nobody")
def test_every_page_is_in_order(tour: Tour, who: str) -> None:
    wrong = []
    for number, stop in enumerate(STOPS):
        if stop.who == who:
            wrong += tour.wrong(stop, LOOKS[number * 5 % len(LOOKS)])
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_is_in_order_in_every_look(tour: Tour, look: Look) -> None:
    wrong = [line for stop in STOPS for line in tour.wrong(stop, look)]
    assert not wrong, "\n".join(wrong)
