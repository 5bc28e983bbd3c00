"""The kit's desk for the framework's own tests: always on both engines, with the incident process alone."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from itsm.plugins.machinery.members import Member
from itsm.plugins.testing import START, TESTER, Clock, Sample, World
from itsm.plugins.testing.fixtures import rolled_back
from itsm.plugins.testing.sample import fill
from itsm.plugins.testing.worlds import settings_for
from tests.house.writes import watching

INCIDENTS = Member("incidents", "1", "itsm_incidents.hooks")
MONITORING = Member("monitoring", "1", "itsm_monitoring.hooks")

__all__ = ["INCIDENTS", "MONITORING", "START", "TESTER", "Clock", "Sample", "World", "fill", "settings_for"]


@pytest.fixture(scope="session")
def enabled_plugins() -> Sequence[Member]:
    """Bundled plugins have tests of their own; here incidents stand for them all."""
    return [INCIDENTS]


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, worlds: Callable[[str], World]) -> Iterator[World]:
    """A desk with the sample people; everything a test does is rolled back. No request may write without an event."""
    with rolled_back(worlds(request.param)) as world, watching(world.connection.engine) as silent:
        yield world
    assert not silent, f"written without an event (see tests/house/writes.py): {silent}"
