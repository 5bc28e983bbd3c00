"""Who sees which answers and macros, and whose an actor may change."""

from sqlalchemy import CTE, ColumnElement, and_, false, or_, select, true

from itsm.blocks.answers.models import Ready
from itsm.core.act import Actor
from itsm.core.people.models import Team, TeamMember

STAFF = "tickets.work"
ALL = "answers.edit"
OF_GROUPS = "answers.edit_group"


def visible_ready(actor: Actor) -> ColumnElement[bool]:
    """Staff see their own, the desk's, and those of their groups, of groups above these and of groups that they head;
    who changes all sees all but what is one person's."""
    if not actor.holds(STAFF):
        return false()
    shared = Ready.person_id.is_(None)
    if actor.may(ALL):
        groups: ColumnElement[bool] = true()
    elif actor.person_id is None:
        groups = Ready.team_id.is_(None)
    else:
        mine = [Ready.team_id.in_(select(groups_above(actor.person_id).c.id))]
        if actor.may(OF_GROUPS):
            mine.append(Ready.team_id.in_(select(groups_below(actor.person_id).c.id)))
        groups = or_(Ready.team_id.is_(None), *mine)
    return or_(and_(shared, groups), Ready.person_id == actor.person_id if actor.person_id else false())


def groups_above(person_id: int) -> CTE:
    """The ids of somebody's groups and of all above them."""
    begin = select(Team.id, Team.parent_id).join(TeamMember, TeamMember.team_id == Team.id)
    above = begin.where(TeamMember.person_id == person_id).cte("groups_above", recursive=True)
    return above.union(select(Team.id, Team.parent_id).join(above, Team.id == above.c.parent_id))


def groups_below(person_id: int) -> CTE:
    """The ids of the groups that somebody heads and of all below them."""
    below = select(Team.id).where(Team.head_id == person_id).cte("groups_below", recursive=True)
    return below.union(select(Team.id).join(below, Team.parent_id == below.c.id))
