"""One ticket through all hooks: what each would say now, and what became of each event; a look changes nothing."""

import json
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from itsm.core.act import Act, Actor
from itsm.core.desk.models import PluginFault
from itsm.core.errors import Forbidden, Refusal, Unknown
from itsm.core.hookspecs.declarations import Panel
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.shows import Badge
from itsm.core.ledger.models import Event
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import find_ticket, open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.models import OwedCall
from itsm.plugins.machinery.commands import plugins as commands
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import Member
from itsm.plugins.machinery.see.dry_run import Asked, dry_run
from itsm.plugins.machinery.see.past import timers_of, what_happened
from itsm.plugins.testing.visitors import enter
from tests.fixtures import TESTER, Clock, Sample, World

WithPlugin = Callable[..., tuple[Desk, Flask]]
LIMIT = 0.2
SECRET = "a guard's note"


def refuses(uow: Any, draft: Any) -> list[Refusal]:
    draft.values["title"] = f"{draft.values['title']} ({SECRET})"
    uow.session.scalars(select(Person)).first().name = "changed by a guard"
    return [Refusal("team", say("Choose a group first."))] if draft.transition else []


def leaves_a_note(uow: Any, draft: Any) -> None:
    draft.values["title"] = f"{draft.values['title']} ({SECRET})"


def fails(uow: Any, draft: Any) -> None:
    raise ValueError("printer 17 is on fire")


def dawdles(uow: Any, ticket_id: int) -> list[Badge]:
    until = time.perf_counter() + LIMIT + 0.02
    while time.perf_counter() < until:
        pass
    return [Badge({"en": "Late", "ru": "Поздно"})]


def member(world: World, name: str, **hooks: Any) -> Member:
    module = ModuleType(f"{name}.hooks")
    module.__file__ = str(world.desk.settings.data_dir / name / "hooks.py")
    vars(module).update({key: hook(function) for key, function in hooks.items()})
    return Member(name, "1", f"{name}.hooks", hooks=module)


@pytest.fixture
def crowd(world: World) -> tuple[Desk, Flask]:
    """A desk with a plugin that refuses, one that fails and one that is slow."""
    made = [
        member(world, "strict", ticket_changing=leaves_a_note, priority_voices=lambda uow, draft: None),
        member(world, "bad", ticket_changing=fails, priority_voices=fails, ticket_opened=lambda uow, event: 1 / 0),
        member(world, "late", ticket_badges=dawdles, ticket_changing=refuses_moves),
    ]
    desk, app = world.with_members([*world.members, *made])
    assert not desk.aside
    desk.hooks.slow = LIMIT
    return desk, app


def refuses_moves(uow: Any, draft: Any) -> list[Refusal]:
    return [Refusal("team", say("Choose a group first."))] if draft.transition else []


def a_ticket(desk: Desk, **more: Any) -> int:
    with desk.unit_of_work(TESTER) as uow:
        return open_ticket(uow, kind="incident", title="Сбой", **more).id


def look(desk: Desk, number: int, act: Act = TESTER, **more: Any) -> list[Asked]:
    with desk.unit_of_work(act, write=False) as uow:
        return list(dry_run(uow, hooks=desk.hooks, ticket=find_ticket(uow, number=number), **more))


def of(asked: list[Asked], plugin: str, name: str) -> Asked:
    return next(each for each in asked if each.plugin == plugin and each.hook == name)


def test_each_hook_is_asked_in_order_and_each_answer_fault_and_time_is_told(crowd: tuple[Desk, Flask]) -> None:
    desk, _ = crowd
    asked = look(desk, a_ticket(desk), transition="take")
    assert [each.kind for each in asked] == sorted(
        (each.kind for each in asked), key=("guards", "voices", "decides", "shows", "records", "observes").index
    )
    assert [each.plugin for each in asked if each.hook == "ticket_changing"] == ["bad", "incidents", "late", "strict"]
    assert of(asked, "strict", "ticket_changing").completed == {"title": ["Сбой", f"Сбой ({SECRET})"]}
    assert [(about, str(text)) for about, text in of(asked, "late", "ticket_changing").answers] == [
        ("team", "Choose a group first.")
    ]
    failed = of(asked, "bad", "priority_voices")
    assert (failed.fault, failed.answers) == ("ValueError: printer 17 is on fire", ())
    late = of(asked, "late", "ticket_badges")
    assert "0.2 s is the limit" in late.fault
    assert late.seconds is not None
    assert late.seconds > LIMIT
    assert late.answers[0][1] == {"en": "Late", "ru": "Поздно"}
    assert of(asked, "incidents", "ticket_recorded").seconds is None


def test_a_look_writes_nothing_and_holds_nothing_against_anybody(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin(
        "bad", ticket_changing=hook(on_fault="refuse")(refuses), ticket_badges=hook(lambda uow, ticket_id: 1 / 0)
    )
    number = a_ticket(desk)

    def everything(uow: Any) -> list[Any]:
        counts = [uow.session.scalar(select(func.count()).select_from(t)) for t in (Event, OwedCall, PluginFault)]
        row = uow.session.get_one(Ticket, number)
        names = uow.session.scalars(select(Person.name).order_by(Person.id)).all()
        return [*counts, row.title, row.version, row.fields, *names]

    with desk.unit_of_work(TESTER, write=False) as uow:
        before = everything(uow)
    desk.times.take()
    asked = look(desk, number)
    guard = of(asked, "bad", "ticket_changing")
    assert "added or changed rows" in guard.fault
    assert [str(text) for _, text in guard.answers] == ["fails, and without it the act is refused"]
    assert (desk.faults.take(), desk.times.take()) == ([], {})
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert everything(uow) == before


def test_what_the_reader_may_not_see_is_not_in_the_trace(
    crowd: tuple[Desk, Flask], sample: Sample, world: World
) -> None:
    desk, _ = crowd
    fields = {"incidents.impact": "high", "incidents.urgency": "high"}
    number = a_ticket(desk, requested_for=sample.people["requester"].id, fields=fields)
    foreign = a_ticket(desk)
    drain(desk)
    me = sample.people["requester"]
    actor = Actor("person", me.id, "requester", frozenset({"core.plugins", "tickets.read"}), me.organisation_id)
    with desk.unit_of_work(Act(actor), write=False) as uow:
        ticket = find_ticket(uow, number=number)
        shown = repr((dry_run(uow, hooks=desk.hooks, ticket=ticket), what_happened(uow, ticket=ticket)))
        with pytest.raises(Unknown):
            find_ticket(uow, number=foreign)
    assert "printer 17" not in shown
    assert "ZeroDivisionError" in shown
    assert "division by zero" not in shown
    assert "plugin_failed" not in shown
    assert "{'permission': 'tickets.internal'}" in shown
    staff = repr(look(desk, number))
    assert "printer 17" in staff
    with desk.unit_of_work(sample.act(world.desk, "agent"), write=False) as uow, pytest.raises(Forbidden):
        dry_run(uow, hooks=desk.hooks, ticket=find_ticket(uow, number=number))


def test_what_happened_names_voices_faults_and_who_was_told(crowd: tuple[Desk, Flask]) -> None:
    desk, _ = crowd
    number = a_ticket(desk, fields={"incidents.impact": "high", "incidents.urgency": "high"})
    drain(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        opened, failed = what_happened(uow, ticket=find_ticket(uow, number=number))
    assert ("bad", None, "failed") in opened.voices
    assert {plugin for plugin, value, _ in opened.voices if value == 1} == {"incidents"}
    assert failed.failed == ("bad", "priority_voices")
    told = [call for call in opened.deliveries if call.plugin in ("core", "bad")]
    assert [(c.name, c.state, c.attempts) for c in told] == [("core.expand", "done", 1), ("ticket_opened", "due", 1)]
    assert [call.error for call in told] == ["", "ZeroDivisionError: division by zero"]


def test_timers_that_name_the_ticket_are_still_to_come(desk: Desk, clock: Clock) -> None:
    number, other = a_ticket(desk), a_ticket(desk)
    with desk.unit_of_work(TESTER) as uow:
        uow.later("incidents.close", at=clock.now, number=number, resolved_at="")
        uow.later("incidents.remind", at=clock.now, ticket_id=str(number))
        uow.later("incidents.close", at=clock.now, number=other, resolved_at="")
        uow.later("incidents.close", at=clock.now, number="A-12")
    with desk.unit_of_work(TESTER, write=False) as uow:
        found = timers_of(uow, ticket=find_ticket(uow, number=number))
    assert sorted(call.name for call in found) == ["incidents.close", "incidents.remind"]


def test_a_panel_that_says_the_reader_may_not_see_it_is_left_out_and_no_fault(with_plugin: WithPlugin) -> None:
    def context(uow: Any, ticket: Any) -> None:
        uow.require("core.nonsense")

    panel = Panel("bad.panel", {"en": "x", "ru": "x"}, "ticket", 10, "tickets.read", "incidents/waits.html", context)
    desk, app = with_plugin("bad", register_panels=hook(lambda: (panel,)), priority_voices=hook(forbids))
    number = a_ticket(desk)
    assert [(f.plugin, f.hook) for f in desk.faults.take()] == [("bad", "priority_voices")]
    assert enter(app, "agent").get(f"/tickets/{number}").status_code == 200
    assert desk.faults.take() == []


def forbids(uow: Any, draft: Any) -> None:
    raise Forbidden(say("nobody may know"))


def test_the_page_of_a_trace_is_for_administrators(crowd: tuple[Desk, Flask]) -> None:
    desk, app = crowd
    number = a_ticket(desk)
    drain(desk)
    page = enter(app, "admin").get(f"/tickets/{number}/trace?transition=take")
    assert page.status_code == 200, page.text
    for words in ("Choose a group first.", "printer 17 is on fire", "ZeroDivisionError", "0.2 s is the limit", "Late"):
        assert words in page.text.replace("&#39;", "'"), words
    assert enter(app, "admin").get("/tickets/999999/trace").status_code == 404
    assert enter(app, "agent").get(f"/tickets/{number}/trace").status_code == 403
    assert f'href="/tickets/{number}/trace"' in enter(app, "admin").get(f"/tickets/{number}").text
    assert "/trace" not in enter(app, "agent").get(f"/tickets/{number}").text


def test_the_command_tells_the_same(crowd: tuple[Desk, Flask]) -> None:
    desk, _ = crowd
    number = a_ticket(desk)
    drain(desk)

    class Office:
        def __init__(self) -> None:
            self.desk = desk

        def unit_of_work(self, *, write: bool = True) -> Any:
            return desk.unit_of_work(TESTER, write=write)

    def run(*words: str) -> str:
        done = CliRunner().invoke(commands, list(words), obj=Office)
        assert done.exit_code == 0, done
        return done.output

    told = run("trace", str(number), "--transition", "take")
    assert "FAULT ValueError: printer 17 is on fire" in told
    assert "team Choose a group first." in told
    values = json.loads(run("trace", str(number), "--json"))
    assert {each["plugin"] for each in values["asked"]} >= {"strict", "bad", "late", "incidents"}
    assert [stop["type"] for stop in values["events"]] == ["ticket_opened", "plugin_failed"]
    unknown = CliRunner().invoke(commands, ["trace", str(number), "--transition", "fly"], obj=Office)
    assert isinstance(unknown.exception, Unknown)
    assert "hook ticket_changing (guards, 1 of 4)" in run("show", "bad")
    assert json.loads(run("show", "strict", "--json"))["state"] == "enabled"
