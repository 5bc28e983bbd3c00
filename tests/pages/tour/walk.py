"""Walks the tour in Chromium: a stop in one language, one theme and one width, and what is wrong with it there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from itsm.core.access.models import LoginSession
from itsm.core.web.edge import LANGUAGE_COOKIE
from tests.fixtures import TESTER
from tests.pages.browser import Visit, serving
from tests.pages.tour.furniture import app_of, speaks, toured
from tests.pages.tour.stops import Stop
from tests.security.furnished import Furnished

HERE = Path(__file__).parent
LOOK_CLOSELY, READ = (HERE.joinpath(name).read_text() for name in ("look.js", "words.js"))
UNFOLD = "for (const each of document.querySelectorAll('main details')) each.open = true"
SEND = """([action, values]) => {
  const form = [...document.querySelectorAll("form[method=post]")].find((f) => new URL(f.action).pathname === action);
  form.noValidate = true;
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  form.requestSubmit();
}"""
FORGOTTEN = "second"  # signed in so long ago that dangerous pages ask once more
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Words that are the same in every language; addresses, names of files and of keys on the keyboard are cut out before.
SPOKEN = (
    "API CSV YAML JSON HTTP HTTPS URL SLA CEL ID IP UTC RU EN RUB OpenID Connect PIN Markdown JavaScript Chrome Linux "
    "Ctrl Enter Esc SQLAlchemy SQLite Redis Valkey XLSX"
)
# And what names itself: the two languages, a token of the sample, keys of a document and of a plugin, words to type,
# the devices of the gallery.
ANYWHERE = frozenset(SPOKEN.split()) | {
    "English", "Русский", "tests", "entries", "incidents", "me", "none", "ThinkPad", "Epson", "EB", "NB", "HP",
    "LaserJet",
}  # fmt: skip
# Addresses and names with dots, what stands in braces for a value, values in single quotes.
NO_WORDS = re.compile(r"\{\{.*?\}\}|'\w+'|\S*[@/_.=:]\S*\w|\b\w+\.\w+\b")
WORD = {"ru": re.compile(r"[A-Za-z]{2,}"), "en": re.compile(r"[А-Яа-яЁё]{2,}")}


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at."""

    language: str
    theme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


LOOKS = tuple(Look(*each) for each in product(("ru", "en"), ("light", "dark"), (390, 1024, 1600)))


@dataclass
class Tour:
    """The desk and a window for everybody who looks at it."""

    browser: Browser
    address: str
    made: Furnished
    windows: dict[str, Visit] = field(default_factory=dict)

    def show(self, stop: Stop, look: Look) -> Page:
        """The page of a stop."""
        visit = self.window(stop.who)
        visit.complaints.clear()
        page = visit.page
        if stop.who:
            speaks(self.made, stop.who, look.language)
        else:
            page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": look.language, "url": self.address}])
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.theme)  # type: ignore[arg-type]
        page.goto("about:blank")  # what the page before was still about ends with it
        visit.go(stop.path.format_map({name: values[0] for name, values in self.made.places.items()}))
        if stop.sends[0]:
            self._send(page, stop)
        return page

    def window(self, who: str) -> Visit:
        """The window of somebody, or of nobody; signed in."""
        return self.windows.get(who) or self._enter(who)

    def _enter(self, who: str) -> Visit:
        page = self.browser.new_context(locale="en-US").new_page()
        visit = self.windows[who] = Visit(page, self.address)
        page.on("console", lambda m: visit.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        if who:
            visit.sign_in(who)
        if who == FORGOTTEN:
            with self.made.desk.unit_of_work(TESTER) as uow:
                mine = LoginSession.person_id == self.made.world.sample.people[who].id
                uow.session.execute(update(LoginSession).where(mine).values(confirmed_at=uow.now - timedelta(days=1)))
        return visit

    def _send(self, page: Page, stop: Stop) -> None:
        """Send a form that will be refused; the page says so where it can be found."""
        action, values = stop.sends
        places = {name: known[0] for name, known in self.made.places.items()}
        page.evaluate(SEND, [action.format_map(places), dict(values)])
        page.wait_for_selector("main [role=alert]:visible, main [aria-invalid=true]:visible", state="attached")

    def wrong(self, stop: Stop, look: Look) -> list[str]:
        """What is wrong with this stop."""
        page = self.show(stop, look)
        found = [*page.evaluate(LOOK_CLOSELY)]
        page.evaluate(UNFOLD)
        found += [line for line in page.evaluate(LOOK_CLOSELY) if line not in found]
        found += untranslated(page.evaluate(READ), look.language)
        found += inaccessible(page)
        found += [f"the console says: {text}" for text in self.windows[stop.who].complaints if not _is_status(text)]
        return [f"{stop.name} ({look}): {line}" for line in found]


def untranslated(said: list[list[str]], language: str) -> list[str]:
    """The sentences of a page that are in the other language; its data are Greek."""
    found = {}
    for where, text in said:
        left = {word for word in WORD[language].findall(NO_WORDS.sub(" ", text))} - ANYWHERE
        if left:
            found[text] = f"not in {language}: {' '.join(sorted(left))[:60]} in <{where}> “{text[:80]}”"
    return list(found.values())


def inaccessible(page: Page) -> list[str]:
    """What axe finds, by rule and place."""
    answer: Any = Axe().run(page, options={"runOnly": list(WCAG), "resultTypes": ["violations"]}).response
    return [
        f"axe: {each['id']} ({each['impact']}): {node['html'][:140]} {_reason(node)}"
        for each in answer["violations"]
        for node in each["nodes"][:3]
    ]


def _reason(node: dict[str, Any]) -> str:
    told = [*node["any"], *node["all"], *node["none"]]
    return str(told[0]["message"])[:160] if told else ""


def _is_status(text: str) -> bool:
    """The browser says so of every page that is a refusal, which is what was asked for."""
    return (
        text.startswith("Failed to load resource: the server responded with a status of 4") or "status of 500" in text
    )


@contextmanager
def touring(browser: Browser, folder: Path) -> Iterator[Tour]:
    """A tour of a desk that is made in this folder."""
    with toured(folder) as made, serving(app_of(made)) as address:
        tour = Tour(browser, address, made)
        yield tour
        for visit in tour.windows.values():
            visit.page.context.close()
