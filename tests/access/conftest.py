"""The desk of the access tests: made once for each engine with everybody in it, each test rolled back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from itsm.plugins.machinery.members import Member
from itsm.plugins.testing.engines import new_database
from itsm.plugins.testing.fixtures import ENGINES, rolled_back
from itsm.plugins.testing.worlds import World, new_world
from tests.access.cast import Cast, engage

Engaged = tuple[World, Cast]


@pytest.fixture(scope="session")
def engaged_worlds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, enabled_plugins: Sequence[Member]
) -> Iterator[Callable[[str], Engaged]]:
    """A world of one's own by engine, for everybody of the cast signs in, which costs a second or two."""
    made: dict[str, Engaged] = {}
    with ExitStack() as stack:

        def engaged(engine: str) -> Engaged:
            if engine not in made:
                folder = tmp_path_factory.mktemp(f"access-{engine}")
                url = f"sqlite:///{folder / 'desk.sqlite3'}"
                if engine == "postgresql":
                    url = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
                world = stack.enter_context(new_world(url, folder, enabled_plugins))
                made[engine] = (world, engage(world))
            return made[engine]

        yield engaged


@pytest.fixture(params=ENGINES)
def engaged(request: pytest.FixtureRequest, engaged_worlds: Callable[[str], Engaged]) -> Iterator[Engaged]:
    """The world with everybody of the cast in it."""
    world, cast = engaged_worlds(request.param)
    with rolled_back(world):
        yield world, cast


@pytest.fixture
def world(engaged: Engaged) -> World:
    """The desk."""
    return engaged[0]


@pytest.fixture
def cast(engaged: Engaged) -> Cast:
    """Everybody."""
    return engaged[1]
