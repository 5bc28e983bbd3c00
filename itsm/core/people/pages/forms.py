"""Forms of people, organisations and groups: their inputs, and what was typed as the values that verbs take."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import request

from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.inputs import field_input, field_values, take_uploads
from itsm.core.fields.verbs import fields_in_order
from itsm.core.people.names import list_teams, marked, names_of, typed_organisation, typed_person
from itsm.core.people.pages.words import LABELS, LANGUAGES, LEVEL_NAMES, LINE_NAMES
from itsm.core.people.rules import LEVELS, LINES
from itsm.core.texts import LOCALES, Message, label_text, say
from itsm.core.web.edge import locale, translated
from itsm.core.web.inputs import Input, Texts, number_in, typed_in
from itsm.core.web.words import aware, local_text
from itsm.core.work.uow import UnitOfWork

CONTROLS = ("version", "was", "reason")
HELP: Mapping[str, Message] = {
    "premium_until": say("Empty: until the mark is taken away."),
    "contracts": say("One number a line; after a semicolon the day on which it ends: Д-17; 2026-12-31."),
    "domains": say("One a line, such as acme.com: whoever writes from there belongs to this organisation."),
    "timezone": say("Such as Europe/Moscow; empty: as the desk."),
}
YES_NO = ("premium", "active")
OWN = {
    "person": ("name", "organisation", "locale", "timezone", "premium", "premium_until"),
    "organisation": ("name", "domains", "contracts", "premium", "premium_until"),
    "team": ("name_ru", "name_en", "parent", "head", "level", "line"),
}
FIRST = {"person": ("email", "phone"), "organisation": (), "team": ("key",)}
REQUIRED = ("name", "key")


def inputs_for(uow: UnitOfWork, kind: str, row: Any = None) -> list[Input]:
    """The inputs of a form; without a row it is for a new one."""
    names = (*OWN[kind], *(("active",) if row is not None else FIRST[kind]))
    values = _texts(uow, kind, row) if row is not None else {"locale": locale(), "level": "group"}
    made = [_input(uow, kind, name, values.get(name, "")) for name in names]
    held = row.fields if row is not None else {}
    asked = [f for f in fields_in_order(uow, kind) if f.on_form and f.written_by == "people"]
    return made + [field_input(uow, f, held.get(f.name)) for f in asked]


def _texts(uow: UnitOfWork, kind: str, row: Any) -> dict[str, str]:
    """What a row holds, as its inputs do."""
    texts = {"active": "true" if row.active else "false"}
    if kind == "team":
        head = names_of(uow, people=[row.head_id]).people
        parts = {"parent": str(row.parent_id or ""), "head": marked(head.get(row.head_id, ""), row.head_id)}
        labels = {f"name_{language}": row.label.get(language, "") for language in LOCALES}
        return texts | parts | labels | {"level": row.level, "line": row.line}
    texts |= {"name": row.name, "premium": "true" if row.premium else "false"}
    texts["premium_until"] = local_text(row.premium_until)
    if kind == "organisation":
        ends = [(c.number, local_text(c.valid_until)[:10]) for c in row.contracts]
        texts["contracts"] = "\n".join(f"{number}; {end}" if end else number for number, end in ends)
        return texts | {"domains": "\n".join(domain.domain for domain in row.domains)}
    names = names_of(uow, organisations=[row.organisation_id]).organisations
    texts["organisation"] = marked(names.get(row.organisation_id, ""), row.organisation_id)
    return texts | {"locale": row.locale, "timezone": row.timezone}


def _input(uow: UnitOfWork, kind: str, name: str, text: str) -> Input:
    label = translated(LABELS.get(f"{kind}.{name}", LABELS[name]))
    item = Input(name, label, text=text, chosen=[text], maximum=200, required=name in REQUIRED)
    item.help = translated(HELP[name]) if name in HELP else ""
    if name in ("contracts", "domains"):
        item.type, item.maximum = "long_text", 20_000
    elif name in ("organisation", "head"):
        item.type = "person" if name == "head" else "organisation"
    elif name == "premium_until":
        item.type = "moment"
    elif name in CHOICES or name in YES_NO:
        item.type, item.options = "choice", _options(uow, name)
    return item


def _options(uow: UnitOfWork, name: str) -> Sequence[tuple[str, str]]:
    if name in YES_NO:
        return [("true", translated(say("yes"))), ("false", translated(say("no")))]
    return CHOICES[name](uow)


CHOICES: Mapping[str, Callable[[UnitOfWork], Sequence[tuple[str, str]]]] = {
    "locale": lambda uow: list(LANGUAGES.items()),
    "level": lambda uow: [(level, translated(LEVEL_NAMES[level])) for level in LEVELS],
    "line": lambda uow: [(line, translated(LINE_NAMES[line])) for line in LINES if line],
    "parent": lambda uow: [(str(team.id), label_text(team.label, locale())) for team in list_teams(uow)],
}


def held(inputs: Sequence[Input]) -> Texts:
    """What the inputs held when the form was made, by name."""
    return {item.name: list(item.chosen) if item.type in ("choice", "choices") else [item.text] for item in inputs}


def typed_here(inputs: Sequence[Input]) -> Texts:
    """What was typed into each input of this request's form, with its uploads stored."""
    typed = typed_in(inputs, request.form, CONTROLS)
    take_uploads(inputs, typed)
    return typed


def plain(texts: Sequence[str]) -> list[str]:
    """Browsers send line ends as CR LF."""
    return [text.replace("\r\n", "\n").strip() for text in texts if text.strip()]


def values_from(uow: UnitOfWork, kind: str, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Typed texts as the values that verbs take, under the names of the API; raises `Invalid` with every refusal."""
    declared = uow.registry.fields_of(kind)
    values, refusals = field_values(uow, declared, {n: texts for n, texts in typed.items() if n in declared})
    for name in typed.keys() - declared.keys():
        try:
            values[name] = _value(uow, name, plain(typed[name]))
        except Invalid as error:
            refusals += [Refusal(name, refusal.message) for refusal in error.refusals]
    if refusals:
        raise Invalid(refusals=refusals)
    return values


def _value(uow: UnitOfWork, name: str, texts: Sequence[str]) -> Any:
    text = texts[0] if texts else ""
    if name == "organisation":
        return typed_organisation(uow, text)
    if name == "head":
        return typed_person(uow, text)
    if name == "parent":
        return number_in(text)
    if name in YES_NO:
        return text == "true"
    if name in ("premium_until", "contracts"):
        return _moments(name, text)
    if name == "domains":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text


def _moments(name: str, text: str) -> Any:
    """A moment as typed, or contracts with the days on which they end, in the reader's zone."""
    try:
        if name == "premium_until":
            return aware(text) if text else None
        parts = [line.partition(";") for line in text.splitlines() if line.strip()]
        ends = [(number.strip(), end.strip()) for number, _, end in parts]
        return [{"number": number, "until": aware(f"{end}T00:00") if end else None} for number, end in ends]
    except (ValueError, OverflowError):
        raise Invalid.field(name, say("Write days as 2026-12-31.")) from None
