"""A real desk behind a real server, and Debian's chromium in front of it."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright
from werkzeug.serving import make_server

import itsm_incidents.models  # the tables of the plugin, before they are created
from itsm.app import build
from itsm.core.work.session import Database
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import INCIDENTS, Sample, fill, settings_for
from tests.real import make_tables

assert itsm_incidents.models.Wait
REFRESHES = 16_000  # a little more than the interval at which pages refresh themselves, in milliseconds
PATIENCE = 30_000  # milliseconds; Playwright waits as long for actions, and a busy machine shall fail nothing
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Site:
    """A desk that a browser can visit."""

    address: str
    desk: Desk
    sample: Sample


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of a server that runs in a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="site")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def desk_at(folder: Path, **settings: str) -> Iterator[Site]:
    """A desk on SQLite with the sample people, behind a server."""
    url = f"sqlite:///{folder / 'site.sqlite3'}"
    make_tables(url)
    database = Database(url)
    given = settings_for(folder, url, timezone="Europe/Moscow", **settings)
    desk, app = build(
        given, ["incidents"], database=database, clock=lambda: datetime.now(UTC), members=[INCIDENTS]
    )  # fmt: skip
    sample = fill(desk)
    with serving(app) as address:
        yield Site(address, desk, sample)
    database.dispose()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A desk for this module."""
    with desk_at(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no browser: there is no `chromium` on this machine (apt install chromium)")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """One window, and everything it complained about."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def hold(self, addresses: str) -> list[Route]:
        """Keep the answers to these addresses back; what is held comes into the list, to be continued."""
        held: list[Route] = []
        self.page.route(addresses, lambda route: held.append(route))  # Playwright marks its handlers: no bound method
        return held

    def go(self, path: str) -> None:
        """Open a page of the desk."""
        self.page.goto(self.address + path)

    def sign_in(self, name: str) -> None:
        """Sign in as one of the sample people."""
        self.go("/sign-in")
        self.page.fill("#login", f"{name}@example.org")
        self.page.fill("#password", f"password of {name}")
        self.page.press("#password", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def is_too_wide(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def save(self, folder: Path, name: str) -> None:
        """A picture, for people who want to look."""
        self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


@contextmanager
def visiting(browser: Browser, site: Site, **context: object) -> Iterator[Visit]:
    """A new window; whatever its console or the content policy complains about fails the test."""
    opened = browser.new_context(**context)  # type: ignore[arg-type]
    page = opened.new_page()
    visit = Visit(page, site.address)

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visit.complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    opened.close()
    assert not visit.complaints, visit.complaints
