"""Canaries in every text of every object: opened in Chromium on every page, none of them runs, and all read as text."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from itsm.core.access.models import Passkey
from tests.fixtures import TESTER
from tests.pages.browser import Visit, browser, serving
from tests.security.furnished import Furnished, standing
from tests.security.looks import active
from tests.security.shots import address

assert browser
pytestmark = pytest.mark.slow
SUM = "1787569"  # 1337 × 1337: what a template that evaluates our texts would show
MARK = re.compile(r"c(\d+)(?:\"|'|%22)")
WATCH = """
window.canary = (n) => console.error("canary ran: " + n);
const blocked = (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
document.addEventListener("securitypolicyviolation", blocked);
"""
ALL_TEXT = """() => [document.documentElement.textContent,
  ...[...document.querySelectorAll("*")].flatMap((e) => [...e.attributes].map((a) => a.value)),
  ...[...document.querySelectorAll("input, textarea")].map((e) => e.value)].join("\\n")"""
# Kept, but on no page: what a desk writes down for programs and administrators of the machine.
UNSEEN = {"agent", "browser", "ext", "work note"}


class Canaries:
    """Texts that each carry their own number, as long as the place allows."""

    def __init__(self) -> None:
        self.placed: dict[int, str] = {}
        self._turn = count(1)

    def __call__(self, where: str, longest: int) -> str:
        number = next(self._turn)
        self.placed[number] = where
        return self.text(number)[:longest].strip()

    @staticmethod
    def text(number: int) -> str:
        """Breaks out of attributes, tags and scripts; has links, images and styles of Markdown and HTML."""
        run = f"canary({number})"
        return (
            f"c{number}\"'><svg onload={run}>{{{{1337*1337}}}}${{1337*1337}}"
            f"<img src=//evil.example/{number} onerror={run}>"
            f"[l](javascript:{run}) ![i](http://evil.example/{number}) <a href=javascript:{run}>x</a>\u202e"
            f"</title></textarea></script><script>{run}</script><style>*{{display:none}}</style>"
            f'[d](data:text/html,<script>{run}</script>) <iframe srcdoc="<script>{run}</script>">{{%x%}}{{#y#}}`'
        )


class Site:
    """The furnished desk behind a real server."""

    def __init__(self, address: str, made: Furnished, canaries: Canaries) -> None:
        self.address, self.made, self.canaries = address, made, canaries
        self.router = made.app.url_map.bind("localhost")

    def rule_of(self, path: str) -> Rule | None:
        """The page that an address leads to; None for files, and for what is none."""
        try:
            rule, _ = self.router.match(urlsplit(path).path, method="GET", return_rule=True)
        except HTTPException:
            return None
        return None if rule.rule.startswith(("/api/", "/static/")) else rule


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On SQLite; what is on pages does not depend on the database."""
    canaries = Canaries()
    with standing(tmp_path_factory.mktemp("canaries"), canaries) as made, serving(made.app) as served:
        yield Site(served, made, canaries)


@contextmanager
def watched(browser: Browser, site: Site) -> Iterator[Visit]:
    """A window that notes whatever runs, is blocked, is asked of another host, or complains."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    visit = Visit(page, site.address)
    note = visit.complaints.append
    page.on("console", lambda m: note(f"{page.url}: {m.text}") if _is_complaint(m.text, m.type) else None)
    page.on("pageerror", lambda error: note(f"{page.url}: {error}"))
    page.on("dialog", lambda dialog: (note(f"{page.url}: a dialog {dialog.message}"), dialog.dismiss()))
    page.on(
        "request", lambda r: None if r.url.startswith((site.address, "data:")) else note(f"{page.url} asks {r.url}")
    )
    yield visit
    context.close()


def _is_complaint(text: str, kind: str) -> bool:
    """Everything but that the page itself is one of an error, which is what was asked for."""
    return kind in ("error", "warning") and not text.startswith("Failed to load resource: the server responded")


def walk(visit: Visit, site: Site, seen: set[int], opened: set[str], *, hostile: bool) -> None:
    """Open each page of the routes with what is known of their arguments, then what they link to, two of each kind."""
    rules = [rule for rule in site.made.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    waiting = [address(rule, site.made.places) for rule in rules if site.rule_of(address(rule, site.made.places))]
    if hostile:
        bad = quote(site.canaries.text(0), safe="")
        waiting += [f"{path}?q={bad}&next={bad}&requested_for={bad}&{bad}={bad}" for path in waiting]
        waiting += [f"/{bad}", f"/configuration/{bad}", f"/people/{bad}", f"/tickets/1/{bad}"]
    kinds: Counter[tuple[str, str]] = Counter()
    known = set(waiting)
    for path in waiting:
        rule = site.rule_of(path)
        if not _open(visit.page, site.address + path):
            continue
        assert SUM not in visit.page.content(), path
        assert not active(visit.page.content()), (path, active(visit.page.content()))
        seen |= {int(number) for number in MARK.findall(visit.page.evaluate(ALL_TEXT))}
        opened.add(rule.rule if rule is not None else path[:40])
        for link in visit.page.eval_on_selector_all("a[href^='/']", "links => links.map(a => a.getAttribute('href'))"):
            there = site.rule_of(link)
            kind = (there.rule if there is not None else "", "&".join(sorted(re.findall(r"[?&]([^=&]+)=", link))))
            if there is not None and link not in known and kinds[kind] < 2:
                kinds[kind] += 1
                known.add(link)
                waiting.append(link)


def _open(page: Page, address: str) -> bool:
    """Whether there is a page now; a download is none."""
    try:
        answer = page.goto(address, wait_until="load")
    except Error as error:
        if "Download" in str(error) or "ERR_ABORTED" in str(error):
            return False
        raise
    return answer is not None and "html" in answer.headers.get("content-type", "")


def _plant_passkey(site: Site) -> None:
    """Once its owner is signed in: from then on it is asked for."""
    with site.made.desk.unit_of_work(TESTER) as uow:
        key = Passkey(person_id=site.made.world.sample.people["admin"].id, credential=b"c", public_key=b"k", counter=0)
        key.transports, key.name, key.created_at = [], site.canaries("passkey", 120), uow.now
        uow.session.add(key)


def test_no_canary_runs_on_any_page_for_anybody_and_each_reads_as_text(browser: Browser, site: Site) -> None:
    seen: set[int] = set()
    opened: set[str] = set()
    complaints: list[str] = []
    for who in (None, "requester", "agent", "admin"):
        with watched(browser, site) as visit:
            if who is not None:
                visit.sign_in(who)
            if who == "admin":
                _plant_passkey(site)
            walk(visit, site, seen, opened, hostile=who in (None, "admin"))
            complaints += visit.complaints
    assert not complaints, "\n".join(sorted(set(complaints))[:40])
    unseen = Counter(where for number, where in site.canaries.placed.items() if number not in seen)
    hidden = {where for where, missing in unseen.items() if missing == Counter(site.canaries.placed.values())[where]}
    assert hidden <= UNSEEN, f"on no page: {hidden - UNSEEN}"
    print(f"{len(seen)} of {len(site.canaries.placed)} canaries seen on {len(opened)} kinds of pages")


def test_every_page_route_was_given_something_to_show(site: Site) -> None:
    """A new route joins by itself; one whose arguments nobody knows is named here, for `furnished.py` to give it a
    place."""
    lacking = set()
    for rule in site.made.app.url_map.iter_rules():
        if site.rule_of(address(rule, site.made.places)) is not None and "GET" in (rule.methods or ()):
            lacking |= {f"{rule.rule}: {name}" for name in rule.arguments if name not in site.made.places}
    assert not lacking
