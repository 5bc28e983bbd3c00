"""The code of the tutorials runs as it stands on the page."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from itsm.core.access.verbs import actor_of_token
from itsm.core.act import Act
from itsm.core.errors import NotAllowedNow
from itsm.core.ledger.verbs import history
from itsm.core.tickets.verbs import move_ticket, open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.verbs import count_calls
from itsm.plugins.machinery.members import Member
from tests.fixtures import TESTER, Clock, Sample, World

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```\w+ title=(\S+)\n(.*?)^```", re.M | re.S)


@pytest.fixture
def package(tmp_path: Path) -> Iterator[ModuleType]:
    """The package of the first-plugin page, written as the page says."""
    page = (ROOT / "docs" / "tutorial" / "first-plugin.md").read_text(encoding="utf-8")
    for name, code in BLOCK.findall(page):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    yield import_module("itsm_callback.hooks")
    sys.path.remove(str(tmp_path))
    for module in [name for name in sys.modules if name.startswith("itsm_callback")]:
        del sys.modules[module]


def test_the_first_plugin_keeps_its_promises(world: World, package: ModuleType, sample: Sample, clock: Clock) -> None:
    desk, _ = world.with_members([*world.members, Member("callback", "1", "itsm_callback.hooks", hooks=package)])
    assert not desk.aside
    with desk.unit_of_work(Act(), write=False) as uow:
        agent = Act(actor_of_token(uow, sample.tokens["agent"]), channel="web")
    at = (clock() + timedelta(hours=2)).isoformat()
    with desk.unit_of_work(agent) as uow:
        number = open_ticket(uow, kind="incident", title="Перезвоните", fields={"callback.at": at}).id
    done = {"incidents.problem": "p", "incidents.solution": "s", "incidents.resolution_code": "fixed"}
    with pytest.raises(NotAllowedNow) as refused, desk.unit_of_work(agent) as uow:
        move_ticket(uow, number=number, transition="resolve", changes=done)
    assert [r.field for r in refused.value.refusals] == ["callback.at"]
    drain(desk)
    with desk.unit_of_work(agent, write=False) as uow:
        assert count_calls(uow)["due"] == 1
        assert len(history(uow.session, "ticket", number)) == 1
    clock.forward(hours=2)
    drain(desk)
    with desk.unit_of_work(agent, write=False) as uow:
        assert [e.type for e, _ in history(uow.session, "ticket", number)] == ["ticket_opened", "comment_added"]
    with desk.unit_of_work(agent) as uow:
        move_ticket(uow, number=number, transition="resolve", changes={**done, "callback.at": None})


def test_the_plugin_of_the_readme_is_twenty_lines_and_speaks(
    with_plugin: Callable[..., Any], world: World, tmp_path: Path
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"^```python\n(.*?)^```", readme, re.M | re.S)[0]
    assert code.count("\n") <= 20
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102
    hooks = {name: value for name, value in names.items() if not name.startswith("__")}
    desk, _ = with_plugin("vip", **hooks)
    with desk.unit_of_work(TESTER) as uow:
        assert open_ticket(uow, kind="incident", title="x", fields={"vip.level": "gold"}).priority == 1
        assert open_ticket(uow, kind="incident", title="x", fields={"vip.level": "silver"}).priority == 3


def test_every_name_that_the_readme_plugin_imports_is_on_the_door() -> None:
    import itsm.plugins as door

    assert sorted(door.__all__) == sorted(set(door.__all__))
    assert [name for name in door.__all__ if not hasattr(door, name)] == []
