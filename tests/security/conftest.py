"""Desks that may be attacked: fresh ones on both engines, with the same things under the same ids."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from itsm.plugins.testing.worlds import new_world
from tests.fixtures import INCIDENTS
from tests.security.furnished import Furnished, Words, furnish
from tests.servers import new_database


def plain() -> Words:
    """Words as people write them, no two alike."""
    turn = count()
    return lambda where, longest: f"{next(turn)} {where} <b>'\"&"[:longest]


@pytest.fixture(scope="module")
def furnished(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Furnished]]:
    """`furnished("postgresql")`: a desk with something of everything."""
    with ExitStack() as stack:

        def made(engine: str) -> Furnished:
            folder: Path = tmp_path_factory.mktemp(engine)
            url = f"sqlite:///{folder / 'desk.sqlite3'}"
            if engine == "postgresql":
                url = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
            return furnish(stack.enter_context(new_world(url, folder, [INCIDENTS])), plain())

        yield made
