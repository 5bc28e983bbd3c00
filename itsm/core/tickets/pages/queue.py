"""The queue: tickets by filters that stand in the address, page by page, with counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from itsm.core.errors import Invalid
from itsm.core.fields.verbs import choices_of
from itsm.core.people.names import own_teams, visible_names_of
from itsm.core.texts import Message, label_text, say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.export import USUAL, columns_offered
from itsm.core.tickets.pages.inputs import CHOICES
from itsm.core.tickets.pages.labels import CATEGORIES, Labels
from itsm.core.tickets.values import PEOPLE
from itsm.core.tickets.verbs import count_tickets, list_tickets
from itsm.core.tickets.verbs.find import Page
from itsm.core.web import actor, needs, reading
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Input, by_field
from itsm.core.work.uow import UnitOfWork

PAGE = 50
MOST = 1000
ALWAYS = ("q", "kind", "state_category", "team", "assignee", "priority")


@dataclass(slots=True)
class View:
    """A ready-made set of filters. count: of unfinished tickets, for which there are indexes; `more`: over 1,000."""

    title: str
    url: str
    current: bool
    count: int | None = None
    more: bool = False


@dataclass(slots=True)
class Found:
    """What the filters give, or why they cannot be applied."""

    page: Page = field(default_factory=lambda: Page((), ""))
    total: int = 0
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


@pages.get("/")
@needs("tickets.read")
def queue() -> Response:
    """Tickets that you may see; without filters the unfinished ones."""
    staff = actor().holds("tickets.read_all") or actor().holds("tickets.read_team")
    given = {name: value for name, value in request.args.items() if value.strip() and name != "after"}
    filters = given or {"state_category": "unfinished"}
    applied = {name: value for name, value in filters.items() if (name, value) != ("state_category", "all")}
    with reading() as uow:
        found = _find(uow, applied)
        rows = found.page.rows
        labels = _labels(uow, rows, filters)
        inputs = _inputs(uow, labels, filters, found.errors) if staff else []
        return render(
            uow,
            "core/queue.html",
            status=422 if found.errors else 200,
            staff=staff,
            labels=labels,
            rows=rows,
            total=found.total,
            most=MOST,
            views=_views(uow, filters, staff),
            basic=[item for item in inputs if item.name in ALWAYS],
            extra=[item for item in inputs if item.name not in ALWAYS],
            chips=_chips(labels, filters),
            errors=[sentence for name, found_ in found.errors.items() for sentence in (f"{name}: {s}" for s in found_)],
            following=_url({**filters, "after": found.page.next}) if found.page.next else "",
            first=_url(filters) if request.args.get("after") else "",
            filters=filters,
            columns=[(name, title, name in USUAL) for name, title in columns_offered(uow)],
        )


def _url(filters: Mapping[str, str]) -> str:
    """Not by `url_for`, to which names from an address could be instructions."""
    return f"{url_for('tickets.queue')}?{urlencode(filters)}"


def _find(uow: UnitOfWork, filters: Mapping[str, str]) -> Found:
    """Three queries at most, whatever the rows: the page, and a count that stops at a thousand."""
    try:
        page = list_tickets(uow, filters=filters, after=request.args.get("after", ""), limit=PAGE)
        total = count_tickets(uow, filters=filters, most=MOST + 1)
    except Invalid as error:
        return Found(errors=by_field(error))
    return Found(page, total)


def _labels(uow: UnitOfWork, rows: Sequence[Row[Any]], filters: Mapping[str, str]) -> Labels:
    """Names on the tickets that are shown, and of the ids in the address those that the reader may see anyway."""
    people = {id_ for row in rows for id_ in (row.assignee_id, row.requested_for_id, row.contact_id)}
    teams: set[int | None] = {row.team_id for row in rows} | _ids(filters, "team")
    asked = {id_ for name in PEOPLE for id_ in _ids(filters, name)}
    organisations = {row.organisation_id for row in rows}
    labels = Labels(uow, people=people, organisations=organisations, teams=teams)
    labels.add(visible_names_of(uow, people=asked, organisations=_ids(filters, "organisation")))
    return labels


def _ids(filters: Mapping[str, str], name: str) -> set[int]:
    parts = filters.get(name, "").split(",")
    return {int(part) for part in parts if part.strip().isascii() and part.strip().isdigit() and len(part) < 16}


def _views(uow: UnitOfWork, filters: Mapping[str, str], staff: bool) -> list[View]:
    unfinished = {"state_category": "unfinished"}
    ready: list[tuple[Message, dict[str, str]]] = [(say("Unfinished"), unfinished)]
    if staff:
        ready.insert(0, (say("Mine"), {**unfinished, "assignee": "me"}))
        if teams := own_teams(uow):
            ready.insert(1, (say("My groups"), {**unfinished, "team": ",".join(map(str, teams))}))
        ready.append((say("Unassigned"), {**unfinished, "assignee": "none"}))
    ready += [(say("Resolved"), {"state_category": "resolved"}), (say("All"), {"state_category": "all"})]
    return [_view(uow, title, wanted, filters) for title, wanted in ready]


def _view(uow: UnitOfWork, title: Message, wanted: dict[str, str], filters: Mapping[str, str]) -> View:
    view = View(translated(title), _url(wanted), dict(filters) == wanted)
    if wanted["state_category"] == "unfinished":
        count = count_tickets(uow, filters=wanted, most=MOST + 1)
        view.count, view.more = min(count, MOST), count > MOST
    return view


def _inputs(
    uow: UnitOfWork, labels: Labels, filters: Mapping[str, str], errors: Mapping[str, Sequence[str]]
) -> list[Input]:
    """The filter form: the common ones, and every filterable field that plugins brought."""
    kinds = [(kind.name, labels.kind(kind.name)) for kind in uow.registry.kinds.values()]
    stages = [("unfinished", translated(say("Unfinished"))), *((c, translated(w)) for c, w in CATEGORIES.items())]
    stages.append(("all", translated(say("All"))))
    assignees = [("me", translated(say("I myself"))), ("none", translated(say("Nobody")))]
    nobody = [("none", translated(say("None")))]
    inputs = [
        Input("q", labels.name("q")),
        Input("kind", labels.name("kind"), "choice", options=kinds),
        Input("state_category", labels.name("state_category"), "choice", options=stages),
        Input("team", labels.name("team"), "choice", options=[*CHOICES["team"](uow, labels), *nobody]),
        Input("assignee", labels.name("assignee"), "choice", options=assignees),
        Input("priority", labels.name("priority"), "choice", options=CHOICES["priority"](uow, labels)),
        Input("service", labels.name("service"), "choice", options=[*CHOICES["service"](uow, labels), *nobody]),
        Input("topic", labels.name("topic"), "choice", options=[*CHOICES["topic"](uow, labels), *nobody]),
        Input("tag", labels.name("tag")),
        Input("premium", labels.name("premium"), "choice", options=_yes_no()),
        Input("incomplete", labels.name("incomplete"), "choice", options=_yes_no()),
        *(_field_input(uow, labels, name) for name, f in uow.registry.fields_of("ticket").items() if f.filterable),
    ]  # fmt: skip
    for item in inputs:
        item.empty = translated(say("any"))
        _put(item, filters.get(item.name, ""), labels)
        item.errors = list(errors.get(item.name, ()))
    return inputs


def _put(item: Input, value: str, labels: Labels) -> None:
    """Show the filter's value, also one that is not among the ready ones, such as several groups."""
    item.text, item.chosen = value, [value]
    if item.type == "choice" and value and value not in dict(item.options):
        item.options = [*item.options, (value, _value_text(labels, item.name, value))]


def _yes_no() -> list[tuple[str, str]]:
    return [("true", translated(say("yes"))), ("false", translated(say("no")))]


def _field_input(uow: UnitOfWork, labels: Labels, name: str) -> Input:
    declared = uow.registry.fields_of("ticket")[name]
    item = Input(name, labels.name(name))
    if declared.type in ("choice", "choices"):
        item.type = "choice"
        item.options = [(c.value, label_text(c.label, labels.locale)) for c in choices_of(uow, declared)]
    elif declared.type == "yes_no":
        item.type, item.options = "choice", _yes_no()
    return item


def _chips(labels: Labels, filters: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(name, value, address without it) of each filter in force, for people."""
    chips = []
    for name, value in filters.items():
        rest = {n: v for n, v in filters.items() if n != name} or {"state_category": "all"}
        chips.append((labels.name(name), _value_text(labels, name, value), _url(rest)))
    return chips


def _value_text(labels: Labels, name: str, value: str) -> str:
    return ", ".join(_word(labels, name, part.strip()) for part in value.split(","))


def _word(labels: Labels, name: str, part: str) -> str:
    ready = {"none": say("None"), "me": say("I myself"), "unfinished": say("Unfinished"), "all": say("All")}
    if part in ready and name not in ("q", "tag"):
        return translated(ready[part])
    if name == "kind":
        return labels.kind(part)
    if name == "state_category":
        return translated(CATEGORIES[part]) if part in CATEGORIES else part
    if part in ("true", "false"):
        return translated(say("yes") if part == "true" else say("no"))
    digits = part.isascii() and part.isdigit() and len(part) < 16
    declared = labels.uow.registry.fields_of("ticket").get(name)
    if name in ("q", "tag", "state", "incomplete", "premium"):
        return part
    if declared is not None and declared.type not in ("choice", "choices"):
        return part
    return labels.shown(name, int(part) if digits else part)
