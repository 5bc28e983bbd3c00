"""Route × who asks: `python -m tests.access.matrix` writes `matrix.txt` anew, a test compares it with the desk.

A number is the answer's status, `in` the way to the sign-in page, `·` that this door is not theirs.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from itsm.core.people.models import Address
from itsm.core.web.edge import cookie_name
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.worlds import World, new_world
from tests.access.cast import TOKENS, Cast, engage
from tests.access.requests import Order, orders, sent, variables
from tests.fixtures import INCIDENTS

FILE = Path(__file__).with_name("matrix.txt")
# Who asks, and what the column is called. All things are of acme, whose requester asked for the ticket.
PEOPLE = {
    "": "anon", "requester": "own", "stranger": "other", "supervisor": "superv", "scoped": "scoped",
    "elsewhere": "elsewh", "member": "team", "outsider": "team2", "agent": "agent", "head": "head", "admin": "admin",
    "disabled": "disabl", "roleless": "norole",
}  # fmt: skip
SAFE = ("GET",)
FIRST = {"int": 1}  # what stands for a variable that no order names
NO_TOKEN = "nocsrf"  # an administrator's form without the token of their session


@dataclass(frozen=True, slots=True)
class Route:
    """A route with one method and one order."""

    rule: str
    method: str
    order: Order

    @property
    def api(self) -> bool:
        """Whether tokens are asked, not sessions."""
        return self.rule.startswith("/api/")

    @property
    def name(self) -> str:
        """As its row begins."""
        return f"{self.method:6} {self.rule}" + (f" ({self.order.note})" if self.order.note else "")


def routes(app: Flask, ids: Mapping[str, int]) -> Iterator[Route]:
    """Every route of the desk, the API first."""
    known = orders(ids)
    found = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    for rule, method in sorted(found, key=lambda one: (not one[0].startswith("/api/"), one)):
        if method not in ("HEAD", "OPTIONS"):
            for order in known.get(f"{method} {rule}", (Order(),)):
                yield Route(rule, method, order)


class Asking:
    """Asks routes as everybody, and undoes what each order did."""

    def __init__(self, world: World, cast: Cast) -> None:
        self.world, self.cast = world, cast
        self.ids = {**cast.ids, "member": world.sample.people["member"].id, "address": _address(world, cast)}
        self.doors = {name: self._door(name) for name in ("", *cast.browsers)}

    def _door(self, name: str) -> tuple[dict[str, str], str]:
        """The cookies of somebody's browser, and the token of its forms."""
        if name == "":
            client = self.world.app.test_client()
            page = client.get("/sign-in")
        else:
            client = self.cast.browsers[name].client
            page = client.get("/account")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        names = (cookie_name(self.world.desk.settings), self.world.app.config["SESSION_COOKIE_NAME"])
        cookies = {name: cookie.value for name in names if (cookie := client.get_cookie(name))}
        return cookies, found.group(1) if found else ""

    def ask(self, route: Route, who: str, *, csrf: bool = True) -> str:
        """The short code of the answer."""
        return _code(self.answer(route, who, csrf=csrf))

    def answer(self, route: Route, who: str, *, csrf: bool = True) -> TestResponse:
        """The answer; whatever it did is undone."""
        client, more = self.world.app.test_client(), sent(route.order, api=route.api)
        headers = {"X-Request-Id": "matrix"} | ({"If-Match": "*"} if route.method == "PATCH" else {})
        if route.api:
            headers |= {"Authorization": f"Bearer {self.cast.tokens[who]}"} if who else {}
        else:
            self._enter(client, who, more if csrf and route.method not in SAFE else None)
        savepoint = self.world.connection.begin_nested()
        try:
            answer = client.open(self._path(route), method=route.method, headers=headers, buffered=True, **more)
        finally:
            savepoint.rollback()
            self.world.desk.faults.take()
        if route.method not in SAFE and answer.status_code < 400:  # what is kept of documents may be of what was undone
            self.world.desk.registry.revisions.clear()
            self.world.desk.registry.parsed.clear()
        return answer

    def _enter(self, client: FlaskClient, who: str, form: dict[str, Any] | None) -> None:
        cookies, token = self.doors[who]
        for key, value in cookies.items():
            client.set_cookie(key, value)
        if form is not None:
            form["data"] = {"csrf_token": token, **form.get("data", {})}

    def _path(self, route: Route) -> str:
        values = {**variables(self.ids), **route.order.where}
        path = re.sub(
            r"<(?:([^:<>]+):)?(\w+)>", lambda found: str(values.get(found[2], FIRST.get(found[1]))), route.rule
        )
        return f"{path}?{route.order.query}" if route.order.query else path

    def row(self, route: Route) -> str:
        """The row of a route."""
        people = [self.ask(route, who) for who in PEOPLE]
        tokens = [self.ask(route, who) if route.api else "·" for who in TOKENS]
        form = not route.api and route.method not in SAFE
        return _line(route.name, [*people, *tokens, self.ask(route, "admin", csrf=False) if form else "·"])


def _address(world: World, cast: Cast) -> int:
    with world.desk.unit_of_work(TESTER, write=False) as uow:
        return uow.session.scalars(select(Address.id).where(Address.person_id == cast.ids["person"])).first() or 0


def _code(answer: TestResponse) -> str:
    to_sign_in = answer.status_code == 302 and answer.headers.get("Location", "").startswith("/sign-in")
    return "in" if to_sign_in else str(answer.status_code)


def _line(name: str, codes: list[str]) -> str:
    return f"{name:96}" + "".join(f"{code:>7}" for code in codes).rstrip()


def matrix(world: World, cast: Cast) -> list[str]:
    """All lines of the file."""
    asking = Asking(world, cast)
    head = _line("", [*PEOPLE.values(), *(name.removeprefix("t:") for name in TOKENS), NO_TOKEN])
    return [head, *(asking.row(route) for route in routes(world.app, asking.ids))]


def write() -> None:
    """Write the file anew, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with new_world(f"sqlite:///{place / 'desk.sqlite3'}", place, [INCIDENTS]) as world:
            FILE.write_text("\n".join(matrix(world, engage(world))) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
