"""The kit for tests of plugins: `pytest_plugins = ["itsm.plugins.testing"]` in a `conftest.py` brings its fixtures.

Fixtures: desk, uow, as_, api, signed_in, visitor, client, clock, work, run_schedule, run_import, sample, new_ticket,
faults, with_plugin, world, enabled_plugins: see `fixtures.py` beside this file. The names below are for annotations.
PYTEST_DONT_REWRITE: a conftest.py may import names from here before pytest loads it.
"""

from itsm.plugins.machinery.faults import Fault
from itsm.plugins.testing.sample import TESTER, Sample
from itsm.plugins.testing.visitors import Visitor
from itsm.plugins.testing.worlds import START, Clock, World

pytest_plugins = ("itsm.plugins.testing.fixtures",)

__all__ = ["START", "TESTER", "Clock", "Fault", "Sample", "Visitor", "World"]
