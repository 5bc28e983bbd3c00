"""Whom a channel meets: known by their address, or provisional until somebody says who it is; domains of mail."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.errors import Conflict, Forbidden, Invalid, TooMany
from itsm.core.ledger.verbs import history
from itsm.core.people.models import Person
from itsm.core.people.verbs import (
    add_organisation,
    add_person,
    change_organisation,
    change_person,
    confirm_person,
    find_duplicates,
    find_or_meet,
    list_provisional,
    merge_people,
)
from itsm.core.tickets.verbs import change_ticket, open_ticket
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Clock, Sample

As = Callable[..., Any]


def test_a_stranger_is_met_once_and_waits_to_be_confirmed(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        met = find_or_meet(uow, type="email", value="New@Stranger.example", name="Новый\u2028 Кто-то\x00")
        again = find_or_meet(uow, type="email", value="new@STRANGER.example", name="Other")
        assert (met.new, again.new, again.person.id) == (True, False, met.person.id)
        assert (met.person.name, met.person.provisional) == ("Новый Кто-то", True)
        assert [p.id for p in list_provisional(uow)] == [met.person.id]
        assert open_ticket(uow, kind="incident", title="x", contact=met.person.id).contact_id == met.person.id
        confirm_person(uow, person_id=met.person.id)
        assert list_provisional(uow) == []
    with desk.unit_of_work(TESTER, write=False) as uow:
        told = [event.type for event, _ in history(uow.session, "person", met.person.id)]
        assert told == ["person_added", "person_confirmed"]


def test_merging_the_stranger_into_someone_known_ends_the_waiting(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        known = add_person(uow, name="Анна", addresses=[("email", "anna@known.example")])
        met = find_or_meet(uow, type="chat", value="tg:42").person
        assert met.name == "tg:42"
        assert not merge_people(uow, person_id=met.id, into=known.id).provisional
        assert find_or_meet(uow, type="chat", value="TG:42") == (known, False)
        assert list_provisional(uow) == []


def test_agents_register_strangers_and_only_heads_edit(as_: As, sample: Sample) -> None:
    with as_("agent") as uow:
        met = find_or_meet(uow, type="phone", value="+7 900 000-00-01", name="Caller").person
        with pytest.raises(Forbidden):
            confirm_person(uow, person_id=met.id)
    with as_("requester") as uow, pytest.raises(Forbidden):
        find_or_meet(uow, type="phone", value="+7 900 000-00-02")


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("email", "nobody"),
        ("email", "a b@c.example"),
        ("phone", ""),
        ("fax", "1"),
        ("chat", "a\nb"),
        ("chat", "x" * 201),
    ],
)
def test_what_is_no_address_meets_nobody(desk: Desk, type: str, value: str) -> None:
    with desk.unit_of_work(TESTER) as uow, pytest.raises(Invalid):
        find_or_meet(uow, type=type, value=value)


def test_a_flood_of_strangers_is_stopped_and_the_known_still_pass(desk: Desk, clock: Clock) -> None:
    with desk.unit_of_work(TESTER) as uow:
        for number in range(3):
            find_or_meet(uow, type="chat", value=f"spam:{number}", most=3)
        with pytest.raises(TooMany):
            find_or_meet(uow, type="chat", value="spam:3", most=3)
        assert not find_or_meet(uow, type="chat", value="spam:1", most=3).new
    clock.forward(hours=2)
    with desk.unit_of_work(TESTER) as uow:
        assert find_or_meet(uow, type="chat", value="spam:3", most=3).new


def test_a_person_by_mail_belongs_to_the_organisation_of_the_domain(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        acme = add_organisation(uow, name="Ромашка", domains=["@Ромашка.РФ", "acme.example"], premium=True).id
        for address in ("a@acme.example", "b@eu.ACME.example", "c@xn--80aa3agjl3d.xn--p1ai", "d@ромашка.рф"):
            assert find_or_meet(uow, type="email", value=address).person.organisation_id == acme, address
        for address in ("e@notacme.example", "f@acme.example.org"):
            assert find_or_meet(uow, type="email", value=address).person.organisation_id is None, address
        ticket = open_ticket(
            uow, kind="incident", title="x", contact=find_or_meet(uow, type="email", value="a@acme.example").person.id
        )
        assert (ticket.organisation_id, ticket.premium) == (acme, True)


@pytest.mark.parametrize(
    "domain", ["gmail.com", "GMail.com.", "@mail.ru", "localhost", "10.0.0.1", "a..b", "x" * 300 + ".ru", "a b.ru", ""]
)
def test_a_public_domain_or_none_is_refused(desk: Desk, domain: str) -> None:
    with desk.unit_of_work(TESTER) as uow, pytest.raises(Invalid, match=r"domains\.0"):
        add_organisation(uow, name="x", domains=[domain])


def test_a_domain_belongs_to_one_organisation(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        first = add_organisation(uow, name="A", domains=["a.example"])
        second = add_organisation(uow, name="B")
        with pytest.raises(Conflict):
            change_organisation(uow, organisation_id=second.id, changes={"domains": ["A.example"]})
        change_organisation(uow, organisation_id=first.id, changes={"domains": []})
        change_organisation(uow, organisation_id=second.id, changes={"domains": ["A.example"]})
        assert find_or_meet(uow, type="email", value="x@a.example").person.organisation_id == second.id


def test_the_list_of_public_domains_is_the_desks(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        add_organisation(uow, name="A", domains=["post.example"])
        body = {"domains": ["post.example", "почта.рф"]}
        activate_document(uow, revision_id=save_document(uow, name="core.public_domains", body=body, reason="x").id)
        assert find_or_meet(uow, type="email", value="x@post.example").person.organisation_id is None
        with pytest.raises(Invalid):
            add_organisation(uow, name="B", domains=["xn--80a1acny.xn--p1ai"])
        add_organisation(uow, name="C", domains=["gmail.com"])
        with pytest.raises(Invalid, match="domains"):
            save_document(uow, name="core.public_domains", body={"domains": ["no domain"]}, reason="x")


def test_a_premium_mark_ends_at_its_moment(desk: Desk, clock: Clock) -> None:
    with desk.unit_of_work(TESTER) as uow:
        until = clock.now + timedelta(days=1)
        anna = add_person(uow, name="Анна", premium=True, premium_until=until).id
        assert open_ticket(uow, kind="incident", title="x", contact=anna).premium
    clock.forward(days=2)
    with desk.unit_of_work(TESTER) as uow:
        assert not open_ticket(uow, kind="incident", title="x", contact=anna).premium
        change_person(uow, person_id=anna, changes={"premium_until": None})
        assert open_ticket(uow, kind="incident", title="x", contact=anna).premium
    with desk.unit_of_work(TESTER, write=False) as uow:
        told = history(uow.session, "person", anna)[-1][0]
        assert told.facts == {"premium_until": [until.isoformat(), None]}


def test_those_who_may_be_one_are_found(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        acme = add_organisation(uow, name="Ромашка").id
        add_organisation(uow, name="ромашка")
        one = add_person(uow, name="Анна Ким", addresses=[("phone", "+7 912 345-67-89")]).id
        two = add_person(uow, name="A. K.", addresses=[("phone", "912 345 67 89"), ("email", "ak+desk@x.example")]).id
        three = add_person(uow, name="Other", addresses=[("chat", "ak@x.example")]).id
        four = add_person(uow, name="Лёва Ли", organisation_id=acme).id
        five = add_person(uow, name="ли  лева", organisation_id=acme).id
        add_person(uow, name="Ли Лева")
        found = {(group.kind, group.reason, *group.ids) for group in find_duplicates(uow)}
        assert {("person", "phone", one, two), ("person", "email", two, three), ("person", "name", four, five)} <= found
        assert sum(group.kind == "organisation" for group in find_duplicates(uow)) == 1
        merge_people(uow, person_id=five, into=four)
        assert ("person", "name", four, five) not in {(g.kind, g.reason, *g.ids) for g in find_duplicates(uow)}


def test_somebody_who_left_is_still_known_by_their_address(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        anna = add_person(uow, name="Анна", addresses=[("email", "left@x.example")])
        change_person(uow, person_id=anna.id, changes={"active": False})
        assert find_or_meet(uow, type="email", value="left@x.example").person.id == anna.id
        assert isinstance(uow.session.get(Person, anna.id), Person)


def test_a_contact_s_mark_stays_when_the_organisation_of_a_ticket_changes(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        anna = add_person(uow, name="Анна", premium=True).id
        plain = add_organisation(uow, name="Обычная").id
        number = open_ticket(uow, kind="incident", title="x", contact=anna).id
        assert change_ticket(uow, number=number, changes={"organisation": plain}).premium
        assert not change_ticket(uow, number=number, changes={"contact": None}).premium
