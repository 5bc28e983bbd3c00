"""The document `core.fields`: what is refused of it, and what follows when it is put in force."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from itsm.core.access.models import Role
from itsm.core.configuration.verbs import document
from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.conditions import circle
from itsm.core.fields.rules import NUMERIC, Wrong, clean, unfilterable
from itsm.core.fields.schemas import FieldsSchema, entries, field_of, read_fields
from itsm.core.fields.verbs.kept import lost_values, rework
from itsm.core.hookspecs.declarations import DocumentType, Field, When
from itsm.core.texts import Message, say
from itsm.core.tickets.rules import CATEGORIES
from itsm.core.work.uow import UnitOfWork

NAME = re.compile(r"\Adesk\.[a-z][a-z0-9_]{0,39}\Z")
BOUNDED = frozenset({*NUMERIC, "text", "long_text", "money"}) - {"reference"}

EXAMPLE = """fields:
- name: desk.region
  type: choice
  label: {en: Region, ru: Регион}
  choices:
  - {value: north, label: {en: North, ru: Север}}
  - {value: south, label: {en: South, ru: Юг}}
  filterable: true
  mandatory: true
"""


def fields_document() -> DocumentType:
    """The document as the core registers it; what others refer to is checked in the desk."""
    return DocumentType(
        "core.fields",
        {"en": "Fields of this desk", "ru": "Поля этой службы"},
        FieldsSchema,
        {"fields": []},
        check=check_fields,
        check_desk=check_fit,
        on_activate=put_to_work,
        order=50,
        example=EXAMPLE,
    )


def check_fields(body: Mapping[str, Any]) -> None:
    """Refuse what contradicts itself, naming each place."""
    refusals: list[Refusal] = []
    seen: set[str] = set()
    for number, entry in enumerate(entries(body)):
        place = f"fields.{number}"
        if not NAME.match(entry["name"]):
            sentence = say("A field of the desk is named desk.… in small Latin letters, digits and underscores.")
            refusals.append(Refusal(f"{place}.name", sentence))
        elif entry["name"] in seen:
            refusals.append(Refusal(f"{place}.name", say("{key} is there twice.", key=entry["name"])))
        seen.add(entry["name"])
        refusals += [Refusal(f"{place}.{where}", why) for where, why in _contradictions(field_of(entry), entry)]
    declared = {entry["name"]: field_of(entry) for entry in entries(body)}
    if found := circle(declared):
        chain = " → ".join(found)
        refusals.append(Refusal(_place(body, found[0]), say("The conditions form a circle: {chain}.", chain=chain)))
    if refusals:
        raise Invalid(refusals=refusals)


def _place(body: Mapping[str, Any], name: str) -> str:
    return next(f"fields.{n}" for n, entry in enumerate(entries(body)) if entry["name"] == name)


def _contradictions(field: Field, entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    values = [choice.value for choice in field.choices]
    if (field.type in ("choice", "choices")) != bool(values):
        yield "choices", say("Choices belong to the types choice and choices, and those need them.")
    if len(values) != len(set(values)):
        yield "choices", say("A key is there twice.")
    if (field.type == "reference") != bool(field.reference):
        yield "reference", say("Say which type of thing is referred to; only the type reference does that.")
    if field.filterable and (why := unfilterable(field)):
        yield "filterable", why
    if field.type not in BOUNDED and (field.minimum, field.maximum) != (None, None):
        yield "maximum", say("The type {type} has no bounds.", type=field.type)
    elif field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield "minimum", say("The minimum is above the maximum.")
    if field.type in ("text", "long_text") and not 1 <= (field.maximum or 1) <= 100_000:
        yield "maximum", say("Must be between {low} and {high}.", low=1, high=100_000)
    yield from _wrong_default(field, values)
    yield from _wrong_conditions(field)
    if entry["mapping"] is not None:
        yield from _wrong_mapping(field, values, entry["mapping"])


def _wrong_default(field: Field, values: Sequence[str]) -> Iterator[tuple[str, Any]]:
    if field.default is None:
        return
    if field.type in ("reference", "file"):
        yield "default", say("The type {type} has no default.", type=field.type)
        return
    try:
        clean(field, field.default, values)
    except Wrong as wrong:
        yield "default", wrong.message


def _wrong_conditions(field: Field) -> Iterator[tuple[str, Any]]:
    several = {"visible": field.visible, "mandatory": () if isinstance(field.mandatory, bool) else field.mandatory}
    for where, whens in several.items():
        for number, when in enumerate(whens):
            if not any((when.kinds, when.services, when.roles, when.states, when.categories, when.fields)):
                yield f"{where}.{number}", say("An empty condition always holds; name what it asks for.")
            if field.subject != "ticket" and (when.kinds or when.services or when.states or when.categories):
                yield f"{where}.{number}", say("Only tickets have types, services and statuses.")
    if field.subject != "ticket" and field.kinds:
        yield "kinds", say("Only tickets have types, services and statuses.")


def _wrong_mapping(field: Field, values: Sequence[str], mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for old, new in mapping.items():
        try:
            clean(field, new, values)
        except Wrong as wrong:
            yield f"mapping.{old}", wrong.message


def check_fit(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    """Refuse what refers to nothing in this desk, and what would lose values without a word."""
    known = {subject: set(uow.registry.fields_of(subject)) for subject in ("ticket", "person", "organisation", "team")}
    for subject in known:
        known[subject] = {name for name in known[subject] if not name.startswith("desk.")}
    for entry in entries(body):
        known[entry["subject"]].add(entry["name"])
    refusals: list[Refusal] = []
    for number, entry in enumerate(entries(body)):
        field = field_of(entry)
        found = _unknown(uow, field, known[field.subject])
        refusals += [Refusal(f"fields.{number}.{where}", why) for where, why in found]
    refusals += lost_values(uow, body)
    if refusals:
        raise Invalid(refusals=refusals)


def _unknown(uow: UnitOfWork, field: Field, known: set[str]) -> Iterator[tuple[str, Any]]:
    if field.reference and field.reference not in uow.registry.references:
        kinds = ", ".join(sorted(uow.registry.references))
        yield (
            "reference",
            say("There is no type {kind} to refer to; there are: {kinds}.", kind=field.reference, kinds=kinds),
        )
    for kind in sorted(set(field.kinds) - uow.registry.kinds.keys()):
        yield "kinds", say("There is no type {kind}.", kind=kind)
    several = {"visible": field.visible, "mandatory": () if isinstance(field.mandatory, bool) else field.mandatory}
    for where, whens in several.items():
        for number, when in enumerate(whens):
            for part, why in unknown_in(uow, when, known):
                yield f"{where}.{number}.{part}", why


def unknown_in(uow: UnitOfWork, when: When, known: set[str]) -> Iterator[tuple[str, Message]]:
    """What a condition names and this desk does not have."""
    for kind in sorted(set(when.kinds) - uow.registry.kinds.keys()):
        yield "kinds", say("There is no type {kind}.", kind=kind)
    for name in sorted(when.fields.keys() - known):
        yield "fields", say("There is no field {name} on the same subject.", name=name)
    if not set(when.categories) <= set(CATEGORIES):
        yield "categories", say("Must be one of: {allowed}.", allowed=", ".join(CATEGORIES))
    if when.roles:
        for role in sorted(set(when.roles) - set(uow.session.scalars(select(Role.key)))):
            yield "roles", say("There is no role {key}.", key=role)
    if when.services:
        keys = {service.key for service in uow.hook.call("service_names", uow=uow)}
        for service in sorted(set(when.services) - keys):
            yield "services", say("There is no service {id}.", id=service)
    if when.states:
        states = {s["key"] for kind in uow.registry.kinds for s in document(uow, f"workflow.{kind}").body["states"]}
        for state in sorted(set(when.states) - states):
            yield "states", say("There is no state {key}.", key=state)


def put_to_work(uow: UnitOfWork, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Owe what a new revision asks for: values rewritten or removed, and indexes of filterable fields."""
    if refusals := lost_values(uow, new, old):
        raise Invalid(refusals=refusals)
    rework(uow, old, new)
    before = {entry["name"] for entry in entries(old) if entry["filterable"]}
    if any(entry["filterable"] and entry["name"] not in before for entry in entries(new)):
        uow.later("core.index_fields")
    _show(uow, new)


def _show(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    """What comes after in this act, such as the rules of the same import, meets the desk with these fields."""
    known = {
        subject: {name: field for name, field in declared.items() if not name.startswith("desk.")}
        for subject, declared in uow.registry.fields.items()
    }
    for field in read_fields(body):
        known.setdefault(field.subject, {})[field.name] = field
    uow.registry = replace(uow.registry, fields=known)
