"""The same desk with and without another organisation's data: whoever has nothing to do with it gets equal answers."""

import re
from collections.abc import Iterator, Mapping

import pytest

from itsm.blocks.search.verbs import index_subjects
from itsm.core.access.verbs import add_token
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.worlds import World
from tests.access.cast import Cast
from tests.access.matrix import Asking, Route, routes
from tests.access.neighbours import TAG, WORD, move_in
from tests.access.requests import Order

READERS = ("requester", "supervisor", "scoped", "roleless")
NARROW = {
    "t:reading": ("scoped", ("tickets.read", "tickets.read_all", "people.read")),
    "t:opening": ("scoped", ("tickets.open",)),
}
# What an answer holds of itself alone: the tokens of forms, and the key under which a form counts once.
# The tag of what refreshes itself is keyed: it tells that something happened on the desk, and nothing of it.
OWN = re.compile(r'name="(?:csrf_token|key)" value="[^"]*"|data-live="[^"]*"')
STANDING = re.compile(r'^"[0-9a-f]{20}\.')  # the keyed half of such a tag in its header
# The machine's own state, and pages that offer fresh secrets at every look.
NOT_ASKED = ("/static", "/metrics", "/healthz", "/readyz", "/sign-in", "/account/")
# Pages of one person or of administrators, on which no query finds anything.
UNASKED = ("/account", "/configuration", "/plugins", "/calendars", "/roles", "/tokens", "/jobs", "/api/v1/openapi")
HEADERS = ("ETag", "Location", "Content-Type", "Content-Disposition")


def questions(world: World, asking: Asking, theirs: Mapping[str, int]) -> Iterator[Route]:
    """Every GET route about what is acme's, about what is the neighbours', and with their words in each query."""
    for route in routes(world.app, asking.ids):
        if route.method == "GET" and not route.rule.startswith(NOT_ASKED):
            yield route
            if "<int:" in route.rule:
                yield Route(
                    route.rule, "GET", Order({**route.order.where, **foreign(route.rule, theirs)}, route.order.query)
                )
            elif not route.rule.startswith(UNASKED):
                yield from (Route(route.rule, "GET", Order(route.order.where, query)) for query in queries(theirs))


def parted(one: str, other: str) -> str:
    """Where two answers part, with a little around it."""
    place = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
    return f"{one[max(place - 60, 0) : place + 100]!r} against {other[max(place - 60, 0) : place + 100]!r}"


def foreign(rule: str, theirs: Mapping[str, int]) -> Mapping[str, int]:
    """The variables of an address for what is the neighbours'."""
    person, organisation = theirs["person"], theirs["organisation"]
    about = person if "/people" in rule else organisation if "/organisations" in rule else theirs["ticket"]
    return {
        "number": theirs["ticket"], "person_id": person, "organisation_id": organisation, "id_": about,
        "attachment_id": theirs["file"],
    }  # fmt: skip


def queries(theirs: Mapping[str, int]) -> Iterator[str]:
    """What might be asked of a list, a count, a search or a suggestion."""
    yield from (f"q={word}" for word in (WORD, WORD[:4], "acme", str(theirs["ticket"]), f"%23{theirs['ticket']}"))
    for name in ("organisation", "contact", "requested_for", "assignee", "parent"):
        yield f"{name}={theirs['person'] if name != 'organisation' else theirs['organisation']}"
    yield f"parent={theirs['ticket']}"
    yield from (f"tag={TAG}", f"incidents.supplier_number={WORD}", "premium=true", "incomplete=true", "limit=1")
    yield from (f"email=r@{WORD}.example", "provisional=true", "state_category=closed", "state_category=all")


@pytest.mark.slow
def test_a_neighbours_data_changes_no_answer(world: World, cast: Cast) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        for name, (owner, scopes) in NARROW.items():
            person = world.sample.people[owner].id
            cast.tokens[name] = add_token(uow, person_id=person, name=name, scopes=scopes)
        for kind, ids in (("ticket", ("ticket", "other")), ("person", ("person",)), ("organisation", ("acme",))):
            index_subjects(uow, kind=kind, ids=[cast.ids[name] for name in ids])
    asking = Asking(world, cast)
    moving = world.connection.begin_nested()
    theirs = move_in(world, cast)
    asked = list(questions(world, asking, theirs))
    there = answers(asking, asked)
    moving.rollback()
    away = answers(asking, asked)
    leaks = [f"{one}: {parted(answer, there[one])}" for one, answer in away.items() if there[one] != answer]
    assert not leaks, "\n".join(leaks)


def answers(
    asking: Asking, asked: list[Route], readers: tuple[str, ...] = (*READERS, *NARROW)
) -> dict[tuple[str, str], str]:
    """(who, what was asked) → the whole answer, but for what is its own."""
    found = {}
    for who in readers:
        for route in asked:
            if route.api or who not in NARROW:
                answer = asking.answer(route, who)
                headers = {name: STANDING.sub("", answer.headers.get(name, "")) for name in HEADERS}
                path = f"{route.rule} {dict(route.order.where)} ?{route.order.query}"
                body = OWN.sub("", answer.get_data(as_text=True))
                found[who, path] = f"{answer.status_code} {headers} {body}"
    return found


def test_the_neighbours_are_seen_by_those_who_may(world: World, cast: Cast) -> None:
    """Else the test above would compare nothing with nothing."""
    theirs = move_in(world, cast)
    asking = Asking(world, cast)
    page = asking.answer(Route("/tickets/<int:number>", "GET", Order({"number": theirs["ticket"]})), "admin")
    assert WORD in page.text
    found = asking.answer(Route("/api/v1/search", "GET", Order(query=f"q={WORD}")), "admin").json
    assert {hit["kind"] for hit in found["items"]} == {"ticket", "person", "organisation"}
    merged = asking.answer(Route("/tickets/<int:number>", "GET", Order()), "admin")
    assert f"#{theirs['second']}" in merged.text
