"""Keep a view by a name, rename and remove it; share it with those of some roles or groups."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, select

from itsm.core.configuration.models import Revision
from itsm.core.configuration.verbs import activate_document, document, save_document
from itsm.core.errors import Forbidden, Invalid, Refusal, TooLarge, Unknown
from itsm.core.people.models import Team, TeamMember
from itsm.core.texts import Label, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs.lists.filters import filtered
from itsm.core.tickets.verbs.lists.order import order_of
from itsm.core.views.models import SavedView
from itsm.core.views.schemas import LONGEST
from itsm.core.work.uow import UnitOfWork

DOCUMENT = "core.views"
MOST = 50
SHAPES = ("sort", "group", "columns")


def own_views(uow: UnitOfWork) -> Sequence[SavedView]:
    """The actor's own views in the order in which they were made."""
    mine = select(SavedView).where(SavedView.person_id == uow.act.actor.person_id)
    return uow.session.scalars(mine.order_by(SavedView.id)).all()


def shared_views(uow: UnitOfWork) -> Sequence[Mapping[str, Any]]:
    """Those of the document `core.views` that are for the actor. They show nothing that the actor may not see."""
    views = document(uow, DOCUMENT).body["views"]
    actor = uow.act.actor
    roles = actor.roles | {role for role, _ in actor.roles_within}
    groups: set[str] = set()
    if any(view["groups"] for view in views):
        mine = select(Team.key).join(TeamMember, TeamMember.team_id == Team.id)
        groups = set(uow.session.scalars(mine.where(TeamMember.person_id == actor.person_id)))
    return [v for v in views if not (v["roles"] or v["groups"]) or roles & {*v["roles"]} or groups & {*v["groups"]}]


def save_view(uow: UnitOfWork, *, name: str, query: Mapping[str, str]) -> SavedView:
    """Keep a view under a name of one's own; one of the same name is replaced."""
    person_id = uow.act.actor.person_id
    if person_id is None:
        raise Forbidden(say("Only a person has views."))
    check_query(uow, query)
    text = urlencode(query)
    if len(text) > LONGEST:
        raise TooLarge(say("That is too much to keep."))
    mine = select(SavedView).where(SavedView.person_id == person_id)
    view = uow.session.scalars(mine.where(SavedView.name == named(name))).first()
    if view is None:
        if (uow.session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= MOST:
            raise TooLarge(say("At most {most} views; remove one first.", most=MOST))
        view = SavedView(person_id=person_id, name=named(name), query=text, created_at=uow.now)
        uow.session.add(view)
    view.query = text
    uow.session.flush()
    return view


def rename_view(uow: UnitOfWork, *, view_id: int, name: str) -> None:
    """Another name for one of the actor's views."""
    find_view(uow, view_id=view_id).name = named(name)


def remove_view(uow: UnitOfWork, *, view_id: int) -> None:
    """Forget one of the actor's views."""
    uow.session.delete(find_view(uow, view_id=view_id))


def share_view(
    uow: UnitOfWork, *, view_id: int, label: Label, roles: Sequence[str], groups: Sequence[str], reason: str
) -> Revision:
    """Make one of the actor's views one of the desk: a new revision of the document `core.views`, in force at once."""
    uow.require("core.configure")
    view, found = find_view(uow, view_id=view_id), document(uow, DOCUMENT)
    taken = {entry["key"] for entry in found.body["views"]}
    key = next(key for key in (f"view{number}" for number in range(1, len(taken) + 2)) if key not in taken)
    entry = {"key": key, "label": dict(label), "query": view.query, "roles": [*roles], "groups": [*groups]}
    body = {"views": [*found.body["views"], entry]}
    revision = save_document(uow, name=DOCUMENT, body=body, reason=reason, match=found.revision)
    activate_document(uow, revision_id=revision.id)
    uow.session.delete(view)
    return revision


def find_view(uow: UnitOfWork, *, view_id: int) -> SavedView:
    """One of the actor's own views; somebody else's is unknown."""
    view: SavedView | None = uow.session.get(SavedView, view_id)
    if view is None or view.person_id != uow.act.actor.person_id:
        raise Unknown(say("There is no such view."))
    return view


def named(name: str) -> str:
    """A name of a view, tidied; raises `Invalid`."""
    tidy = " ".join(name.split())
    if not 1 <= len(tidy) <= 60:
        raise Invalid.field("name", say("A name has 1 to {maximum} characters.", maximum=60))
    return tidy


def read_query(text: str) -> dict[str, str]:
    """The query of an address as names and values."""
    return dict(parse_qsl(text, keep_blank_values=False, max_num_fields=100))


def check_query(uow: UnitOfWork, query: Mapping[str, str]) -> None:
    """Refuse what the queue would not understand."""
    order_of(query.get("sort", ""), query.get("group", ""))
    narrow = {n: v for n, v in query.items() if n not in SHAPES and (n, v) != ("state_category", "all")}
    filtered(uow, uow.query(Ticket, Ticket.id), narrow)


def check_shared(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    """Refuse shared views that the queue of this desk would not understand, naming each place."""
    refusals = []
    for place, view in enumerate(body["views"]):
        try:
            check_query(uow, read_query(view["query"]))
        except (Invalid, ValueError) as error:
            wrong = error.refusals if isinstance(error, Invalid) else [Refusal("", say("This is no query."))]
            refusals += [Refusal(f"views.{place}.query", refusal.message) for refusal in wrong]
    if refusals:
        raise Invalid(refusals=refusals)
