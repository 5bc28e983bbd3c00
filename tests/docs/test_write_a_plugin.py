"""The code of the guide for authors does what the guide says."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itsm.core.errors import Invalid
from itsm.core.work.uow import UnitOfWork
from itsm.plugins import (
    Draft,
    Field,
    Permission,
    Refusal,
    change_ticket,
    hook,
    move_ticket,
    open_ticket,
    say,
)
from tests.fixtures import TESTER, Sample, World

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-plugin.md"
DONE = {"incidents.problem": "p", "incidents.solution": "s", "incidents.resolution_code": "fixed"}


def code_with(name: str) -> dict[str, Any]:
    """What the block of the page that defines `name` defines."""
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    names: dict[str, Any] = {"hook": hook, "Refusal": Refusal, "say": say}
    exec(compile(next(b for b in blocks if f"def {name}" in b), "write-a-plugin.md", "exec"), names)  # noqa: S102
    return names


def test_an_incident_is_finished_once_and_not_when_it_is_cancelled(
    world: World, with_plugin: Callable[..., Any], sample: Sample
) -> None:
    asked = code_with("is_being_finished")["is_being_finished"]
    seen: list[tuple[str, bool]] = []

    @hook
    def ticket_changing(uow: UnitOfWork, draft: Draft) -> None:
        seen.append((draft.transition, asked(draft)))

    desk, _ = with_plugin("scores", ticket_changing=ticket_changing)
    with desk.unit_of_work(sample.act(desk, "agent")) as uow:
        solved, dropped = (open_ticket(uow, kind="incident", title="x").id for _ in range(2))
        change_ticket(uow, number=solved, changes={"title": "y"})
        move_ticket(uow, number=solved, transition="resolve", changes=DONE)
        move_ticket(uow, number=solved, transition="close")
        move_ticket(uow, number=dropped, transition="cancel", changes={"incidents.cancel_reason": "spam"})
    assert seen == [("", False), ("resolve", True), ("close", False), ("cancel", False)]


def test_only_who_holds_the_permission_changes_the_field(
    world: World, with_plugin: Callable[..., Any], sample: Sample
) -> None:
    def register_fields() -> list[Field]:
        return [Field("scores.bonus", "whole", {"en": "Bonus", "ru": "Бонус"})]

    def register_permissions() -> list[Permission]:
        return [Permission("scores.grant", {"en": "Grant", "ru": "Давать"}, ("head",))]

    guards = {name: value for name, value in code_with("ticket_opening").items() if name.startswith("ticket_")}
    declared = {f.__name__: hook(f) for f in (register_fields, register_permissions)}
    desk, _ = with_plugin("scores", **guards, **declared)
    agent = sample.act(desk, "agent")
    with desk.unit_of_work(agent) as uow:
        number = open_ticket(uow, kind="incident", title="x").id
    with pytest.raises(Invalid, match=r"scores\.bonus"), desk.unit_of_work(agent) as uow:
        change_ticket(uow, number=number, changes={"scores.bonus": 1})
    with pytest.raises(Invalid, match=r"scores\.bonus"), desk.unit_of_work(agent) as uow:
        open_ticket(uow, kind="incident", title="x", fields={"scores.bonus": 1})
    with desk.unit_of_work(TESTER) as uow:
        change_ticket(uow, number=number, changes={"scores.bonus": 1})
    with desk.unit_of_work(agent) as uow:
        assert change_ticket(uow, number=number, changes={"title": "y"}).fields["scores.bonus"] == 1
