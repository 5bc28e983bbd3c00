"""From ids to names and back: one query for each kind of thing on a page, never one for each row."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from itsm.core.access.models import Role
from itsm.core.errors import Invalid
from itsm.core.people.models import Organisation, Person, Team, TeamMember
from itsm.core.people.verbs import find_visible, suggest_people
from itsm.core.schemas import MAX_ID
from itsm.core.texts import Label, fold, say
from itsm.core.work.uow import UnitOfWork

MARKED = re.compile(r"#(\d{1,16})\s*\Z")


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id. Who sees a ticket sees the names on it, so what is asked for here is not narrowed by actor."""

    people: Mapping[int, str] = field(default_factory=dict)
    organisations: Mapping[int, str] = field(default_factory=dict)
    teams: Mapping[int, Label] = field(default_factory=dict)
    roles: Mapping[str, Label] = field(default_factory=dict)


def names_of(
    uow: UnitOfWork,
    *,
    people: Iterable[int | None] = (),
    organisations: Iterable[int | None] = (),
    teams: Iterable[int | None] = (),
) -> Names:
    """The names of these ids: at most one query for each kind, whatever their number."""
    return Names(
        _named(uow, Person.id, Person.name, people),
        _named(uow, Organisation.id, Organisation.name, organisations),
        _named(uow, Team.id, Team.label, teams),
    )


def visible_names_of(
    uow: UnitOfWork, *, people: Iterable[int | None] = (), organisations: Iterable[int | None] = ()
) -> Names:
    """The same for ids that somebody typed: only names of whom the actor may see."""
    return Names(
        _shown(uow, Person, Person.name, people), _shown(uow, Organisation, Organisation.name, organisations)
    )  # fmt: skip


def _shown(uow: UnitOfWork, model: Any, name: Any, wanted: Iterable[int | None]) -> dict[int, Any]:
    ids = sorted({i for i in wanted if isinstance(i, int) and 0 < i <= MAX_ID})
    rows = uow.session.execute(uow.query(model, model.id, name).where(model.id.in_(ids))) if ids else ()
    return {row[0]: row[1] for row in rows}


def labels_of_roles(uow: UnitOfWork, roles: Collection[str]) -> dict[str, Label]:
    """The names of roles by key."""
    rows = uow.session.execute(select(Role.key, Role.label).where(Role.key.in_(roles))) if roles else ()
    return {key: label for key, label in rows}


def _named(uow: UnitOfWork, id_: Any, name: Any, wanted: Iterable[int | None]) -> dict[int, Any]:
    ids = sorted({i for i in wanted if isinstance(i, int) and 0 < i <= MAX_ID})
    if not ids:
        return {}
    return {row[0]: row[1] for row in uow.session.execute(select(id_, name).where(id_.in_(ids)))}


def list_teams(uow: UnitOfWork) -> Sequence[Team]:
    """All teams in use, for a choice; there are dozens, not thousands."""
    return uow.session.scalars(uow.query(Team).where(Team.active).order_by(Team.line, Team.key)).all()


def list_all_teams(uow: UnitOfWork) -> Sequence[Team]:
    """All teams, those in use first."""
    return uow.session.scalars(uow.query(Team).order_by(Team.active.desc(), Team.line, Team.key)).all()


def own_teams(uow: UnitOfWork) -> list[int]:
    """The ids of the actor's teams."""
    mine = select(TeamMember.team_id).where(TeamMember.person_id == uow.act.actor.person_id)
    return sorted(uow.session.scalars(mine))


def teams_of_concern(uow: UnitOfWork) -> Mapping[int, Label]:
    """The teams that the actor is in or heads, by id."""
    me = uow.act.actor.person_id
    mine = select(TeamMember.team_id).where(TeamMember.person_id == me)
    statement = select(Team.id, Team.label).where(or_(Team.id.in_(mine), Team.head_id == me), Team.active)
    return {row.id: row.label for row in uow.session.execute(statement.order_by(Team.line, Team.key))}


def teams_of(uow: UnitOfWork, person_id: int) -> Sequence[Team]:
    """The teams that somebody is in."""
    statement = uow.query(Team).join(TeamMember, TeamMember.team_id == Team.id)
    return uow.session.scalars(statement.where(TeamMember.person_id == person_id).order_by(Team.key)).all()


def members_of(uow: UnitOfWork, team_id: int) -> Sequence[Person]:
    """Those in a team whom the actor may see, by name."""
    statement = uow.query(Person).join(TeamMember, TeamMember.person_id == Person.id)
    return uow.session.scalars(
        statement.where(TeamMember.team_id == team_id).order_by(Person.name_fold, Person.id)
    ).all()


def suggest_organisations(uow: UnitOfWork, *, words: str, limit: int = 10) -> Sequence[Organisation]:
    """Organisations whose name holds `words`, for type-ahead."""
    if not fold(words):
        return []
    matches = Organisation.name_fold.contains(fold(words), autoescape=True)
    statement = uow.query(Organisation).where(Organisation.active, matches)
    return uow.session.scalars(statement.order_by(Organisation.name_fold, Organisation.id).limit(limit)).all()


def marked(name: str, id_: int | None) -> str:
    """A name as a form holds it: with its number, so that it is found again exactly."""
    return f"{name} #{id_}" if id_ is not None else ""


def typed_person(uow: UnitOfWork, text: str) -> int | None:
    """Whom somebody typed: `Name #12`, an e-mail, a phone number, or a name that only one has. '' is nobody."""
    if not text.strip():
        return None
    if found := MARKED.search(text):
        return int(found.group(1))
    for type in ("email", "phone"):
        person = find_visible(uow, type=type, value=text)
        if person is not None:
            return person.id
    return _only_one(text, [(p.name, p.id) for p in suggest_people(uow, words=text, limit=6)])


def typed_organisation(uow: UnitOfWork, text: str) -> int | None:
    """Which organisation somebody typed: `Name #12`, or a name that only one has. '' is none."""
    if not text.strip():
        return None
    if found := MARKED.search(text):
        return int(found.group(1))
    return _only_one(text, [(o.name, o.id) for o in suggest_organisations(uow, words=text, limit=6)])


def _only_one(text: str, found: Sequence[tuple[str, int]]) -> int:
    exact = [pair for pair in found if fold(pair[0]) == fold(text)] or found
    if len(exact) == 1:
        return exact[0][1]
    if not exact:
        raise Invalid.field("", say("Nothing is found for “{text}”.", text=text[:80]))
    several = "; ".join(marked(*pair) for pair in exact[:5])
    raise Invalid.field("", say("Several match; take one of: {several}", several=several))
