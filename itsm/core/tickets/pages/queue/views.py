"""The views above the queue: ready-made ones, those of the desk and one's own, each with its count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itsm.core.people.names import own_teams
from itsm.core.texts import label_text, say
from itsm.core.tickets.pages.queue.asked import PLACES, SHAPES, UNFINISHED, Asked, address
from itsm.core.tickets.verbs import count_lists
from itsm.core.views.verbs import own_views, read_query, shared_views
from itsm.core.web.edge import locale, translated
from itsm.core.work.uow import UnitOfWork

MOST = 1000


@dataclass(slots=True)
class View:
    """A view and its address. count: to 1,000 at the most, `more` beyond; id: of one's own."""

    title: str
    query: Mapping[str, str]
    current: bool = False
    count: int = 0
    more: bool = False
    id: int = 0

    @property
    def url(self) -> str:
        """Where it leads."""
        return address(self.query)

    @property
    def filters(self) -> Mapping[str, str]:
        """What of it narrows."""
        return Asked({n: v for n, v in self.query.items() if n not in (*PLACES, *SHAPES)} or UNFINISHED).applied


def views_of(uow: UnitOfWork, staff: bool) -> list[View]:
    """Those that every desk has."""
    ready = [View(translated(say("Unfinished")), UNFINISHED)]
    if staff:
        ready.insert(0, View(translated(say("Mine")), {**UNFINISHED, "assignee": "me"}))
        if teams := own_teams(uow):
            mine = {**UNFINISHED, "team": ",".join(map(str, teams))}
            ready.insert(1, View(translated(say("My groups")), mine))
        ready.append(View(translated(say("Unassigned")), {**UNFINISHED, "assignee": "none"}))
    ready.append(View(translated(say("Just resolved")), {"state_category": "resolved"}))
    ready.append(View(translated(say("All")), {"state_category": "all"}))
    shared = [View(label_text(v["label"], locale()), read_query(v["query"])) for v in shared_views(uow)]
    return [*ready, *shared, *(View(view.name, read_query(view.query), id=view.id) for view in own_views(uow))]


def counted(
    uow: UnitOfWork, views: Sequence[View], filters: Mapping[str, str], here: Mapping[str, str], newest: str
) -> int:
    """Put the counts on the views and mark the one that is `here`; the count of the list with these `filters`."""
    lists = [filters, *(view.filters for view in views)]
    total, *counts = count_lists(uow, lists=lists, newest=newest, most=MOST + 1)
    for view, count in zip(views, counts, strict=True):
        view.current = dict(view.query) == here
        view.count, view.more = min(count, MOST), count > MOST
    return total
