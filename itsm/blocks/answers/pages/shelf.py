"""What is ready: the list, and the forms by which it is made, changed and removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.blocks.answers.pages.blueprint import STAFF, pages, ticket_of
from itsm.blocks.answers.pages.words import KINDS, acts_of, offer, owner_word, purposes, settable, whose
from itsm.blocks.answers.rules import VOCABULARY, WORDS
from itsm.blocks.answers.schemas import SCHEMAS
from itsm.blocks.answers.verbs import (
    DESK,
    ME,
    Entry,
    find_ready,
    free_key,
    list_ready,
    may_change,
    owners,
    preview_of,
    remove_ready,
    save_ready,
)
from itsm.core.configuration.forms import body_of, parts_of_body, put_refusals, unread
from itsm.core.errors import Conflict, DeskError, Forbidden, Invalid, Refusal, Unknown
from itsm.core.filling import template_fault
from itsm.core.refusals import loaded
from itsm.core.texts import say
from itsm.core.tickets.verbs.draft import draft_of
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import number_in
from itsm.core.work.uow import UnitOfWork

APART = frozenset({"group"})


@dataclass(slots=True)
class Shown:
    """A form on its way: what stands in it, why it was refused, how its text will read."""

    what: str
    value: Mapping[str, Any]
    owner: str
    entry: Entry | None = None
    refusals: Sequence[Refusal] = ()
    preview: Sequence[tuple[str, str]] = ()
    status: int = 200
    match: int = 0
    errors: list[str] = field(default_factory=list)


@pages.get("/answers")
@needs(STAFF)
def shelf() -> Response:
    """All answers and macros that the actor may use."""
    with reading() as uow:
        mine = dict(owners(uow))
        words = purposes(uow)
        rows = {
            what: [(entry, whose(entry), _about(uow, words, entry), entry.owner in mine)
                   for entry in list_ready(uow, what)]
            for what in KINDS
        }  # fmt: skip
        return render(uow, "answers/shelf.html", rows=rows)


def _about(uow: UnitOfWork, words: Mapping[str, str], entry: Entry) -> str:
    if entry.what == "answer":
        return words.get(entry.body["purpose"], entry.body["purpose"])
    return "; ".join(acts_of(uow, entry, texts=True))


@pages.get("/answers/new/<any(answer,macro):ready>")
@needs(STAFF)
def new(ready: str) -> Response:
    """An empty form."""
    with reading() as uow:
        return _form(uow, Shown(ready, {}, ME))


@pages.get("/answers/<int:ready_id>")
@needs(STAFF)
def one(ready_id: int) -> Response:
    """One of them: its form for who may change it, else how it reads."""
    with reading() as uow:
        return _form(uow, _stored(uow, ready_id))


def _stored(uow: UnitOfWork, id_: int) -> Shown:
    entry = find_ready(uow, id_=id_)
    value = {"key": entry.key, "label": entry.label, **entry.body}
    return Shown(entry.what, value, entry.owner, entry, match=entry.version)


def _form(uow: UnitOfWork, shown: Shown) -> Response:
    entry = shown.entry
    parts = parts_of_body(uow, SCHEMAS[shown.what](), shown.value, document={}, leaving=APART)
    offer(uow, parts)
    errors = [*shown.errors, *put_refusals(parts, shown.refusals)]
    return render(
        uow, "answers/entry.html", status=shown.status, shown=shown, entry=entry, parts=parts, errors=errors,
        title=translated(KINDS[shown.what]), ticket=request.values.get("ticket", "")[:16],
        owners=[(key, owner_word(key, label)) for key, label in owners(uow)],
        changeable=entry is None or may_change(uow, entry), whose=whose(entry) if entry else "",
        acts=acts_of(uow, entry, texts=True) if entry and entry.what == "macro" else (),
        words=[(name, translated(WORDS[name])) for name in VOCABULARY], settable=settable(uow),
    )  # fmt: skip


@pages.post("/answers/new/<any(answer,macro):ready>")
@needs(STAFF)
def add(ready: str) -> Response:
    """Keep a new one, or show how it reads."""
    return _sent(ready, None)


@pages.post("/answers/<int:ready_id>")
@needs(STAFF)
def change(ready_id: int) -> Response:
    """Keep a changed one, or show how it reads."""
    with reading() as uow:
        what = find_ready(uow, id_=ready_id).what
    return _sent(what, ready_id)


def _sent(what: str, id_: int | None) -> Response:
    typed = body_of(SCHEMAS[what](), request.form, leaving=APART)
    if request.form.get("do") == "preview":
        return _previewed(what, id_, typed)
    try:
        with reading() as uow:
            typed.setdefault("key", "")
            typed["key"] = typed["key"] or free_key(uow, what)
        value = _read(what, typed)
        key, label = value.pop("key"), value.pop("label")
        del value["group"]
        with writing() as uow:
            save_ready(uow, what=what, owner=request.form.get("owner", DESK)[:60], key=key, label=label, body=value,
                       id_=id_, match=number_in(request.form.get("match", "")))  # fmt: skip
    except (Invalid, Conflict, Forbidden) as error:
        return _again(what, id_, typed, error)
    flash(translated(say("Saved.")))
    return redirect(url_for("answers.shelf"))


def _read(what: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed as its schema understands it."""
    if faults := list(unread(typed)):
        raise Invalid(refusals=faults)
    value: dict[str, Any] = loaded(SCHEMAS[what](), typed)
    return value


def _previewed(what: str, id_: int | None, typed: Mapping[str, Any]) -> Response:
    with reading() as uow:
        shown = _typed(uow, what, id_, typed)
        number, texts = request.form.get("ticket", "").strip(), typed.get("text") or {}
        faults = {language: template_fault(text, VOCABULARY) for language, text in texts.items()}
        shown.refusals = [Refusal(f"text.{language}", fault) for language, fault in faults.items() if fault]
        try:
            draft = draft_of(uow, ticket_of(uow, number_in(number) or 0)) if number else None
        except DeskError as error:
            shown.errors.append(translated(error.message))
        else:
            if texts and not shown.refusals:
                purpose = str(typed.get("purpose", ""))
                shown.preview = preview_of(uow, texts=texts, purpose=purpose, draft=draft)
        return _form(uow, shown)


def _typed(uow: UnitOfWork, what: str, id_: int | None, typed: Mapping[str, Any]) -> Shown:
    entry = find_ready(uow, id_=id_) if id_ is not None else None
    match = number_in(request.form.get("match", "")) or 0
    return Shown(what, typed, request.form.get("owner", DESK)[:60], entry, match=match)


def _again(what: str, id_: int | None, typed: Mapping[str, Any], error: Invalid | Conflict | Forbidden) -> Response:
    """The form with what was typed and why it was refused."""
    with reading() as uow:
        try:
            shown = _typed(uow, what, id_, typed)
        except Unknown:  # somebody removed it meanwhile: what was typed may be kept as a new one
            shown = _typed(uow, what, None, typed)
        shown.status, shown.refusals = error.status, error.refusals
        if error.message.msgid:
            shown.errors.append(translated(error.message))
        return _form(uow, shown)


@pages.post("/answers/<int:ready_id>/remove")
@needs(STAFF)
def remove(ready_id: int) -> Response:
    """Remove one; the history keeps what it said."""
    with writing() as uow:
        remove_ready(uow, id_=ready_id)
    flash(translated(say("Removed.")))
    return redirect(url_for("answers.shelf"))
