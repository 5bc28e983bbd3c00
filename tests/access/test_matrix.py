"""Every route of the desk, asked by everybody: what they get stands in `matrix.txt`, reviewed row by row."""

import pytest

from itsm.plugins.testing.worlds import World
from tests.access.cast import Cast
from tests.access.matrix import FILE, Asking, matrix, routes

RENEW = "if that is meant: python -m tests.access.matrix, and review the rows that changed"


def test_every_route_has_its_row_and_every_row_its_route(world: World, cast: Cast) -> None:
    rows = [line[:96].strip() for line in FILE.read_text(encoding="utf-8").splitlines()[1:]]
    names = [route.name.strip() for route in routes(world.app, Asking(world, cast).ids)]
    assert rows == names, RENEW


@pytest.mark.slow
def test_everybody_gets_what_the_matrix_says(world: World, cast: Cast) -> None:
    written = FILE.read_text(encoding="utf-8").splitlines()
    differing = [pair for pair in zip(matrix(world, cast), written, strict=True) if pair[0] != pair[1]]
    assert differing == [], RENEW


def test_without_a_permission_there_is_nothing_but_ones_own(world: World, cast: Cast) -> None:
    """Deny by default: a person without any role gets the same as anybody signed in, and no thing of the desk."""
    asking = Asking(world, cast)
    for route in routes(world.app, asking.ids):
        if "<int:" in route.rule and "token_id" not in route.rule:
            assert asking.ask(route, "roleless") in ("403", "404"), route.name
