"""What a field costs: its look-up and validation in an act, for a text and for choices; and its conditions."""

import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from itsm.app import build
from itsm.core.act import Act, system
from itsm.core.fields.conditions import Standing, missing
from itsm.core.fields.verbs import clean_fields
from itsm.core.hookspecs.declarations import Choice, Field, When
from itsm.core.work.session import Database
from tests.fixtures import INCIDENTS, settings_for
from tests.real import make_tables

ROUNDS, CALLS, LIMIT = 15, 2_000, 20.0
LABEL = {"en": "A field", "ru": "Поле"}
CODES = [Choice(f"code_{n}", LABEL) for n in range(30)]
FIELDS = [
    Field("desk.text", "text", LABEL),
    Field("desk.choice", "choice", LABEL, choices=CODES),
    Field("desk.money", "money", LABEL),
    *(Field(f"desk.more_{n}", "text", LABEL, mandatory=[When(kinds=["change"])]) for n in range(40)),
]
GIVEN: Mapping[str, Any] = {
    "text": {"desk.text": "Касса не открывается"},
    "choice of 30": {"desk.choice": "code_29"},
    "choice of a document": {"incidents.impact": "high"},
    "money": {"desk.money": {"amount": "1250.50", "currency": "RUB"}},
}


def main() -> None:
    """Microseconds for one field, the median of the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/desk.sqlite3"
        make_tables(url)
        settings = settings_for(Path(folder), url)
        desk, _ = build(settings, ["incidents"], database=Database(url), members=[INCIDENTS], fields=FIELDS)
        with desk.unit_of_work(Act(system("bench")), write=False) as uow:
            for name, values in GIVEN.items():
                cost = _median(lambda values=values: clean_fields(uow, "ticket", values))
                print(f"{name:22} {cost:6.1f} µs {'' if cost < LIMIT else f'over {LIMIT:g}'}")
        declared, at = {field.name: field for field in FIELDS}, Standing(kind="incident")
        print(f"conditions of {len(FIELDS)} fields {_median(lambda: missing(declared, at)):6.1f} µs a ticket")


def _median(call: Any) -> float:
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(CALLS):
            call()
        rounds.append((time.perf_counter() - started) / CALLS * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    main()
