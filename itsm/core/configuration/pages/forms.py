"""Any document as forms: its entries as tables, each entry a form; a change is a revision that is put in force."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from itsm.core.configuration.forms import altered, body_of, parts_of_body, put_refusals, unread
from itsm.core.configuration.forms.parts import schema_of
from itsm.core.configuration.forms.table import Table, table_of, title_of
from itsm.core.configuration.pages.blueprint import pages
from itsm.core.configuration.pages.differences import rows_of
from itsm.core.configuration.pages.spots import Spot, find_spot, home_of, lists_of, title_of_part
from itsm.core.configuration.pages.workflow import others, picture
from itsm.core.configuration.verbs import change_document, difference
from itsm.core.errors import Conflict, Invalid, Refusal, Stale
from itsm.core.texts import Message, say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import number_in
from itsm.core.work.uow import UnitOfWork

SAVE = "save"


@dataclass(slots=True)
class Shown:
    """What a form shows besides its inputs: refusals of the whole, and what somebody else changed meanwhile."""

    value: Any
    refusals: Sequence[Refusal] = ()
    errors: Sequence[str] = ()
    meanwhile: Sequence[Any] = ()
    status: int = 200


@pages.get("/configuration/<name>/form")
@needs("core.configure")
def form(name: str) -> Response:
    """A document as tables and a form."""
    with reading() as uow:
        return show_spot(uow, find_spot(uow, name))


@pages.get("/configuration/<name>/add/<part>")
@needs("core.configure")
def new_entry(name: str, part: str) -> Response:
    """The form of a new entry."""
    with reading() as uow:
        return show_spot(uow, find_spot(uow, name, part))


@pages.get("/configuration/<name>/form/<part>/<entry>")
@needs("core.configure")
def entry(name: str, part: str, entry: str) -> Response:
    """The form of one entry."""
    with reading() as uow:
        return show_spot(uow, find_spot(uow, name, part, entry))


def show_spot(uow: UnitOfWork, spot: Spot, shown: Shown | None = None) -> Response:
    """The page of a document or of one entry of it."""
    shown = shown or Shown(spot.value)
    declared = spot.declared
    parts = parts_of_body(uow, spot.schema, shown.value, document=spot.body, leaving=spot.leaving)
    own = [Refusal(r.field.removeprefix(spot.prefix), r.message) for r in shown.refusals]
    reason = [translated(r.message) for r in own if r.field == "reason"]
    errors = [*shown.errors, *put_refusals(parts, [r for r in own if r.field != "reason"])]
    return render(
        uow, "core/document_entry.html" if spot.part else "core/document_form.html", status=shown.status,
        declared=declared, parts=parts, spot=spot, errors=errors, meanwhile=rows_of(shown.meanwhile),
        reason=request.form.get("reason", "")[:500], reason_errors=reason, home=home_of(declared.name),
        title=title_of(spot.value, spot.place) if spot.part and not spot.is_new else "",
        part_title=title_of_part(spot.declared.schema(), spot.part) if spot.part else "",
        tables=[] if spot.part else list(_tables(uow, spot)), words=request.args.get("q", "")[:100],
        picture=picture(declared.name, spot.body), others=others(declared.name, spot.part, spot.body, spot.value),
    )  # fmt: skip


def _tables(uow: UnitOfWork, spot: Spot) -> Iterator[Table]:
    words = request.args.get("q", "")[:100]
    for part, declared in lists_of(spot.schema).items():
        yield table_of(uow, schema_of(declared), spot.body, part, title_of_part(spot.schema, part), words)


@pages.post("/configuration/<name>/form")
@needs("core.configure")
def change_form(name: str) -> Response:
    """Save what a document holds beside its lists."""
    return _sent(name, "", None, say("Saved and in force."))


@pages.post("/configuration/<name>/add/<part>")
@needs("core.configure")
def add_entry(name: str, part: str) -> Response:
    """Save a new entry."""
    return _sent(name, part, None, say("Added and in force."))


@pages.post("/configuration/<name>/form/<part>/<entry>")
@needs("core.configure")
def change_entry(name: str, part: str, entry: str) -> Response:
    """Save a changed entry."""
    return _sent(name, part, entry, say("Saved and in force."))


def _sent(name: str, part: str, entry: str | None, done: Message) -> Response:
    with reading() as uow:
        spot = find_spot(uow, name, part, entry)
        typed = body_of(spot.schema, request.form, leaving=spot.leaving)
        if (act := request.form.get("do", SAVE)) != SAVE:
            return show_spot(uow, spot, Shown(altered(typed, act)))
    return _saved(name, part, entry, typed, done)


def _saved(name: str, part: str, entry: str | None, typed: dict[str, Any], done: Message) -> Response:
    reason, match = request.form.get("reason", "")[:500], number_in(request.form.get("match", ""))
    try:
        with writing(reason) as uow:
            spot = find_spot(uow, name, part, entry)
            if faults := list(unread(typed, spot.prefix)):
                raise Invalid(refusals=faults)
            change_document(uow, name=name, body=spot.with_value(typed), reason=reason, match=match)
    except Invalid as error:
        return _refused(name, part, entry, Shown(typed, error.refusals, _whole(error), status=error.status))
    except Stale as error:
        return _overtaken(name, part, entry, typed, error)
    except Conflict as error:
        return _refused(name, part, entry, Shown(typed, (), [translated(error.message)], status=error.status))
    flash(translated(done))
    return redirect(home_of(name))


def _whole(error: Invalid) -> list[str]:
    return [translated(error.message)] if error.message.msgid else []


def _refused(name: str, part: str, entry: str | None, shown: Shown) -> Response:
    with reading() as uow:
        return show_spot(uow, find_spot(uow, name, part, entry), shown)


def _overtaken(name: str, part: str, entry: str | None, typed: dict[str, Any], error: Stale) -> Response:
    """Somebody else put a revision in force since the page was made: what they changed, and what was typed here."""
    with reading() as uow:
        spot = find_spot(uow, name, part, entry)
        before = number_in(request.form.get("match", "")) or 0
        meanwhile = difference(uow, revision_id=spot.revision, against=before) if spot.revision else ()
        told = [translated(error.message), translated(say("See what differs; saving again replaces it."))]
        return show_spot(uow, spot, Shown(typed, (), told, meanwhile, error.status))
