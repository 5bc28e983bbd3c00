"""What lists there are and what their rules may read and set; on a ticket's page, which ran for it, and why."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import Blueprint
from werkzeug.wrappers import Response

from itsm.blocks.rules.hookspecs import RuleListType
from itsm.blocks.rules.rules.run import Step
from itsm.blocks.rules.verbs import READ_AS, Trace, list_types, readable_fields, rules_in_force, trace_of
from itsm.core.texts import label_text, say
from itsm.core.tickets.models import Ticket
from itsm.core.web import needs, reading
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork

pages = Blueprint("rules", __name__)
LONGEST = 80
TYPES = {
    "text": say("text"),
    "whole": say("whole number"),
    "decimal": say("number"),
    "yes_no": say("yes or no"),
    "texts": say("list of texts"),
}
STATUS = {
    "matched": say("matched"),
    "not": say("did not match"),
    "error": say("could not be evaluated"),
    "skipped": say("not reached"),
}


class Shown(NamedTuple):
    """One rule as the panel shows it."""

    label: str
    status: str
    matched: bool
    when: str
    read: Sequence[tuple[str, str]]
    set: Sequence[tuple[str, str]]
    note: str


@pages.get("/rules")
@needs("core.configure")
def lists() -> Response:
    """Every list: how many rules are in force, what they may read, what they may set."""
    with reading() as uow:
        return render(
            uow, "rules/rules.html", lists=[_described(uow, declared) for declared in list_types(uow).values()]
        )


def _described(uow: UnitOfWork, declared: RuleListType) -> Mapping[str, Any]:
    return {
        "declared": declared,
        "count": len(rules_in_force(uow, declared.name).rules),
        "reads": [(v.name, v.label, translated(TYPES[v.type])) for v in declared.vocabulary],
        "sets": [(e.name, e.label, translated(TYPES[e.type])) for e in declared.effects],
        "fields": [
            (name, field.label, translated(TYPES[READ_AS[field.type]]))
            for name, field in sorted(readable_fields(uow, declared).items())
        ],
    }


def why(uow: UnitOfWork, ticket: Ticket) -> Mapping[str, Any] | None:
    """The context of the panel; None for a ticket that no rule list has seen."""
    lists = []
    for name, declared in list_types(uow).items():
        found = trace_of(uow, name, ticket)
        if found is not None:
            matched = len(found.outcome.matched)
            lists.append(
                (label_text(declared.label, locale()), f"rules.{name}", found.rules.revision, matched, shown(found))
            )
    return {"lists": lists} if lists else None


def shown(trace: Trace) -> list[Shown]:
    """The steps of a trace in words."""
    rules = {rule.key: rule for rule in trace.rules.rules}
    return [
        Shown(
            label_text(rules[step.rule].label, locale()),
            translated(STATUS[step.status]),
            step.status == "matched",
            rules[step.rule].when,
            _words(step.read),
            _words(step.set),
            _note(step),
        )
        for step in trace.outcome.steps
    ]


def _note(step: Step) -> str:
    if step.kept:
        return translated(say("already set: {names}", names=", ".join(step.kept)))
    return step.note


def _words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, "–" if value is None else str(value)[:LONGEST]) for name, value in values.items()]
