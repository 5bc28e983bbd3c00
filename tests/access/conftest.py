"""The desk of the access tests: made once for each engine with everybody in it, each test rolled back."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from itsm.plugins.machinery.members import Member
from itsm.plugins.testing.fixtures import ENGINES, kept_worlds, rolled_back
from itsm.plugins.testing.worlds import World
from tests.access.cast import Cast, engage

Engaged = tuple[World, Cast]


@pytest.fixture(scope="session")
def engaged_worlds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, enabled_plugins: Sequence[Member]
) -> Iterator[Callable[[str], Engaged]]:
    """A world of one's own by engine, for everybody of the cast signs in, which costs a second or two."""
    made: dict[str, Engaged] = {}
    with kept_worlds(request, tmp_path_factory, enabled_plugins) as worlds:

        def engaged(engine: str) -> Engaged:
            world = worlds(engine)
            if engine not in made or made[engine][0] is not world:
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
