"""Fields on forms: an input for each, and what was typed as the value that verbs take."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request, url_for

from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.verbs import choices_of, references_named, typed_reference
from itsm.core.files.verbs import store_file
from itsm.core.hookspecs.declarations import Field
from itsm.core.people.names import marked
from itsm.core.texts import label_text, say
from itsm.core.web.edge import actor, desk, locale, translated, writing
from itsm.core.web.inputs import Input
from itsm.core.web.words import aware, local_text
from itsm.core.work.uow import UnitOfWork

TYPES = {
    "text": "text", "long_text": "long_text", "choice": "choice", "choices": "choices", "yes_no": "choice",
    "date": "date", "moment": "moment", "money": "text", "reference": "reference", "file": "file",
}  # fmt: skip
CLEARED = "none"


def field_input(uow: UnitOfWork, field: Field, value: Any) -> Input:
    """The input of a field, holding a stored value."""
    item = Input(field.name, label_text(field.label, locale()), TYPES.get(field.type, "number"))
    item.help = label_text(field.help, locale())
    item.customer = field.public and field.type in ("text", "long_text") and actor().holds("tickets.internal")
    item.text = _text(uow, field, value)
    item.chosen = [str(v) for v in value] if isinstance(value, list) else [item.text]
    if field.type in ("choice", "choices"):
        item.options = [(c.value, label_text(c.label, locale())) for c in choices_of(uow, field)]
    elif field.type == "yes_no":
        item.options = [("true", translated(say("yes"))), ("false", translated(say("no")))]
    elif field.type == "duration":
        item.help = item.help or translated(say("In minutes."))
    elif field.type == "money":
        item.help = item.help or translated(say("Amount and currency, such as 1250.50 RUB."))
    elif field.type == "reference":
        item.source = url_for("fields.suggest", kind=field.reference)
    if field.type in ("text", "long_text"):
        item.maximum = field.maximum or (20_000 if field.type == "long_text" else 500)
    return item


def _text(uow: UnitOfWork, field: Field, value: Any) -> str:
    """A stored value as it stands in its input."""
    if value is None:
        return ""
    if field.type == "yes_no":
        return "true" if value else "false"
    if field.type == "moment":
        return local_text(value)
    if field.type == "duration":
        return str(int(value) // 60)
    if field.type == "money":
        return f"{value['amount']} {value['currency']}"
    if field.type == "file":
        return json.dumps(value)
    if field.type == "reference":
        name = references_named(uow, [(field.reference, value)]).get((field.reference, value), "")
        return marked(label_text(name, locale()), value).strip()
    return str(value)


def field_values(
    uow: UnitOfWork, declared: Mapping[str, Field], typed: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], list[Refusal]]:
    """What was typed as values for `clean_fields`, and refusals of what could not be read."""
    values: dict[str, Any] = {}
    refusals: list[Refusal] = []
    for name, texts in typed.items():
        try:
            values[name] = _value(uow, declared[name], texts)
        except Invalid as error:
            refusals += [Refusal(name, refusal.message) for refusal in error.refusals]
    return values, refusals


def _value(uow: UnitOfWork, field: Field, texts: Sequence[str]) -> Any:
    text = texts[0] if texts else ""
    if field.type == "choices":
        return [value for value in texts if value]
    if field.type == "moment" and text:
        try:
            return aware(text).isoformat()
        except ValueError:
            return text
    if field.type == "duration" and text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 12:
        return int(text) * 60
    if field.type == "reference":
        return typed_reference(uow, field.reference, text)
    if field.type == "file":
        return _file(texts)
    return text or None


def _file(texts: Sequence[str]) -> Any:
    """A form holds a file as what its upload answered; the box that removes it comes after."""
    if not texts or not texts[0] or texts[-1] == CLEARED:
        return None
    try:
        return json.loads(texts[0])
    except (ValueError, RecursionError):
        return texts[0]


def take_uploads(inputs: Iterable[Input], typed: dict[str, list[str]]) -> None:
    """Store what was uploaded with a form, in an act of its own, so that a refused form does not lose it."""
    given = {item.name: request.files.get(item.name) for item in inputs if item.type == "file"}
    sent = {name: upload for name, upload in given.items() if upload is not None and upload.filename}
    if not sent:
        return
    with writing() as uow:
        for name, upload in sent.items():
            kept = store_file(uow, store=desk().files, name=upload.filename or "", content=upload.stream)  # type: ignore[arg-type]
            typed[name] = [json.dumps(kept._asdict())]
