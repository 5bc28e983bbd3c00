"""`itsm plugins show` and `itsm plugins trace`: what the pages show, for the command line."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

from itsm.core.errors import Unknown
from itsm.core.texts import label_text, say
from itsm.core.tickets.verbs import find_ticket
from itsm.plugins.machinery.lifecycle import Office
from itsm.plugins.machinery.see.brought import brought_by
from itsm.plugins.machinery.see.dry_run import Asked, Words, dry_run, ways_of
from itsm.plugins.machinery.see.faults import last_line
from itsm.plugins.machinery.see.past import Delivery, Stop, timers_of, what_happened
from itsm.plugins.machinery.see.standing import standing
from itsm.plugins.machinery.see.verbs import calls_of, hook_times, list_faults

OpenOffice = Callable[[], Office]
Json = dict[str, Any]


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show(open_office: OpenOffice, name: str, as_json: bool) -> None:
    """Show one plugin: its state, what it brings, how long its hooks take, its newest failures and its jobs."""
    office = open_office()
    with office.unit_of_work(write=False) as uow:
        found = standing(uow, office.desk, name)
        if found is None:
            raise Unknown(say("There is no plugin {name}.", name=name))
        brought = brought_by(office.desk, name)
        values: Json = {
            "name": found.name,
            "version": found.version,
            "state": found.state,
            "reasons": found.reasons,
            "brings": dict(brought.groups),
            "hooks": [asdict(answer) for answer in brought.hooks],
            "times": [{**asdict(took), "mean": took.mean} for took in hook_times(uow, plugin=name)],
            "faults": [
                {"at": fault.at.isoformat(), "hook": fault.hook, "error": fault.error}
                for fault in list_faults(uow, plugin=name, limit=20)
            ],
            "calls": dict(calls_of(uow, plugin=name)),
        }
    click.echo(json.dumps(values, ensure_ascii=False) if as_json else "\n".join(_plugin(values)))


@click.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option("--transition", default="", metavar="KEY", help="Ask as if this transition was to be made.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def trace(open_office: OpenOffice, number: int, transition: str, as_json: bool) -> None:
    """Trace one ticket through all hooks: what each would say now, and what became of each event."""
    office = open_office()
    with office.unit_of_work(write=False) as uow:
        ticket = find_ticket(uow, number=number)
        ways = [way.key for way in ways_of(uow, ticket)]
        if transition and transition not in ways:
            possible = ", ".join(ways) or "–"
            sentence = say("{key} is not possible now; possible are: {possible}.", key=transition, possible=possible)
            raise Unknown(sentence)
        asked = dry_run(uow, hooks=office.desk.hooks, ticket=ticket, transition=transition)
        stops, timers = what_happened(uow, ticket=ticket), timers_of(uow, ticket=ticket)
    if as_json:
        values = {
            "ticket": number,
            "transition": transition,
            "asked": [asdict(each) | {"answers": [[a, _text(words)] for a, words in each.answers]} for each in asked],
            "events": [asdict(stop) for stop in stops],
            "timers": [asdict(call) for call in timers],
        }
        click.echo(json.dumps(values, ensure_ascii=False, default=str))
        return
    lines = [*map(_asked, asked), "", *(line for stop in stops for line in _stop(stop))]
    click.echo("\n".join([*lines, "", *("to come: " + _delivery(call) for call in timers)]).strip())


def _plugin(values: Json) -> Iterator[str]:
    yield f"{values['name']}  {values['version']}  {values['state']}"
    yield from values["reasons"]
    if values["state"] in ("quarantined", "disabled", "installed"):
        yield f"To enable it: itsm plugins enable {values['name']}"
    yield from (f"{group}: {', '.join(names)}" for group, names in values["brings"].items())
    for answer in values["hooks"]:
        yield f"hook {answer['hook']} ({answer['kind']}, {answer['place']} of {answer['of']})"
    for took in values["times"]:
        mean, longest = took["mean"] * 1000, took["longest"] * 1000
        yield f"time {took['hook']}: {took['count']} calls, {mean:.2f} ms on average, {longest:.1f} ms at most"
    for fault in values["faults"]:
        yield f"fault {fault['at']} {fault['hook']}: {last_line(fault['error'])}"
    yield from (f"jobs {state}: {number}" for state, number in values["calls"].items())


def _asked(each: Asked) -> str:
    time = f"{each.seconds * 1000:.2f} ms" if each.seconds is not None else ""
    said = [" ".join(filter(None, (about, _text(words)))) for about, words in each.answers]
    said += [f"{name}: {old} → {new}" for name, (old, new) in each.completed.items()]
    said += [f"FAULT {each.fault}"] if each.fault else []
    return "  ".join(filter(None, [each.hook, each.plugin, "; ".join(said) or "–", time]))


def _stop(stop: Stop) -> Iterator[str]:
    reasons = [f"{name} {value}" for name, value in stop.reasons.items()]
    reasons += [f"{plugin} says {value} ({reason})" for plugin, value, reason in stop.voices]
    reasons += [f"FAULT {' '.join(stop.failed)}"] if stop.failed else []
    when = f"{stop.at:%Y-%m-%d %H:%M:%S}Z"
    yield "  ".join(filter(None, [f"{stop.seq}. {stop.type}", when, stop.actor, stop.channel, "; ".join(reasons)]))
    yield from (f"   {_delivery(call)}" for call in stop.deliveries)


def _delivery(call: Delivery) -> str:
    when = call.done_at or call.due
    told = f"{call.plugin}  {call.name}  {call.state}  {when:%Y-%m-%d %H:%M:%S}Z  attempts: {call.attempts}"
    return f"{told}  {call.error}" if call.error else told


def _text(words: Words) -> str:
    return label_text(words, "en") if isinstance(words, Mapping) else str(words)
