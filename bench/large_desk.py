"""Lists and one ticket with 190,000 tickets against 10,000: each within 1.5×, on both databases."""

import argparse
import statistics
import time
from collections.abc import Callable

from flask.testing import FlaskClient

from bench.desks import Measured, databases, filled, medians

SMALL, LARGE, ROUNDS, REPEATS = 10_000, 190_000, 15, 20


def questions(measured: Measured, size: int) -> dict[str, str]:
    """What is asked, by a name for the table."""
    team = measured.sample.teams["l1"].id
    return {
        "newest 50 unfinished of a team": f"/api/v1/tickets?team={team}&category=unfinished",
        "filter on an indexed field": "/api/v1/tickets?incidents.reopened=7",
        "field and state": "/api/v1/tickets?incidents.impact=high&category=unfinished",
        "one ticket": f"/api/v1/tickets/{size // 2}",
    }


def timed(client: FlaskClient, path: str, token: str) -> float:
    """The median of some repeats, in milliseconds."""
    headers = {"Authorization": f"Bearer {token}"}
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        answer = client.get(path, headers=headers)
        times.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
    return statistics.median(times)


def compare(small: Measured, large: Measured) -> dict[str, tuple[float, float, float]]:
    """question → (small ms, large ms, median of the ratios); the two in turn, so that both meet the same machine."""
    clients = small.app.test_client(), large.app.test_client()
    tokens = small.sample.tokens["agent"], large.sample.tokens["agent"]
    asked = questions(small, SMALL), questions(large, LARGE)
    found = {}
    for name in asked[0]:
        pairs = []
        for _ in range(ROUNDS):
            one, other = (timed(clients[i], asked[i][name], tokens[i]) for i in (0, 1))
            pairs.append((one, other))
        found[name] = medians(pairs)
    return found


def main(report: Callable[[str], None] = print) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", default="sqlite,postgresql")
    names = tuple(parser.parse_args().on.split(","))
    report("| database | question | 10,000 (ms) | 190,000 (ms) | ratio |\n|---|---|---|---|---|")
    with databases(names) as makers:
        for name, maker in makers.items():
            with maker() as one, maker() as other, filled(one, SMALL) as small, filled(other, LARGE) as large:
                for question, (a, b, ratio) in compare(small, large).items():
                    report(f"| {name} | {question} | {a:.2f} | {b:.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
