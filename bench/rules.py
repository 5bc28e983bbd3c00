"""A list of 100 rules over one ticket and beside the bare engine, what it adds to an opening; calendars over years."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.desks import databases
from itsm.blocks.calendars.rules import add, open_seconds
from itsm.blocks.calendars.verbs import calendar
from itsm.blocks.rules.rules.findings import findings
from itsm.blocks.rules.rules.run import run
from itsm.blocks.rules.verbs import compiled
from itsm.blocks.rules.verbs.opening import NAME, read_draft
from itsm.core.act import Act, system
from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.hookspecs.guards import Draft
from itsm.core.tickets.values import COLUMNS
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.real import real_desk

RULES, ROUNDS, OPENED, BLOCKS = 100, 300, 20, 6
ACT = Act(system("bench"), channel="bench")
WORDS = "Не печатает принтер в переговорной на третьем этаже, " * 20


def body() -> dict[str, Any]:
    """Rules as desks write them: words, marks, fields, a comparison; one in ten matches."""
    made = []
    for n in range(RULES):
        when = f"words.contains('слово {n}') && kind == 'incident' && (premium || priority == null)"
        if n % 10 == 0:
            when = f"words.contains('принтер') && fields[\"incidents.impact\"] == null && source != 'mail{n}'"
        made.append({"key": f"r{n}", "label": {"en": f"Rule {n}"}, "when": when, "then": {"topic": "hardware.printer"}})
    return {"rules": made}


def median(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Milliseconds of one round."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def lists(uow: UnitOfWork) -> None:
    """One list over one ticket, beside the same conditions in the bare engine."""
    rules = compiled(uow, NAME, save_document(uow, name=f"rules.{NAME}", body=body(), reason="bench").body)
    values = {**dict.fromkeys(COLUMNS), "title": "Принтер", "description": WORDS, "source": "web", "premium": True}
    draft = Draft("incident", values)
    read, fields = read_draft(uow, draft, rules.reads)

    def bare() -> None:
        context = rules.engine.context({**read, "fields": fields})
        for rule in rules.rules:
            rule.program.execute(context)

    def whole() -> None:
        run(rules, *read_draft(uow, draft, rules.reads))

    def traced() -> None:
        run(rules, *read_draft(uow, draft), trace=True)

    print(f"{RULES} rules over one ticket: {median(whole):.3f} ms, traced {median(traced):.3f} ms")
    print(f"the same conditions in the bare engine: {median(bare):.3f} ms")
    print(f"findings of {RULES} rules: {median(lambda: findings(rules), 5):.1f} ms")


def opened(uow: UnitOfWork) -> float:
    """The median time to open a ticket, in milliseconds."""
    number = iter(range(OPENED))
    return median(lambda: open_ticket(uow, kind="incident", title=f"Принтер {next(number)}", description=WORDS), OPENED)


def opening(desk: Desk) -> None:
    """Opening a ticket with no rules and with a hundred, in turn."""
    times: dict[int, list[float]] = {0: [], RULES: []}
    for _ in range(BLOCKS):
        for count in times:
            with desk.unit_of_work(ACT) as uow:
                given = {"rules": body()["rules"][:count]}
                revision = save_document(uow, name=f"rules.{NAME}", body=given, reason="bench")
                activate_document(uow, revision_id=revision.id)
            with desk.unit_of_work(ACT) as uow:
                open_ticket(uow, kind="incident", title="Принтер", description=WORDS)
                times[count].append(opened(uow))
    bare, ruled = (statistics.median(found) for found in times.values())
    print(f"opening a ticket: {bare:.2f} ms without rules, {ruled:.2f} ms with {RULES}")


def calendars(uow: UnitOfWork) -> None:
    """Office hours over ten years."""
    office = calendar(uow, "office")
    start, end = datetime(2016, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    office.years.clear()
    started = time.perf_counter()
    open_seconds(office, start, end)
    first = (time.perf_counter() - started) * 1000
    again = median(lambda: open_seconds(office, start, end)) * 1000
    adding = median(lambda: add(office, end, 8 * 3600)) * 1000
    print(f"open time of ten years: {first:.0f} ms the first time, then {again:.1f} µs; adding 8 hours {adding:.1f} µs")


def measure(url: str) -> None:
    """All parts on one database."""
    with tempfile.TemporaryDirectory() as folder, real_desk(url, Path(folder)) as desk:
        for part in (lists, calendars):
            with desk.unit_of_work(ACT) as uow:
                part(uow)
        opening(desk)


def main() -> None:
    """Measure on both databases."""
    with databases() as makers:
        for name, maker in makers.items():
            print(f"-- {name}")
            with maker() as url:
                measure(url)


if __name__ == "__main__":
    main()
