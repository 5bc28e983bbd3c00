"""The document `core.field_rules`: who may change a value of a ticket, and where; of the core's values, plugins' fields
and the desk's alike. A value without a rule may be changed by whoever works on the ticket."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields

from itsm.core.configuration.verbs import parsed_document
from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.conditions import Standing, holds
from itsm.core.fields.documents import unknown_in
from itsm.core.fields.schemas import WhenSchema
from itsm.core.hookspecs.declarations import DocumentType, When
from itsm.core.schemas import Line, Size, Strict
from itsm.core.texts import Message, say
from itsm.core.tickets.values import EDITABLE
from itsm.core.work.uow import UnitOfWork

NAME = "core.field_rules"
EXAMPLE = """rules:
- field: priority          # changed while the ticket is new, later by heads alone
  writable:
  - {categories: [new]}
  - {roles: [head, administrator]}
- field: closing_topic     # not by hand before the ticket is resolved
  writable:
  - {categories: [resolved, closed]}
"""
Rules = Mapping[str, tuple[When, ...]]


class RuleSchema(Strict):
    """Where a value may be changed: where any of the conditions holds, elsewhere it is read-only."""

    field = Line(80, required=True, metadata={"offers": "ticket_values"})
    writable = fields.List(fields.Nested(WhenSchema), required=True, validate=Size(1, 50))


class RulesSchema(Strict):
    """All rules, one for each value at most."""

    rules = fields.List(fields.Nested(RuleSchema), required=True, validate=Size(0, 300))


def rules_document() -> DocumentType:
    """The document as the core registers it; it comes after the fields that it names."""
    label = {"en": "Who may change what on tickets", "ru": "Кто и что может менять в обращениях"}
    return DocumentType(
        NAME, label, RulesSchema, {"rules": []}, check=_check, check_desk=_check_fit, order=60, example=EXAMPLE
    )


def _check(body: Mapping[str, Any]) -> None:
    """Refuse a value that is there twice, and conditions that ask for nothing."""
    seen: set[str] = set()
    refusals: list[Refusal] = []
    for number, rule in enumerate(body["rules"]):
        if rule["field"] in seen:
            refusals.append(Refusal(f"rules.{number}.field", say("{key} is there twice.", key=rule["field"])))
        seen.add(rule["field"])
        empty = [place for place, when in enumerate(rule["writable"]) if not any(when.values())]
        told = say("An empty condition always holds; name what it asks for.")
        refusals += [Refusal(f"rules.{number}.writable.{place}", told) for place in empty]
    if refusals:
        raise Invalid(refusals=refusals)


def _check_fit(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    """Refuse what this desk does not have."""
    refusals = [Refusal(place, why) for place, why in _strange(uow, body)]
    if refusals:
        raise Invalid(refusals=refusals)


def _strange(uow: UnitOfWork, body: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    declared = set(uow.registry.fields_of("ticket"))
    for number, rule in enumerate(body["rules"]):
        if rule["field"] not in declared | EDITABLE:
            yield f"rules.{number}.field", say("There is no field {name} on the same subject.", name=rule["field"])
        for place, when in enumerate(rule["writable"]):
            for part, why in unknown_in(uow, When(**when), declared):
                yield f"rules.{number}.writable.{place}.{part}", why


def read_only(uow: UnitOfWork, *standings: Standing) -> set[str]:
    """The names of what may not be changed at any of these standings."""
    return {name for name, whens in _rules(uow).items() if not any(holds(w, at) for at in standings for w in whens)}


def _rules(uow: UnitOfWork) -> Rules:
    return parsed_document(uow, NAME, _parse)[1]


def _parse(body: Mapping[str, Any]) -> Rules:
    return {rule["field"]: tuple(When(**when) for when in rule["writable"]) for rule in body["rules"]}
