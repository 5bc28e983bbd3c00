"""The document `core.forms`: by which forms people register tickets, which roles have which, and what each asks for.

Who holds a role that some form is for uses the forms of their roles and no others, on pages and through the API alike;
everybody else registers any type with all its fields.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import fields

from itsm.core.configuration.verbs import parsed_document
from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.conditions import is_empty
from itsm.core.fields.documents import unknown_in
from itsm.core.fields.verbs import clean_fields
from itsm.core.hookspecs.declarations import DocumentType, When
from itsm.core.schemas import Among, AnyValues, Key, LabelField, Line, Size, Strict, YesNo
from itsm.core.texts import Label, Message, say
from itsm.core.tickets.values import EDITABLE
from itsm.core.work.uow import UnitOfWork

NAME = "core.forms"
PRESETTABLE = frozenset({"title", "description", "service", "topic", "team"})
EXAMPLE = """forms:
- key: call                # one button, few fields
  label: {en: Call, ru: Звонок}
  kinds: [incident]        # several: the form asks which it is
  roles: [head]            # without roles it is for everybody
  fields: [title, requested_for, service, topic, description]
  mandatory:
  - {field: topic}         # services: [...] would ask for it only there and below
  preset: {team: l1}
  source: phone
  resolve: true            # may be resolved in the same act
"""


def _lines(offers: str, least: int = 0) -> Any:
    told = {"offers": offers}
    if least:
        return fields.List(Line(80), validate=Size(least, 100), required=True, metadata=told)
    return fields.List(Line(80), validate=Size(0, 100), load_default=list, metadata=told)


class AskedSchema(Strict):
    """A value that must be given: always, or where the ticket is about one of these services."""

    field = Line(80, required=True, metadata={"offers": "ticket_values"})
    services = _lines("services")


# `fields` is a word of marshmallow's and so cannot stand in a class.
_named = {"fields": _lines("ticket_values", 1)}
SOURCES = {"web": say("Page"), "phone": say("Phone")}


class FormSchema(Strict.from_dict(_named)):  # type: ignore[misc]
    """One form. services: it is for these and what is below them, for all if none is named."""

    key = Key(required=True)
    label = LabelField(required=True)
    kinds = _lines("kinds", 1)
    roles = _lines("roles")
    services = _lines("services")
    mandatory = fields.List(fields.Nested(AskedSchema), load_default=list, validate=Size(0, 100))
    preset = AnyValues(80, load_default=dict, metadata={"label": say("Filled in beforehand")})
    source = fields.String(
        load_default="web", validate=Among(tuple(SOURCES)), metadata={"label": say("Source"), "words": SOURCES}
    )
    resolve = YesNo(load_default=False, metadata={"label": say("May be resolved in the same act")})


class FormsSchema(Strict):
    """All forms, in the order of their buttons."""

    forms = fields.List(
        fields.Nested(FormSchema), required=True, validate=Size(0, 100), metadata={"label": say("Forms")}
    )


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is in force. bound: nothing else than its fields may be given; one that no document names is free.

    mandatory: (name, keys of services), without services always. preset: name → value, services and teams by key.
    """

    key: str
    label: Label
    kinds: Sequence[str]
    fields: Sequence[str]
    roles: Sequence[str] = ()
    services: Sequence[str] = ()
    mandatory: Sequence[tuple[str, Sequence[str]]] = ()
    preset: Mapping[str, Any] = field(default_factory=dict)
    source: str = "web"
    resolve: bool = False
    bound: bool = True

    def demands(self, services: Collection[str]) -> list[str]:
        """The names that must be filled for a ticket about a service; services: its key and those above it."""
        return [name for name, where in self.mandatory if not where or not set(where).isdisjoint(services)]

    def strange(self, given: Mapping[str, Any]) -> list[str]:
        """The names that were given and do not stand on it."""
        return [name for name, value in given.items() if self.bound and not is_empty(value) and name not in self.fields]

    def takes(self, services: Collection[str]) -> bool:
        """Whether it is for a service, given by its key and those above it."""
        return not self.services or not set(self.services).isdisjoint(services)


def forms_document() -> DocumentType:
    """The document as the core registers it; it comes after the fields that it names."""
    label = {"en": "Forms of new tickets", "ru": "Формы новых обращений"}
    return DocumentType(
        NAME, label, FormsSchema, {"forms": []}, check=_check, check_desk=_check_fit, order=70, example=EXAMPLE
    )


def forms_of(uow: UnitOfWork, roles: Collection[str]) -> list[Form]:
    """The forms for who holds one of these roles, in their order, of the types that this desk has."""
    forms: Sequence[Form] = parsed_document(uow, NAME, _parse)[1]
    kinds = uow.registry.kinds.keys()
    return [
        form for form in forms
        if (not form.roles or not set(form.roles).isdisjoint(roles)) and not kinds.isdisjoint(form.kinds)
    ]  # fmt: skip


def form_for(uow: UnitOfWork, *, kind: str, roles: Collection[str], key: str = "") -> Form | None:
    """The form by which who holds these roles registers a ticket of a type: the one of this key, else their first.

    None where no form is for them. Raises `Invalid` for what is none of theirs.
    """
    mine = forms_of(uow, roles)
    found = next((form for form in mine if kind in form.kinds and key in ("", form.key)), None)
    if found is None and key:
        raise Invalid.field("form", say("There is no form {key} of this type for you.", key=key))
    if found is None and mine:
        raise Invalid.field("kind", say("None of your forms is for tickets of this type."))
    return found


def _parse(body: Mapping[str, Any]) -> Sequence[Form]:
    return [
        Form(
            one["key"], one["label"], tuple(one["kinds"]), tuple(one["fields"]), tuple(one["roles"]),
            tuple(one["services"]), tuple((asked["field"], tuple(asked["services"])) for asked in one["mandatory"]),
            one["preset"], one["source"], one["resolve"],
        )
        for one in body["forms"]
    ]  # fmt: skip


def _check(body: Mapping[str, Any]) -> None:
    """Refuse what contradicts itself, naming each place."""
    seen: set[str] = set()
    refusals: list[Refusal] = []
    for number, form in enumerate(body["forms"]):
        place = f"forms.{number}"
        if form["key"] in seen:
            refusals.append(Refusal(f"{place}.key", say("{key} is there twice.", key=form["key"])))
        seen.add(form["key"])
        known = {*form["fields"], *form["preset"]}
        if "title" not in form["fields"]:
            refusals.append(Refusal(f"{place}.fields", say("A form asks for the subject: put title on it.")))
        missing = [asked["field"] for asked in form["mandatory"] if asked["field"] not in known]
        told = say("Mandatory, but nobody could fill it in here: {names}.", names=", ".join(missing))
        refusals += [Refusal(f"{place}.mandatory", told)] if missing else []
    if refusals:
        raise Invalid(refusals=refusals)


def _check_fit(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    """Refuse what this desk does not have."""
    refusals = [
        Refusal(f"forms.{number}.{place}", why)
        for number, form in enumerate(body["forms"])
        for place, why in _strange(uow, form)
    ]
    if refusals:
        raise Invalid(refusals=refusals)


def _strange(uow: UnitOfWork, form: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    declared = set(uow.registry.fields_of("ticket"))
    for name in form["fields"]:
        if name not in declared | EDITABLE:
            yield "fields", say("There is no field {name} on the same subject.", name=name)
    services = [*form["services"], *(key for asked in form["mandatory"] for key in asked["services"])]
    own = {name: value for name, value in form["preset"].items() if name not in declared}
    services += [own["service"]] if isinstance(own.get("service"), str) else []
    yield from unknown_in(uow, When(kinds=form["kinds"], roles=form["roles"], services=services), declared)
    for name, value in own.items():
        if name not in PRESETTABLE:
            yield f"preset.{name}", say("This cannot be preset.")
        elif not isinstance(value, str):
            yield f"preset.{name}", say("Not a valid string.")
    given = {name: value for name, value in form["preset"].items() if name in declared}
    for refusal in clean_fields(uow, "ticket", given)[1]:
        yield f"preset.{refusal.field}", refusal.message
