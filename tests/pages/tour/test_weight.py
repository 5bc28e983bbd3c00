"""What the first sight of each page costs: at most 150 KB over the wire and 12 requests, with nothing in the cache."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.pages.browser import browser
from tests.pages.tour.stops import STOPS, Stop
from tests.pages.tour.walk import Look, Tour, touring

__all__ = ["browser"]
BYTES, REQUESTS = 150_000, 12
LATER = "/vendor/cytoscape"  # what draws graphs is asked for by a script once the page is shown
TWO_FRAMES = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
LOOK = Look("ru", "light", 1600)


@pytest.fixture(scope="module")
def tour(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """The furnished desk and windows on it."""
    with touring(browser, tmp_path_factory.mktemp("weight")) as made:
        yield made


def weighed(tour: Tour, stop: Stop) -> tuple[int, int]:
    """(bytes on the wire with headers, requests) until all that was asked for is there."""
    page = tour.window(stop.who).page
    wire = page.context.new_cdp_session(page)
    asked: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def begun(event: Any) -> None:
        asked[event["requestId"]] = event["request"]["url"]

    def ended(event: Any) -> None:
        sizes[event["requestId"]] = int(event.get("encodedDataLength", 0))

    wire.on("Network.requestWillBeSent", begun)
    wire.on("Network.loadingFinished", ended)
    wire.on("Network.loadingFailed", ended)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    tour.show(stop, LOOK)
    page.evaluate(TWO_FRAMES)
    while asked.keys() - sizes.keys():
        page.wait_for_timeout(10)
    wire.detach()
    first = [id_ for id_, url in asked.items() if url.startswith("http") and LATER not in url]
    return sum(sizes.get(id_, 0) for id_ in first), len(first)


@pytest.mark.slow
def test_no_page_is_heavy(tour: Tour) -> None:
    found = {stop.name: weighed(tour, stop) for stop in STOPS if not stop.sends[0]}
    for name, (size, requests) in sorted(found.items(), key=lambda one: -one[1][0]):
        print(f"{name:24} {size / 1000:6.1f} KB {requests:3} requests")
    heavy = {name: cost for name, cost in found.items() if cost[0] > BYTES or cost[1] > REQUESTS}
    assert not heavy
    assert min(requests for _, requests in found.values()) >= 4, "nothing was measured"
