"""Pages with failing parts stand, plugins answer questions of the core, and bring commands of their own."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from itsm.app import build
from itsm.blocks.services.verbs import add_service
from itsm.core.errors import Invalid
from itsm.core.hookspecs.declarations import Command
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.shows import Badge
from itsm.core.schemas import Strict, Whole
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import Member
from tests.fixtures import TESTER, World

WithPlugin = Callable[..., tuple[Desk, Flask]]


def test_a_failing_badge_leaves_the_badges_of_others(with_plugin: WithPlugin) -> None:
    def ticket_badges(uow: UnitOfWork, ticket_id: int) -> Any:
        raise ZeroDivisionError

    desk, _ = with_plugin("bad", ticket_badges=hook(ticket_badges))
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="x", fields={"incidents.major": True}).id
    with desk.unit_of_work(TESTER, write=False) as uow:
        shown = uow.hook.call("ticket_badges", uow=uow, ticket_id=number)
    assert ("bad", None) in shown
    assert [badge.tone for plugin, badge in shown if isinstance(badge, Badge)] == ["alarm"]


def test_a_ticket_may_name_only_a_service_that_exists(desk: Desk) -> None:
    """`service_exists` is asked of the block above the core."""
    with desk.unit_of_work(TESTER) as uow:
        service = add_service(uow, key="mail", label={"en": "Mail", "ru": "Почта"})
        assert open_ticket(uow, kind="incident", title="x", service=service.id).service_id == service.id
        with pytest.raises(Invalid):
            open_ticket(uow, kind="incident", title="x", service=service.id + 1)


class PagerSettings(Strict):
    """What a plugin reads from `ITSM_PAGER__…`."""

    level = Whole(1, 9, load_default=3)


@pytest.mark.parametrize(
    ("given", "level", "fault"),
    [({}, 3, ""), ({"level": "5"}, 5, ""), ({"level": "12"}, None, "ITSM_PAGER__LEVEL"), ({"lvl": "5"}, None, "LVL")],
)
def test_a_plugins_settings_are_checked_by_its_own_schema(
    world: World, given: dict[str, str], level: int | None, fault: str
) -> None:
    def register_settings() -> type:
        return PagerSettings

    module = ModuleType("pager.hooks")
    module.__file__ = str(world.desk.settings.data_dir / "pager" / "hooks.py")
    vars(module)["register_settings"] = hook(register_settings)
    pager = Member("pager", "1", "pager.hooks", hooks=module)
    settings = replace(world.desk.settings, plugins={"pager": given})
    desk, _ = build(settings, ["pager"], database=world.desk.database, members=[pager])
    assert fault in desk.aside.get("pager", "")
    if level is not None:
        assert desk.registry.settings["pager"] == {"level": level}


def test_a_plugin_brings_commands_of_its_own(with_plugin: WithPlugin) -> None:
    def count(uow: UnitOfWork, **options: str) -> str:
        return f"counted {options.get('what', 'nothing')}"

    def register_commands() -> list[Command]:
        return [Command("count", "Count something.", count)]

    desk, _ = with_plugin("counter", register_commands=hook(register_commands))
    command = desk.registry.commands["counter"]["count"]
    with desk.unit_of_work(TESTER) as uow:
        assert command.function(uow, what="tickets") == "counted tickets"
