"""Values of fields as people read them."""

from datetime import date
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import format_date, format_decimal

from itsm.core.fields.verbs import choices_of, fields_in_order, references_named
from itsm.core.hookspecs.declarations import Field
from itsm.core.texts import label_text, say
from itsm.core.web.edge import locale, translated
from itsm.core.web.words import minutes, moment
from itsm.core.work.uow import UnitOfWork


class Shown(NamedTuple):
    """A field on a page: its name, its value, whether that is long, and where it leads, if anywhere."""

    name: str
    text: str
    long: bool = False
    url: str = ""


def fields_shown(uow: UnitOfWork, subject: str, row: Any, *, staff: bool) -> list[Shown]:
    """What is filled in, in the fields' order; who is no staff of this row sees the public ones."""
    return list(fields_by_name(uow, subject, row, staff=staff).values())


def fields_by_name(uow: UnitOfWork, subject: str, row: Any, *, staff: bool) -> dict[str, Shown]:
    """The same by the fields' full names."""
    id_, values = row.id, row.fields
    return {
        f.name: Shown(
            label_text(f.label, locale()), text_of(uow, f, values[f.name]), f.type == "long_text",
            _url(uow, f, subject, id_, values[f.name]),
        )
        for f in fields_in_order(uow, subject)
        if f.name in values and (staff or f.public)
    }  # fmt: skip


def text_of(uow: UnitOfWork, field: Field, value: Any) -> str:
    """One value; what is referred to and cannot be seen is not named. History may hold values of an earlier type."""
    try:
        return _text(uow, field, value)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError):
        return str(value)


def _text(uow: UnitOfWork, field: Field, value: Any) -> str:
    if field.type in ("choice", "choices"):
        words = {c.value: label_text(c.label, locale()) for c in choices_of(uow, field)}
        return ", ".join(words.get(v, str(v)) for v in (value if isinstance(value, list) else [value]))
    if field.type == "yes_no":
        return translated(say("yes") if value else say("no"))
    if field.type == "moment":
        return moment(value)
    if field.type == "date":
        return str(format_date(date.fromisoformat(value)))
    if field.type == "duration":
        return minutes(int(value) // 60)
    if field.type in ("whole", "decimal"):
        return str(format_decimal(value))
    return _composed(uow, field, value)


def _composed(uow: UnitOfWork, field: Field, value: Any) -> str:
    if field.type == "money":
        return f"{format_decimal(value['amount'], '#,##0.00##')} {value['currency']}"
    if field.type == "file":
        return str(value["name"])
    if field.type == "reference":
        name = named(uow, field, value)
        return label_text(name, locale()) if name else translated(say("not visible to you"))
    return str(value)


def named(uow: UnitOfWork, field: Field, id_: int) -> Any:
    """What a reference names, '' for what the reader may not see; asked once for each page."""
    known = uow.memo.setdefault("references", {})
    key = (field.reference, id_)
    if key not in known:
        known[key] = references_named(uow, [key]).get(key, "")
    return known[key]


def _url(uow: UnitOfWork, field: Field, subject: str, id_: int, value: Any) -> str:
    if field.type == "file":
        return url_for("fields.file", subject=subject, id_=id_, name=field.name)
    if field.type == "reference" and named(uow, field, value):
        leads = uow.registry.references[field.reference].url
        return leads(value) if leads else ""
    return ""
