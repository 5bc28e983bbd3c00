"""Who is told of a ticket may see it at the moment of telling."""

from sqlalchemy import select

from itsm.blocks.notices.models import Notice
from itsm.core.access.verbs import revoke_role
from itsm.core.tickets.verbs import add_comment, watch
from itsm.core.work.jobs import drain
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.worlds import World
from tests.access.cast import Cast

WATCHING = ("scoped", "member", "outsider", "stranger", "requester")


def told(world: World) -> set[str]:
    """Who was told, and forget it."""
    drain(world.desk)
    names = {person.id: name for name, person in world.sample.people.items()}
    with world.desk.unit_of_work(TESTER) as uow:
        rows = uow.session.scalars(select(Notice)).all()
        for row in rows:
            uow.session.delete(row)
        return {names[row.person_id] for row in rows} & set(WATCHING)


def test_only_those_are_told_who_may_see_it_now(world: World, cast: Cast) -> None:
    number = cast.ids["ticket"]
    with world.desk.unit_of_work(TESTER) as uow:
        for name in WATCHING:
            watch(uow, number=number, person_id=world.sample.people[name].id)
    told(world)
    with world.desk.unit_of_work(cast.act(world, "agent")) as uow:
        add_comment(uow, number=number, body="For all who see it")
    assert told(world) == {"scoped", "member", "requester"}
    with world.desk.unit_of_work(cast.act(world, "agent")) as uow:
        add_comment(uow, number=number, body="For us alone", public=False)
    assert told(world) == {"scoped", "member"}


def test_a_role_taken_away_is_gone_when_what_was_owed_is_done(world: World, cast: Cast) -> None:
    number, scoped = cast.ids["ticket"], world.sample.people["scoped"].id
    with world.desk.unit_of_work(TESTER) as uow:
        watch(uow, number=number, person_id=scoped)
    told(world)
    with world.desk.unit_of_work(cast.act(world, "agent")) as uow:
        add_comment(uow, number=number, body="Owed before")
    with world.desk.unit_of_work(TESTER) as uow:
        revoke_role(uow, person_id=scoped, role="agent", organisation_id=cast.ids["acme"])
    assert "scoped" not in told(world)
