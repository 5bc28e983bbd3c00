"""Make and change teams, their heads and members."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from itsm.core.errors import Conflict, Invalid, Refusal
from itsm.core.people.models import Person, Team, TeamMember
from itsm.core.people.rules import LEVELS, LINES
from itsm.core.people.verbs import common
from itsm.core.schemas import KEY, LINE_CONTROL
from itsm.core.texts import LOCALES, say
from itsm.core.work.uow import UnitOfWork

COLUMNS = ("label", "parent_id", "head_id", "level", "line", "active")
SHOWN = {"parent_id": "parent", "head_id": "head", "label": "name"}
DEEPEST = 20
LONGEST = 120


def add_team(
    uow: UnitOfWork, *, key: str, label: Mapping[str, str], parent_id: int | None = None, head_id: int | None = None,
    level: str = "group", line: str = "", members: Sequence[int] = (), fields: Mapping[str, Any] | None = None,
) -> Team:  # fmt: skip
    """Make a team with its head and members."""
    uow.require("people.teams")
    if not KEY.match(key):
        raise Invalid.field("key", say("Use small letters, digits, dot, dash, underscore."))
    _check(label=label, level=level, line=line)
    if uow.session.scalars(select(Team.id).where(Team.key == key)).first() is not None:
        raise Conflict(say("The team {key} exists already.", key=key))
    row = Team(
        key=key,
        label=dict(label),
        parent_id=common.settled(uow, Team, "parent", parent_id),
        head_id=common.settled(uow, Person, "head", head_id),
        level=level,
        line=line,
        fields=common.present(common.check_fields(uow, "team", fields)),
        version=1,
    )
    uow.session.add(row)
    uow.session.flush()
    _put_members(uow, row, members)
    facts = {"key": key, "head": row.head_id, "members": list(members), "line": line}
    common.tell(uow, "team", row.id, "team_added", facts, {"name": dict(label)}, begins=True)
    return row


def change_team(uow: UnitOfWork, *, team_id: int, changes: Mapping[str, Any], match: int | None = None) -> Team:
    """Change label, parent_id, head_id, level, line, active, fields or members (ids of all of them) of a team."""
    uow.require("people.teams")
    row: Team = common.lock(uow, Team, team_id, "people.teams", match)
    values = dict(changes)
    members = values.pop("members", None)
    _check(**{name: values[name] for name in ("label", "level", "line") if name in values})
    common.check_own(values)
    if values.get("parent_id") not in (None, row.parent_id):
        values["parent_id"] = common.settled(uow, Team, "parent", values["parent_id"])
        _refuse_circle(uow, row.id, values["parent_id"])
    if values.get("head_id") not in (None, row.head_id):
        values["head_id"] = common.settled(uow, Person, "head", values["head_id"])
    cleaned = common.check_fields(uow, "team", {n: v for n, v in values.items() if n not in COLUMNS}, row.fields)
    changed = {SHOWN.get(n, n): pair for n, pair in common.put(row, COLUMNS, values).items()}
    changed |= common.put_fields(row, cleaned)
    if members is not None:
        before, after = _put_members(uow, row, members)
        changed |= {"members": [before, after]} if before != after else {}
    common.tell_change(uow, "team", row, changed)
    return row


def set_member(uow: UnitOfWork, *, team_id: int, person_id: int, member: bool) -> None:
    """Put a person into a team, or take them out."""
    uow.require("people.teams")
    row: Team = common.lock(uow, Team, team_id, "people.teams")
    mine = (TeamMember.team_id == row.id, TeamMember.person_id == person_id)
    there = uow.session.scalars(select(TeamMember.person_id).where(*mine)).first() is not None
    if member == there:
        return
    if member:
        person = common.settled(uow, Person, "person", person_id)
        uow.session.execute(insert(TeamMember).values(team_id=row.id, person_id=person))
    else:
        uow.session.execute(delete(TeamMember).where(*mine))
    row.version += 1
    uow.session.flush()
    common.tell(uow, "team", row.id, "member_added" if member else "member_removed", {"person": person_id})


def _check(**given: Any) -> None:
    """Refuse a label, level or line that is none."""
    refusals = list(_wrong(given))
    if refusals:
        raise Invalid(refusals=refusals)


def _wrong(given: Mapping[str, Any]) -> Iterable[Refusal]:
    for name, allowed in (("level", LEVELS), ("line", LINES)):
        if given.get(name, allowed[0]) not in allowed:
            yield Refusal(name, say("Must be one of: {allowed}.", allowed=", ".join(allowed)))
    label = given.get("label", {"en": "x"})
    good = isinstance(label, Mapping) and label and set(label) <= set(LOCALES)
    if not good or not all(_is_name(text) for text in label.values()):
        yield Refusal("name", say("A name in English or Russian, 1 to {maximum} characters.", maximum=LONGEST))


def _is_name(text: Any) -> bool:
    return isinstance(text, str) and 1 <= len(text.strip()) <= LONGEST and not LINE_CONTROL.search(text)


def _refuse_circle(uow: UnitOfWork, team_id: int, parent: int | None) -> None:
    above = parent
    for _ in range(DEEPEST):
        if above is None:
            return
        if above == team_id:
            raise Invalid.field("parent", say("That would make the group its own ancestor."))
        above = uow.session.scalar(select(Team.parent_id).where(Team.id == above))
    raise Invalid.field("parent", say("Groups can be nested {depth} deep at most.", depth=DEEPEST))


def _put_members(uow: UnitOfWork, row: Team, members: Collection[int]) -> tuple[list[int], list[int]]:
    """Let the team have exactly these members; (before, after)."""
    mine = select(TeamMember.person_id).where(TeamMember.team_id == row.id)
    before = set(uow.session.scalars(mine))
    wanted = {i if i in before else common.settled(uow, Person, "members", i) for i in members} - {None}
    gone = before - wanted
    if gone:
        uow.session.execute(delete(TeamMember).where(TeamMember.team_id == row.id, TeamMember.person_id.in_(gone)))
    fresh = [{"team_id": row.id, "person_id": person} for person in sorted(p for p in wanted - before if p)]
    if fresh:
        uow.session.execute(insert(TeamMember), fresh)
    return sorted(before), sorted(p for p in wanted if p)
