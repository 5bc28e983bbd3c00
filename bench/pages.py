"""The queue's page against the JSON API's answer for the same rows, with 190,000 tickets: 2× is the bound."""

import argparse
import statistics
import time
from collections.abc import Callable

from bench.desks import Measured, databases, filled, medians
from itsm.plugins.testing.visitors import enter

ROUNDS, REPEATS, BOUND = 9, 5, 2.0
LISTS = {
    "unfinished": "state_category=unfinished",
    "of a group": "state_category=unfinished&team={team}",
    "all": "state_category=all",
}


def timed(get: Callable[[], int], wanted: int = 200) -> float:
    """The median of some repeats, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        status = get()
        times.append((time.perf_counter() - started) * 1000)
        if status != wanted:
            raise SystemExit(f"{status} instead of {wanted}")
    return statistics.median(times)


def compare(measured: Measured) -> dict[str, tuple[float, float, float]]:
    """list → (API ms, page ms, median of the ratios); the two in turn, so that both meet the same machine."""
    browser, client = enter(measured.app, "agent"), measured.app.test_client()
    token = {"Authorization": f"Bearer {measured.sample.tokens['agent']}"}
    found = {}
    for name, query in LISTS.items():
        asked = query.format(team=measured.sample.teams["l1"].id)
        api = asked.replace("state_category=all", "")

        def of_api(path: str = f"/api/v1/tickets?{api}") -> int:
            return client.get(path, headers=token).status_code

        def of_page(path: str = f"/?{asked}") -> int:
            return browser.get(path).status_code

        timed(of_api), timed(of_page)
        found[name] = medians([(timed(of_api), timed(of_page)) for _ in range(ROUNDS)])
    return found


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
