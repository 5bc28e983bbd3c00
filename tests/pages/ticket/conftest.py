"""The window of an agent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.pages.browser import Site, Visit, browser, site, visiting

__all__ = ["browser", "site"]


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[Visit]:
    """The agent's window."""
    with visiting(browser, site, locale="en-US", viewport={"width": 1280, "height": 900}) as visit:
        visit.sign_in("agent")
        yield visit
