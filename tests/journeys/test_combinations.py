"""Plugins in every combination of two: the desk migrates, starts, opens tickets, works and shows its pages."""

from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.app import HOUSE, build
from itsm.core.db import make_engine
from itsm.core.errors import DeskError
from itsm.core.tickets.verbs import add_comment, move_ticket, open_ticket
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.work.jobs import drain
from itsm.core.work.jobs.clockwork import fire_schedules
from itsm.core.work.session import Database
from itsm.core.work.verbs import count_calls
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.lineages import indexed_fields, lineages
from itsm.plugins.machinery.members import Member, load
from itsm.plugins.machinery.migrate import pending
from itsm.plugins.machinery.migrate.apply import migrate
from itsm.plugins.testing.projects import members_of
from itsm.plugins.testing.sample import Sample, fill
from itsm.plugins.testing.visitors import enter
from itsm.plugins.testing.worlds import Clock
from tests.fixtures import INCIDENTS, MONITORING, TESTER, settings_for
from tests.journeys.combinations import covering

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "examples").glob("*/pyproject.toml"))
NAMES = ("incidents", "monitoring", *(folder.name for folder in FOLDERS))
# Who needs another one is never there without it.
NEEDS = {"monitoring": "incidents"}
SETS = [names | {NEEDS[name] for name in names & NEEDS.keys()} for names in covering(NAMES)]
EVERYWHERE = [(names, "sqlite") for names in SETS] + [(names, "postgresql") for names in SETS[:2]]


@given(st.integers(min_value=2, max_value=40))
def test_every_two_meet_in_every_way_in_few_sets(number: int) -> None:
    names = [f"p{n}" for n in range(number)]
    rows = covering(names)
    for one, other in combinations(names, 2):
        assert {(one in row, other in row) for row in rows} == set(product((True, False), repeat=2))
    assert len(rows) <= 6 + 2 * number.bit_length()


@pytest.fixture(scope="module")
def installed() -> dict[str, Member]:
    """The bundled plugins and the examples, loaded."""
    found = [INCIDENTS, MONITORING, *(member for folder in FOLDERS for member in members_of(folder))]
    return {member.name: load(member) for member in found}


def test_the_array_is_over_everything_that_is_installed_here(installed: dict[str, Member]) -> None:
    bundled = {path.parent.name.removeprefix("itsm_") for path in (ROOT / "plugins").glob("*/itsm_*/hooks.py")}
    assert set(installed) == set(NAMES) == set().union(*SETS) >= bundled
    assert {member.fault for member in installed.values()} == {""}


@pytest.mark.parametrize(
    ("names", "database_url"),
    EVERYWHERE,
    ids=[f"{'+'.join(sorted(names)) or 'none'}-{engine}" for names, engine in EVERYWHERE],
    indirect=["database_url"],
)
def test_a_desk_of_this_combination_starts_and_lives(
    names: frozenset[str], database_url: str, installed: dict[str, Member], tmp_path: Path
) -> None:
    members = [installed[name] for name in sorted(names)]
    engine = make_engine(database_url)
    migrate(engine, lineages([*HOUSE, *members]))
    engine.dispose()
    clock = Clock()
    settings = settings_for(tmp_path, database_url, strict="1")
    database = Database(database_url)
    try:
        desk, app = build(settings, sorted(names), database=database, clock=clock, members=members)
        migrate(database.engine, [], indexed_fields(desk.registry))
        assert pending(database.engine, lineages(desk.members)) == []
        sample = fill(desk)
        numbers = [live(desk, sample, clock, kind) for kind in desk.registry.kinds]
        assert desk.faults.take() == []
        browser = enter(app, "admin")
        paths = ["/", "/plugins", *(f"/tickets/{number}" for number in numbers)]
        paths += [r.rule for r in app.url_map.iter_rules() if r.rule.startswith("/p/") and not r.arguments]
        answers = {path: browser.get(path).status_code for path in paths}
        assert answers == dict.fromkeys(paths, 200)
        assert desk.faults.take() == []
    finally:
        database.dispose()


def live(desk: Desk, sample: Sample, clock: Clock, kind: str) -> int:
    """Open a ticket, comment it, go every way that is open, and let a night pass."""
    agent = sample.act(desk, "agent")
    with desk.unit_of_work(agent) as uow:
        number = open_ticket(uow, kind=kind, title="Сбой").id
        add_comment(uow, number=number, body="Смотрю")
    for way in ways(desk, kind):
        try:
            with desk.unit_of_work(agent) as uow:
                move_ticket(uow, number=number, transition=way)
        except DeskError:
            continue
    for _ in range(2):
        with desk.unit_of_work(TESTER) as uow:
            fire_schedules(uow, desk.registry.schedules.values())
        drain(desk)
        clock.forward(days=1)
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert count_calls(uow).get("dead", 0) == 0
    return number


def ways(desk: Desk, kind: str) -> Sequence[str]:
    """The transitions of a kind."""
    with desk.unit_of_work(TESTER, write=False) as uow:
        return list(workflow_of(uow, kind)[1].transitions)
