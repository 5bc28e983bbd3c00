"""Pages against the JSON API's answers, with 190,000 tickets: 2× of what the API takes for the same data is the bound.

The same data: of a list its rows and the counts that stand above it, of a ticket the ticket and its history, and the
answers that stand ready for it.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

from flask.testing import FlaskClient

from bench.desks import Measured, databases, filled, medians
from itsm.core.tickets.verbs import add_comment, open_ticket
from itsm.plugins.testing.visitors import enter

ROUNDS, REPEATS, BOUND = 9, 5, 2.0
LISTS = {
    "unfinished": "state_category=unfinished",
    "of a group": "state_category=unfinished&team={team}",
    "all": "state_category=all",
}
UNFINISHED = "state_category=unfinished"
COUNTED = (f"{UNFINISHED}&assignee=me", UNFINISHED, f"{UNFINISHED}&assignee=none", "state_category=resolved", "")
COMMENTS = 20
Asked = Sequence[str]


def timed(get: Callable[[str], int], paths: Asked) -> float:
    """The median of some repeats, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        for path in paths:
            if get(path) != 200:
                raise SystemExit(f"{path} is refused")
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def questions(measured: Measured) -> dict[str, tuple[Asked, str]]:
    """what is asked → (what the API is asked for, the page)."""
    found = {}
    counts = [f"/api/v1/tickets/count?{query}" for query in COUNTED]
    for name, query in LISTS.items():
        asked = query.format(team=measured.sample.teams["l1"].id)
        rows = f"/api/v1/tickets?{asked.replace('state_category=all', '')}"
        found[f"{name}, the rows alone"] = ((rows,), f"/?{asked}")
        found[f"{name}, with the counts"] = ((rows, *counts), f"/?{asked}")
    number = talked_about(measured)
    ticket = f"/api/v1/tickets/{number}"
    told, page = (ticket, f"{ticket}/events"), f"/tickets/{number}"
    found[f"a ticket with {COMMENTS} messages"] = (told, page)
    found["the same, with ready answers"] = ((*told, f"/api/v1/answers?ticket={number}"), page)
    return found


def talked_about(measured: Measured) -> int:
    """The number of a ticket with a conversation."""
    act = measured.sample.act(measured.desk, "agent")
    requester = measured.sample.people["requester"].id
    with measured.desk.unit_of_work(act) as uow:
        number = open_ticket(uow, kind="incident", title="It broke", source="web", requested_for=requester).id
    for place in range(COMMENTS):
        with measured.desk.unit_of_work(act) as uow:
            add_comment(uow, number=number, body=f"Text **{place}** of words. " * 10, public=bool(place % 2))
    return number


def compare(measured: Measured) -> dict[str, tuple[float, float, float]]:
    """what is asked → (API ms, page ms, median of the ratios); the two in turn, so that both meet the same machine."""
    browser, client = enter(measured.app, "agent"), measured.app.test_client()
    of_api, of_page = _api(client, measured.sample.tokens["agent"]), lambda path: browser.get(path).status_code
    found = {}
    for name, (asked, page) in questions(measured).items():
        timed(of_api, asked), timed(of_page, (page,))
        found[name] = medians([(timed(of_api, asked), timed(of_page, (page,))) for _ in range(ROUNDS)])
    return found


def _api(client: FlaskClient, token: str) -> Callable[[str], int]:
    return lambda path: client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def main(report: Callable[[str], None] = print) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", default="sqlite,postgresql")
    parser.add_argument("--tickets", type=int, default=190_000)
    given = parser.parse_args()
    report("| database | list | API (ms) | page (ms) | ratio | at most |\n|---|---|---|---|---|---|")
    with databases(tuple(given.on.split(","))) as makers:
        for name, maker in makers.items():
            with maker() as url, filled(url, given.tickets) as measured:
                for title, (api, page, ratio) in compare(measured).items():
                    report(f"| {name} | {title} | {api:.2f} | {page:.2f} | {ratio:.2f} | {BOUND:.0f} |")


if __name__ == "__main__":
    main()
