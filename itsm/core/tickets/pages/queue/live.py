"""The part of the queue that refreshes itself: the views with their counts, and the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup
from sqlalchemy import Row

from itsm.core.ledger.verbs import newest
from itsm.core.people.names import visible_names_of
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.export import COLUMNS
from itsm.core.tickets.pages.labels import CATEGORIES, Labels
from itsm.core.tickets.pages.queue.asked import Asked
from itsm.core.tickets.pages.queue.columns import Line, columns_of, lines_of, looks_of, names_shown
from itsm.core.tickets.pages.queue.filters import ids_in, resolved
from itsm.core.tickets.pages.queue.views import MOST, counted, views_of
from itsm.core.tickets.values import PEOPLE
from itsm.core.tickets.verbs import list_tickets
from itsm.core.tickets.verbs.find import Page
from itsm.core.web import actor, needs, reading
from itsm.core.web.edge import translated
from itsm.core.web.in_place import refreshed, standing
from itsm.core.work.uow import UnitOfWork

PAGE = 50


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading; without grouping there is one, without a title."""

    title: str
    lines: Sequence[Line]


@pages.get("/tickets/rows")
@needs("tickets.read")
def rows() -> Response:
    """The rows anew, or 304: while nothing happens on the desk for three small queries, whoever asks."""
    asked = Asked.of(request.args)
    with reading() as uow:
        now = newest(uow.session)
        return refreshed(
            standing(now, asked), lambda: _anew(uow, asked, now), lambda html, tag: live_html(asked, html, tag)
        )


def _anew(uow: UnitOfWork, asked: Asked, now: str) -> Markup:
    names = names_shown(uow, asked, is_staff_here(), looks_of(uow))
    return list_html(uow, asked, names, find_page(uow, asked), now)


def find_page(uow: UnitOfWork, asked: Asked) -> Page:
    """The page of the list that the address asks for; raises `Invalid` naming what is wrong in it."""
    return list_tickets(
        uow, filters=resolved(uow, asked.applied), sort=asked.sort, group=asked.group, after=asked.after,
        before=asked.before, limit=PAGE,
    )  # fmt: skip


def list_html(uow: UnitOfWork, asked: Asked, names: Sequence[str], page: Page, newest: str) -> Markup:
    """The views and the rows."""
    staff = is_staff_here()
    views = views_of(uow, staff)
    total = counted(uow, views, resolved(uow, asked.applied), asked.view, newest)
    labels = labels_of(uow, page.rows, asked)
    heads = columns_of(labels, asked, names)
    html = render_template(
        "core/queue_list.html",
        asked=asked, views=views, total=total, most=MOST, labels=labels, staff=staff,
        columns=heads,
        groups=_groups(labels, page.rows, asked.group, names),
        following=asked.url(after=page.next) if page.next else "",
        previous=asked.url(before=page.previous) if page.previous else "",
        first=asked.url() if asked.after or asked.before else "",
    )  # fmt: skip
    return Markup(html)  # noqa: S704  (a template's own)


def live_html(asked: Asked, html: Markup, tag: str) -> str:
    """The same as an element that refreshes itself."""
    return render_template("core/queue_live.html", asked=asked, html=html, tag=tag)


def is_staff_here() -> bool:
    """Whether the page is that of somebody who works on tickets; who only registers and reads them has a plain list."""
    return actor().holds("tickets.work") or actor().holds("tickets.internal")


def labels_of(uow: UnitOfWork, rows: Sequence[Row[Any]], asked: Asked) -> Labels:
    """Names on the tickets that are shown, and of the ids in the address those that the reader may see anyway."""
    people = {id_ for row in rows for id_ in (row.assignee_id, row.requested_for_id, row.contact_id)}
    teams: set[int | None] = {row.team_id for row in rows} | ids_in(asked.filters, "team")
    of_filters = {id_ for name in PEOPLE for id_ in ids_in(asked.filters, name)}
    labels = Labels(uow, people=people, organisations={row.organisation_id for row in rows}, teams=teams)
    labels.add(visible_names_of(uow, people=of_filters, organisations=ids_in(asked.filters, "organisation")))
    return labels


def _groups(labels: Labels, rows: Sequence[Row[Any]], group: str, names: Sequence[str]) -> list[Group]:
    lines = lines_of(labels, rows, names)
    if not group:
        return [Group("", lines)]
    found = groupby(lines, key=lambda line: _title(labels, line.row, group))
    return [Group(f"{labels.name(group)}: {title}", list(there)) for title, there in found]


def _title(labels: Labels, row: Row[Any], group: str) -> str:
    value = getattr(row, COLUMNS[group])
    if group == "kind":
        return labels.kind(value)
    if group == "state_category":
        return translated(CATEGORIES[value]) if value in CATEGORIES else str(value)
    return labels.shown(group, value, row.kind)
