"""Inputs of HTML forms: what stands in them, what was refused; and forms read by the same schemas as the API."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from itsm.core.errors import Invalid, Refusal
from itsm.core.refusals import loaded
from itsm.core.texts import say
from itsm.core.web.edge import translated

CONFIRMING = ("confirm_password", "confirm_code", "confirm_credential")
# What stands in a form beside its own fields: the frame's, and the proof that it is still the same person.
FRAME = frozenset({"csrf_token", "next", *CONFIRMING})
Typed = MultiDict[str, str]
Texts = dict[str, list[str]]


@dataclass(slots=True)
class Input:
    """One input with its words in the reader's language.

    type: text, long_text, choice, choices, person, organisation, reference, file, moment, date, number. text: what
    stands in it. source: where suggestions come from.
    customer: what is typed here will be read by the requester. fixed: read-only here, shown as text. now: in a
    conflict, what somebody else made of it. ready: (name, text) of texts that one may put in.
    """

    name: str
    label: str
    type: str = "text"
    text: str = ""
    options: Sequence[tuple[str, str]] = ()
    chosen: Sequence[str] = ()
    required: bool = False
    help: str = ""
    empty: str = "–"
    customer: bool = False
    maximum: int = 500
    rows: int = 4
    source: str = ""
    now: str | None = None
    fixed: bool = False
    errors: list[str] = field(default_factory=list)
    ready: list[tuple[str, str]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What stands in it, as text."""
        if self.type == "file":
            return self.held
        return ", ".join(text for value, text in self.options if value in self.chosen) if self.options else self.text

    @property
    def held(self) -> str:
        """The name of the file that an input of the type file holds."""
        try:
            return str(json.loads(self.text)["name"]) if self.text else ""
        except (ValueError, TypeError, LookupError, RecursionError):
            return ""


def parse(schema: type[Schema], form: Typed) -> dict[str, Any]:
    """Read a form by a schema; names that the schema does not have are refused. Raises `Invalid`."""
    reader = schema()
    several = {name for name, declared in reader.fields.items() if isinstance(declared, fields.List)}
    raw = {name: form.getlist(name) if name in several else form[name] for name in form if name not in FRAME}
    data: dict[str, Any] = loaded(reader, raw)
    return data


def by_field(error: Invalid) -> dict[str, list[str]]:
    """Refusals by the name of their field, in the reader's language; those of the whole under ''."""
    found: dict[str, list[str]] = {}
    if error.message.msgid:
        found[""] = [translated(error.message)]
    for refusal in error.refusals:
        found.setdefault(refusal.field, []).append(translated(refusal.message))
    return found


def typed_in(inputs: Iterable[Input], form: Typed, controls: Iterable[str] = ()) -> Texts:
    """What was typed into each input; names that the form does not have are refused."""
    known = {item.name for item in inputs}
    strange = [name for name in form if name not in known and name not in FRAME and name not in set(controls)]
    if strange:
        raise Invalid(refusals=[Refusal(name[:80], say("Unknown field.")) for name in strange[:20]])
    multiple = {item.name for item in inputs if item.type == "choices"}
    return {name: form.getlist(name) for name in known if name in form or name in multiple}


def number_in(text: str) -> int | None:
    """The plain number that a form or an address holds, such as an id or a version; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def was_in(form: Typed) -> Texts:
    """What stood in the inputs when the page was made, as the form brings it back in `was`; {} when it is spoilt."""
    try:
        found = json.loads(form.get("was", "{}"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(k): [str(v) for v in values] for k, values in found.items() if isinstance(values, list)}


def put_refusals(inputs: Iterable[Input], refusals: Iterable[Refusal]) -> list[str]:
    """Put each refusal at its input; those without one are returned as sentences."""
    known = {item.name: item for item in inputs}
    left = []
    for refusal in refusals:
        name = refusal.field.removeprefix("fields.").split(".0")[0]
        sentence = translated(refusal.message)
        if name in known:
            known[name].errors.append(sentence)
        else:
            left.append(f"{refusal.field}: {sentence}" if refusal.field else sentence)
    return left


def put_typed(inputs: Iterable[Input], typed: Mapping[str, Sequence[str]]) -> None:
    """Let the inputs hold what was typed, so that a refused form loses nothing."""
    for item in inputs:
        if item.name in typed:
            item.chosen = typed[item.name]
            item.text = typed[item.name][0] if typed[item.name] else ""
