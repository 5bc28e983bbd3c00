"""Roles within an organisation, and roles that see the tickets of their groups."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from itsm.blocks.search.verbs import find_subjects, index_subjects
from itsm.core.access.models import RoleGrant
from itsm.core.access.verbs import actor_of_person, grant_role, people_who_may, revoke_role
from itsm.core.act import Actor
from itsm.core.errors import Forbidden, Invalid, Unknown
from itsm.core.people.models import Team
from itsm.core.people.verbs import add_person, change_person, find_or_meet, suggest_people
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.seen import inner_tickets, is_staff, sees_as_staff, staffed_tickets
from itsm.core.tickets.verbs import (
    add_comment,
    add_tag,
    attach_file,
    change_ticket,
    claim_ticket,
    count_tickets,
    find_ticket,
    list_tickets,
    merge_ticket,
    move_ticket,
    open_ticket,
)
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.worlds import World
from tests.access.cast import Cast


@pytest.fixture
def as_(world: World, cast: Cast) -> Callable[[str], UnitOfWork]:
    """A unit of work of somebody of the cast."""
    return lambda name: world.desk.unit_of_work(cast.act(world, name))


@pytest.fixture
def own_elsewhere(as_: Callable[[str], UnitOfWork]) -> int:
    """A ticket that the scoped agent asked for themselves; it belongs to no organisation of theirs."""
    with as_("scoped") as uow:
        return open_ticket(uow, kind="incident", title="My own chair").id


def test_an_agent_of_one_organisation_has_all_powers_there(as_: Any, cast: Cast) -> None:
    number = cast.ids["ticket"]
    with as_("scoped") as uow:
        assert change_ticket(uow, number=number, changes={"topic": None, "priority": 1}).priority == 1
        add_comment(uow, number=number, body="Only for us", public=False)
        add_tag(uow, number=number, tag="ours")
        claim_ticket(uow, number=number)
        move_ticket(uow, number=number, transition="take")
        assert count_tickets(uow, filters={"tag": "ours"}) == 1


def test_an_agent_of_one_organisation_is_a_requester_elsewhere(as_: Any, cast: Cast, own_elsewhere: int) -> None:
    with as_("scoped") as uow:
        add_comment(uow, number=own_elsewhere, body="When does it come?")
        acts = (
            lambda: change_ticket(uow, number=own_elsewhere, changes={"priority": 1}),
            lambda: add_comment(uow, number=own_elsewhere, body="Hidden", public=False),
            lambda: add_tag(uow, number=own_elsewhere, tag="mine"),
            lambda: claim_ticket(uow, number=own_elsewhere),
            lambda: move_ticket(uow, number=own_elsewhere, transition="take"),
            lambda: merge_ticket(uow, number=cast.ids["ticket"], into=own_elsewhere),
            lambda: attach_file(
                uow,
                store=None,
                number=own_elsewhere,
                name="x",
                content=BytesIO(),
                public=False,  # type: ignore[arg-type]
            ),
        )
        for act in acts:
            with pytest.raises(Forbidden):
                act()


def test_what_is_internal_elsewhere_is_neither_shown_nor_found(
    as_: Any, world: World, cast: Cast, own_elsewhere: int
) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        change_ticket(uow, number=own_elsewhere, changes={"incidents.supplier_number": "CHAIR-1"})
        add_tag(uow, number=own_elsewhere, tag="chair")
        add_comment(uow, number=own_elsewhere, body="He is too heavy", public=False)
    call = {"headers": {"Authorization": f"Bearer {cast.tokens['scoped']}"}}
    client = world.app.test_client()
    own = client.get(f"/api/v1/tickets/{own_elsewhere}", **call).json
    assert own["fields"] == {}
    events = client.get(f"/api/v1/tickets/{own_elsewhere}/events", **call).json["items"]
    assert {event["type"] for event in events} == {"ticket_opened"}
    assert "heavy" not in client.get(f"/api/v1/tickets/{own_elsewhere}/events", **call).text
    for path in ("/api/v1/tickets/count?tag=chair", "/api/v1/tickets/count?q=heavy"):
        assert client.get(path, **call).json["count"] == 0, path
    whole = client.get(f"/api/v1/tickets/{cast.ids['ticket']}", **call).json
    assert whole["fields"]["incidents.supplier_number"] == "SUP-77"
    page = cast.browsers["scoped"].get(f"/tickets/{own_elsewhere}").text
    assert "heavy" not in page
    assert "CHAIR-1" not in page
    assert "chair" in page


def test_internal_words_are_searched_only_where_one_is_staff(
    as_: Any, world: World, cast: Cast, own_elsewhere: int
) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        add_comment(uow, number=own_elsewhere, body="zebra", public=False)
        add_comment(uow, number=cast.ids["ticket"], body="zebra", public=False)
        add_comment(uow, number=cast.ids["other"], body="zebra", public=True)
        uow.flush()
        index_subjects(uow, kind="ticket", ids=[own_elsewhere, cast.ids["ticket"], cast.ids["other"]])
    wanted = {"admin": {own_elsewhere, cast.ids["ticket"], cast.ids["other"]}, "elsewhere": set()}
    wanted |= {"scoped": {cast.ids["ticket"], cast.ids["other"]}, "requester": {cast.ids["other"]}}
    for name, numbers in wanted.items():
        with as_(name) as uow:
            assert {hit.id for hit in find_subjects(uow, words="zebra").hits} == numbers, name
            assert {row.id for row in list_tickets(uow, filters={"q": "zebra"}).rows} == numbers, name


def test_what_cannot_be_limited_counts_for_nothing_within_an_organisation(world: World, cast: Cast) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        person, acme = world.sample.people["stranger"].id, cast.ids["acme"]
        grant_role(uow, person_id=person, role="administrator", organisation_id=acme)
        uow.flush()
        actor = actor_of_person(uow, person)
        assert actor.may("tickets.work", acme)
        assert not actor.may("tickets.work")
        for permission in ("people.accounts", "core.configure", "core.plugins", "core.events", "people.teams"):
            assert not actor.holds(permission), permission


def test_a_grant_is_there_once_and_is_taken_away_alone(world: World, cast: Cast) -> None:
    person, acme = world.sample.people["stranger"].id, cast.ids["acme"]
    with world.desk.unit_of_work(TESTER) as uow:
        for where in (None, None, acme, acme):
            grant_role(uow, person_id=person, role="agent", organisation_id=where)
        mine = select(RoleGrant.organisation_id).where(RoleGrant.person_id == person, RoleGrant.role == "agent")
        assert set(uow.session.scalars(mine)) == {None, acme}
        assert len(uow.session.scalars(mine).all()) == 2
        revoke_role(uow, person_id=person, role="agent")
        assert uow.session.scalars(mine).all() == [acme]
        with pytest.raises(Unknown):
            revoke_role(uow, person_id=person, role="agent")


def test_a_role_taken_away_is_gone_at_the_next_request_and_in_the_next_job(world: World, cast: Cast) -> None:
    browser, path = cast.browsers["scoped"], f"/tickets/{cast.ids['ticket']}"
    person, acme = world.sample.people["scoped"].id, cast.ids["acme"]
    assert browser.get(path).status_code == 200
    with world.desk.unit_of_work(TESTER) as uow:
        revoke_role(uow, person_id=person, role="agent", organisation_id=acme)
    assert browser.get(path).status_code == 404
    with world.desk.unit_of_work(TESTER) as uow:
        assert not actor_of_person(uow, person).holds("tickets.work")
        assert actor_of_person(uow, world.sample.people["disabled"].id) == Actor()


def test_a_team_agent_sees_the_tickets_of_the_own_groups_and_those_assigned(as_: Any, world: World, cast: Cast) -> None:
    number, team = cast.ids["ticket"], world.sample.teams
    with as_("member") as uow:
        assert count_tickets(uow) == 1
        assert is_staff(uow.act.actor, find_ticket(uow, number=number))
        change_ticket(uow, number=number, changes={"assignee": world.sample.people["member"].id})
        change_ticket(uow, number=number, changes={"team": team["l2"].id})
    with as_("member") as uow:
        assert find_ticket(uow, number=number).team_id == team["l2"].id
    with as_("outsider") as uow, pytest.raises(Unknown):
        find_ticket(uow, number=number)


def test_a_head_sees_the_tickets_of_the_groups_below(as_: Any, world: World, cast: Cast) -> None:
    """With a role that sees the own groups only; the bundled one of heads sees all."""
    with world.desk.unit_of_work(TESTER) as uow:
        person = world.sample.people["head"].id
        grant_role(uow, person_id=person, role="team_agent")
        revoke_role(uow, person_id=person, role="head")
        below = uow.session.scalars(select(Ticket).where(Ticket.id == cast.ids["other"])).one()
        change_ticket(uow, number=below.id, changes={"team": _team(uow, "l3")})
    with as_("head") as uow:
        assert [row.id for row in list_tickets(uow).rows] == [cast.ids["other"]]


def _team(uow: UnitOfWork, key: str) -> int:
    return uow.session.scalars(select(Team.id).where(Team.key == key)).one()


@pytest.mark.parametrize("name", ["requester", "stranger", "supervisor", "scoped", "member", "outsider", "agent"])
def test_the_condition_and_the_judgement_of_one_ticket_say_the_same(as_: Any, world: World, name: str) -> None:
    teams, organisations = world.sample.teams, world.sample.organisations
    with world.desk.unit_of_work(TESTER) as uow:
        for number in range(12):
            given = {
                "team": [None, teams["l1"].id, teams["l2"].id][number % 3],
                "organisation": [None, organisations["acme"].id, organisations["other"].id, None][number % 4],
                "assignee": [None, world.sample.people["member"].id][number % 2],
            }
            open_ticket(uow, kind="incident", title=f"T{number}", **given)
    with as_(name) as uow:
        actor = uow.act.actor
        every = uow.session.scalars(select(Ticket)).all()
        for condition, judged in ((staffed_tickets, sees_as_staff), (inner_tickets, is_staff)):
            chosen = {ticket.id for ticket in uow.session.scalars(select(Ticket).where(condition(actor)))}
            assert chosen == {ticket.id for ticket in every if judged(actor, ticket)}, condition


def test_people_of_other_organisations_are_unknown_to_a_scoped_agent(as_: Any, world: World, cast: Cast) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        grant_role(uow, person_id=world.sample.people["scoped"].id, role="head", organisation_id=cast.ids["acme"])
    with as_("scoped") as uow:
        assert suggest_people(uow, words="stranger") == []
        assert change_person(uow, person_id=cast.ids["person"], changes={"premium": True}).premium
        with pytest.raises(Unknown):
            change_person(uow, person_id=cast.ids["stranger"], changes={"premium": True})
        with pytest.raises(Invalid):
            change_person(uow, person_id=cast.ids["person"], changes={"organisation_id": cast.ids["foreign"]})
        with pytest.raises(Forbidden):
            change_person(uow, person_id=cast.ids["person"], changes={"organisation_id": None})
        with pytest.raises(Forbidden):
            add_person(uow, name="Nobody's")
        assert add_person(uow, name="Ours", organisation_id=cast.ids["acme"]).organisation_id == cast.ids["acme"]


def test_a_scoped_channel_learns_nothing_of_addresses_elsewhere(as_: Any, cast: Cast) -> None:
    with as_("scoped") as uow:
        assert find_or_meet(uow, type="email", value="requester@example.org").person.id == cast.ids["person"]
        said = []
        for address in ("stranger@example.org", "unheard.of@example.org"):
            with pytest.raises(Forbidden) as refused:
                find_or_meet(uow, type="email", value=address)
            said.append(str(refused.value))
        assert said[0] == said[1]


def test_those_who_may_within_an_organisation_are_found_for_it(uow: UnitOfWork, cast: Cast) -> None:
    def named(**more: int) -> list[str]:
        return [person.name for person in people_who_may(uow, permission="tickets.work", **more)]

    assert "Scoped" not in named()
    assert "Scoped" in named(organisation_id=cast.ids["acme"])
    assert "Elsewhere" not in named(organisation_id=cast.ids["acme"])


def test_a_ticket_can_be_opened_only_where_one_may(world: World, cast: Cast) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        revoke_role(uow, person_id=world.sample.people["scoped"].id, role="requester")
    with world.desk.unit_of_work(cast.act(world, "scoped")) as uow:
        assert open_ticket(uow, kind="incident", title="Theirs", requested_for=cast.ids["person"]).id
        assert open_ticket(uow, kind="incident", title="Nobody's").organisation_id == cast.ids["acme"]
        with pytest.raises(Forbidden):
            open_ticket(uow, kind="incident", title="The neighbours'", organisation=cast.ids["foreign"])
