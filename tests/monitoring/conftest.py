"""A desk with incidents and monitoring, and a sender with a token that may do nothing but send."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from itsm.plugins.testing import Clock, World
from itsm.plugins.testing.fixtures import kept_worlds
from tests.fixtures import INCIDENTS, MONITORING


@pytest.fixture(scope="session")
def worlds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], World]]:
    """Worlds by engine, with monitoring."""
    with kept_worlds(request, tmp_path_factory, [INCIDENTS, MONITORING]) as world:
        yield world


@pytest.fixture
def send(api: Any, work: Any, clock: Clock) -> Callable[..., Any]:
    """Send alerts as a program does, and let the worker work them off."""

    def send(source: str, data: Any, *, expect: int = 202, drain: bool = True, **more: Any) -> Any:
        answer = api("admin", "POST", f"/alerts/{source}", json=data, **more)
        assert answer.status_code == expect, answer.text
        clock.forward(seconds=1)
        if drain:
            work()
        return answer.json

    return send
