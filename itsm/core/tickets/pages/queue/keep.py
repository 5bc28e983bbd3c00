"""Keep, rename, remove and share views; the columns and the density that a person prefers."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request
from marshmallow import fields
from werkzeug.wrappers import Response

from itsm.core.errors import Invalid, Stale, TooLarge
from itsm.core.people.verbs import set_preference
from itsm.core.schemas import Among, Key, Line, Strict
from itsm.core.texts import say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.export import columns_offered
from itsm.core.tickets.pages.queue.asked import address
from itsm.core.tickets.pages.queue.columns import ALWAYS, MOST, PREFERENCE
from itsm.core.tickets.pages.queue.filters import resolved
from itsm.core.views.schemas import LONGEST
from itsm.core.views.verbs import find_view, read_query, remove_view, rename_view, save_view, share_view
from itsm.core.web import needs, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import safe_next
from itsm.core.web.inputs import by_field, parse
from itsm.core.work.uow import UnitOfWork


class NameForm(Strict):
    """A name, and of a new view what stands in its address."""

    name = Line(60, required=True)
    query = Line(LONGEST, blank=True, load_default="")


class ShareForm(Strict):
    """What a shared view is called, whom it is for, and why there is one."""

    en = Line(120, blank=True, load_default="")
    ru = Line(120, blank=True, load_default="")
    roles = fields.List(Key(), load_default=list)
    groups = fields.List(Key(), load_default=list)
    reason = Line(500, required=True)


class LooksForm(Strict):
    """The columns beside number and subject, and how close the rows stand."""

    columns = fields.List(Line(120), load_default=list)
    density = fields.String(load_default="", validate=Among(("", "compact")))


def _back(error: Invalid | TooLarge | Stale) -> Response:
    """To where one came from, with the reasons."""
    if isinstance(error, Invalid):
        for name, sentences in by_field(error).items():
            flash(f"{name}: {' '.join(sentences)}" if name else " ".join(sentences), "bad")
    else:
        flash(translated(error.message), "bad")
    return redirect(safe_next(request.form.get("next")))


@pages.post("/views")
@needs("tickets.read")
def keep_view() -> Response:
    """Keep the list as it stands."""
    try:
        data = parse(NameForm, request.form)
        with writing() as uow:
            query = read_query(data["query"])
            view = save_view(uow, name=data["name"], query={**query, **resolved(uow, query)})
            there = address(read_query(view.query))
    except (Invalid, TooLarge) as error:
        return _back(error)
    flash(translated(say("The view is kept.")))
    return redirect(there)


@pages.post("/views/<int:view_id>/rename")
@needs("tickets.read")
def name_view(view_id: int) -> Response:
    """Call one of one's views otherwise."""
    try:
        data = parse(NameForm, request.form)
        with writing() as uow:
            rename_view(uow, view_id=view_id, name=data["name"])
    except Invalid as error:
        return _back(error)
    return redirect(safe_next(request.form.get("next")))


@pages.post("/views/<int:view_id>/remove")
@needs("tickets.read")
def drop_view(view_id: int) -> Response:
    """Forget one of one's views; the list stays."""
    with writing() as uow:
        remove_view(uow, view_id=view_id)
    flash(translated(say("The view is forgotten.")))
    return redirect(safe_next(request.form.get("next")))


@pages.post("/views/<int:view_id>/share")
@needs("core.configure")
def give_view(view_id: int) -> Response:
    """Make one of one's views one of the desk."""
    try:
        data = parse(ShareForm, request.form)
        label = {lang: data[lang] for lang in ("en", "ru") if data[lang]}
        with writing(data["reason"]) as uow:
            own = find_view(uow, view_id=view_id).name
            share_view(
                uow, view_id=view_id, label=label or {"en": own, "ru": own}, roles=data["roles"],
                groups=data["groups"], reason=data["reason"],
            )  # fmt: skip
    except (Invalid, Stale) as error:
        return _back(error)
    flash(translated(say("The view is shared.")))
    return redirect(safe_next(request.form.get("next")))


@pages.post("/tickets/looks")
@needs("tickets.read")
def like() -> Response:
    """Keep which columns one wants and how close the rows stand."""
    try:
        data = parse(LooksForm, request.form)
        with writing() as uow:
            set_preference(uow, PREFERENCE, _looks(uow, data))
    except Invalid as error:
        return _back(error)
    return redirect(safe_next(request.form.get("next")))


def _looks(uow: UnitOfWork, data: Mapping[str, Any]) -> dict[str, Any]:
    offered = [name for name, _ in columns_offered(uow) if name not in ALWAYS]
    strange = sorted(set(data["columns"]) - set(offered))
    if strange:
        names = ", ".join(strange)[:200]
        raise Invalid.field("columns", say("There is no column {names}.", names=names))
    chosen = {"columns": data["columns"][:MOST]} if data["columns"] else {}
    return chosen | ({"density": data["density"]} if data["density"] else {})
