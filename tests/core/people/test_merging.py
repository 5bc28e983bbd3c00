"""Duplicates become one: whatever pointed to the other points to the survivor, and nothing is lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, insert, select

from itsm.core.access.models import Account, Token
from itsm.core.access.verbs import actor_of_token, add_account, add_token
from itsm.core.db import Base
from itsm.core.errors import Conflict, DeskError, Forbidden, Invalid, NotSignedIn, Stale, Unknown
from itsm.core.hookspecs.declarations import Field
from itsm.core.hookspecs.marks import hook
from itsm.core.ledger.verbs import history
from itsm.core.people.models import Address, Contract, Organisation, Person, TeamMember
from itsm.core.people.verbs import (
    add_organisation,
    add_person,
    add_team,
    find_by_address,
    find_one,
    merge_organisations,
    merge_people,
    preview_merge,
    suggest_people,
)
from itsm.core.tickets.models import Comment, Ticket, Watcher
from itsm.core.tickets.verbs import add_comment, open_ticket, watch
from itsm.core.work.jobs import drain
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Clock, Sample

As = Callable[..., Any]


def person(uow: UnitOfWork, name: str, *addresses: tuple[str, str], **more: Any) -> Person:
    return add_person(uow, name=name, addresses=addresses, **more)


def two(desk: Desk) -> tuple[int, int]:
    """Anna twice: by mail, and by phone."""
    with desk.unit_of_work(TESTER) as uow:
        return person(uow, "Анна К.", ("email", "a@one.example")).id, person(uow, "Анна Ким", ("phone", "8 912 1")).id


def test_everything_of_the_one_is_the_survivors(desk: Desk, sample: Sample) -> None:
    gone, kept = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="x", contact=gone, requested_for=gone, assignee=gone).id
        watch(uow, number=number, person_id=gone)
        team = add_team(uow, key="l3", label={"en": "Third"}, members=[gone, kept], head_id=gone)
        version = uow.session.get_one(Ticket, number).version
    with desk.unit_of_work(TESTER) as uow:
        merge_people(uow, person_id=gone, into=kept)
    with desk.unit_of_work(TESTER, write=False) as uow:
        ticket = uow.session.get_one(Ticket, number)
        assert {ticket.contact_id, ticket.requested_for_id, ticket.assignee_id} == {kept}
        assert ticket.version == version
        assert uow.session.scalars(select(Watcher.person_id).where(Watcher.ticket_id == number)).all() == [kept]
        assert uow.session.scalars(select(TeamMember.person_id).where(TeamMember.team_id == team.id)).all() == [kept]
        assert {
            a.person_id for a in uow.session.scalars(select(Address).where(Address.person_id.in_((gone, kept))))
        } == {kept}
        found = find_by_address(uow, type="email", value="A@one.example")
        assert found is not None
        assert found.id == kept
        assert find_one(uow, Person, gone).id == kept
        assert [p.id for p in suggest_people(uow, words="анна")] == [kept]
        merged = uow.session.get_one(Person, gone)
        assert (merged.merged_into_id, merged.active) == (kept, False)


def test_both_histories_tell_of_it_and_the_past_stays_as_it_was(desk: Desk) -> None:
    gone, kept = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="x", contact=gone).id
    with desk.unit_of_work(TESTER) as uow:
        merge_people(uow, person_id=gone, into=kept)
    with desk.unit_of_work(TESTER, write=False) as uow:
        last = [history(uow.session, "person", id_)[-1][0] for id_ in (gone, kept)]
        assert [(event.type, event.facts.get("into"), event.facts.get("merged")) for event in last] == [
            ("person_merged", kept, None),
            ("person_absorbed", None, gone),
        ]
        assert last[0].facts["moved"]["ticket.contact_id"] == 1
        opened = history(uow.session, "ticket", number)[0][0]
        assert opened.facts["contact"] == gone


def test_a_watcher_and_a_member_who_are_both_there_are_there_once(desk: Desk) -> None:
    gone, kept = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="x").id
        for one in (gone, kept):
            watch(uow, number=number, person_id=one)
        merge_people(uow, person_id=gone, into=kept)
        assert uow.session.scalars(select(Watcher.person_id).where(Watcher.ticket_id == number)).all() == [kept]


@pytest.fixture
def tables(desk: Desk) -> dict[str, Table]:
    """Tables of a plugin that the models of this process do not know: one of links, one with a row for each person."""
    other = MetaData(naming_convention=Base.metadata.naming_convention)
    Table("person", other, Column("id", Integer, primary_key=True))
    to_person = [ForeignKey("person.id", ondelete="CASCADE") for _ in range(2)]
    fan = Table(
        "gadgets_fan", other, Column("thing", Integer, primary_key=True),
        Column("person_id", Integer, to_person[0], primary_key=True),
    )  # fmt: skip
    card = Table(
        "gadgets_card", other, Column("id", Integer, primary_key=True),
        Column("owner_id", Integer, to_person[1], unique=True), Column("text", String(20)),
    )  # fmt: skip
    with writing(desk) as connection:
        other.create_all(connection, tables=[fan, card])
    return {"fan": fan, "card": card}


@contextmanager
def writing(desk: Desk) -> Iterator[Any]:
    assert desk.database.outer is not None
    yield desk.database.outer


def test_rows_of_plugins_follow_also_of_those_that_are_off(desk: Desk, tables: dict[str, Table]) -> None:
    gone, kept = two(desk)
    fan, card = tables["fan"], tables["card"]
    with writing(desk) as connection:
        connection.execute(insert(fan), [{"thing": t, "person_id": p} for t, p in ((1, gone), (1, kept), (2, gone))])
        connection.execute(insert(card), [{"owner_id": gone, "text": "of gone"}, {"owner_id": kept, "text": "of kept"}])
    with desk.unit_of_work(TESTER) as uow:
        merge_people(uow, person_id=gone, into=kept)
    with writing(desk) as connection:
        assert sorted(connection.execute(select(fan))) == [(1, kept), (2, kept)]
        # One row each, and it says more than a link: the survivor's counts, the other's is not lost.
        assert {(row.owner_id, row.text) for row in connection.execute(select(card))} == {
            (gone, "of gone"),
            (kept, "of kept"),
        }
    with desk.unit_of_work(TESTER, write=False) as uow:
        told = history(uow.session, "person", kept)[-1][0].facts
        assert told["left"] == {"gadgets_card.owner_id": 1}
        assert told["moved"]["gadgets_fan.person_id"] == 1


def test_a_chain_of_merges_leads_to_the_last_in_one_step(desk: Desk) -> None:
    first, second = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        third = person(uow, "Анна").id
        merge_people(uow, person_id=first, into=second)
        merge_people(uow, person_id=second, into=third)
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert {uow.session.get_one(Person, one).merged_into_id for one in (first, second)} == {third}
        assert find_one(uow, Person, first).id == third


def test_a_merge_that_makes_no_sense_is_refused(desk: Desk) -> None:
    gone, kept = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        with pytest.raises(Invalid, match="into"):
            merge_people(uow, person_id=gone, into=gone)
        with pytest.raises(Invalid, match="into"):
            merge_people(uow, person_id=gone, into=2**53 - 1)
        with pytest.raises(Unknown):
            merge_people(uow, person_id=2**53 - 1, into=kept)
        with pytest.raises(Stale):
            merge_people(uow, person_id=gone, into=kept, match=99)
        merge_people(uow, person_id=gone, into=kept, match=1)
        with pytest.raises(Conflict, match="already"):
            merge_people(uow, person_id=gone, into=kept)
        with pytest.raises(Conflict, match="itself merged"):
            merge_people(uow, person_id=kept, into=gone)


def test_it_needs_its_permission_and_for_an_account_one_more(desk: Desk, as_: As, sample: Sample) -> None:
    _, kept = two(desk)
    with as_("agent") as uow, pytest.raises(Forbidden):
        merge_people(uow, person_id=kept, into=sample.people["agent"].id)
    with as_("head") as uow, pytest.raises(Forbidden, match=r"people\.accounts"):
        merge_people(uow, person_id=sample.people["admin"].id, into=sample.people["head"].id)
    with as_("head", reason="one and the same") as uow:
        merge_people(uow, person_id=kept, into=sample.people["requester"].id)
    with as_("admin") as uow, pytest.raises(Conflict):
        merge_people(uow, person_id=sample.people["admin"].id, into=sample.people["head"].id)


def test_an_account_moves_with_its_rights_where_the_survivor_has_none(desk: Desk) -> None:
    gone, kept = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        add_account(uow, person_id=gone, login="anna", password="long enough", roles=["agent"])
        token = add_token(uow, person_id=gone, name="t")
        merge_people(uow, person_id=gone, into=kept)
    with desk.unit_of_work(TESTER, write=False) as uow:
        actor = actor_of_token(uow, token)
        assert actor.person_id == kept
        assert actor.may("tickets.work")


def test_of_two_accounts_the_survivors_stays_and_gets_no_right_of_the_other(desk: Desk, sample: Sample) -> None:
    kept = sample.people["requester"].id
    with desk.unit_of_work(TESTER) as uow:
        merge_people(uow, person_id=sample.people["second"].id, into=kept)
    with desk.unit_of_work(TESTER, write=False) as uow:
        with pytest.raises(NotSignedIn):
            actor_of_token(uow, sample.tokens["second"])
        assert not actor_of_token(uow, sample.tokens["requester"]).may("tickets.work")
        assert uow.session.get_one(Account, sample.people["second"].id).disabled
        open_tokens = select(Token).where(Token.person_id == sample.people["second"].id, Token.revoked_at.is_(None))
        assert uow.session.scalars(open_tokens).all() == []


def test_marks_and_fields_of_both_are_kept(desk: Desk, clock: Clock) -> None:
    soon, later = clock.now + timedelta(days=1), clock.now + timedelta(days=9)
    with desk.unit_of_work(TESTER) as uow:
        acme = add_organisation(uow, name="Ромашка").id
        gone = person(uow, "A", organisation_id=acme, premium=True, premium_until=later, timezone="Asia/Omsk").id
        kept = person(uow, "B", premium=True, premium_until=soon).id
        survivor = merge_people(uow, person_id=gone, into=kept)
        assert (survivor.premium, survivor.premium_until, survivor.organisation_id) == (True, later, acme)
        assert survivor.timezone == "Asia/Omsk"


def test_what_was_begun_before_the_merge_is_moved_after_it(desk: Desk, clock: Clock, work: Callable[[], int]) -> None:
    gone, kept = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="x", contact=kept).id
        merge_people(uow, person_id=gone, into=kept)
        # An act on PostgreSQL that read the person as active before, and commits after the merge.
        uow.session.execute(Ticket.__table__.update().where(Ticket.id == number).values(contact_id=gone))
    clock.forward(minutes=11)
    work()
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Ticket, number).contact_id == kept


def test_a_ticket_may_name_whom_an_old_list_names(desk: Desk) -> None:
    gone, kept = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        merge_people(uow, person_id=gone, into=kept)
        assert open_ticket(uow, kind="incident", title="x", contact=gone).contact_id == kept


def test_the_merged_ones_words_stay_under_their_name(desk: Desk, sample: Sample, as_: As) -> None:
    with as_("requester") as uow:
        number = open_ticket(uow, kind="incident", title="x").id
        add_comment(uow, number=number, body="hello")
    with desk.unit_of_work(TESTER) as uow:
        merge_people(uow, person_id=sample.people["requester"].id, into=sample.people["stranger"].id)
        comment = uow.session.scalars(select(Comment).where(Comment.ticket_id == number)).one()
        assert (comment.author_id, comment.author) == (sample.people["stranger"].id, "Requester")


def test_organisations_are_merged_with_people_tickets_contracts_and_domains(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        gone = add_organisation(uow, name="ООО Ромашка", contracts=["Д-1"], domains=["romashka.example"]).id
        kept = add_organisation(uow, name="Ромашка", contracts=["Д-2"]).id
        anna = person(uow, "Анна", ("email", "anna@romashka.example"))
        assert anna.organisation_id == gone
        number = open_ticket(uow, kind="incident", title="x", contact=anna.id).id
        survivor = merge_organisations(uow, organisation_id=gone, into=kept)
        assert survivor.id == kept
        assert uow.session.get_one(Person, anna.id).organisation_id == kept
        assert uow.session.get_one(Ticket, number).organisation_id == kept
        assert set(uow.session.scalars(select(Contract.number).where(Contract.organisation_id == kept))) == {
            "Д-1",
            "Д-2",
        }
        assert person(uow, "Борис", ("email", "b@romashka.example")).organisation_id == kept
        assert find_one(uow, Organisation, gone).id == kept
        with pytest.raises(DeskError):
            merge_organisations(uow, organisation_id=kept, into=gone)


def test_a_preview_counts_what_would_move(desk: Desk) -> None:
    gone, kept = two(desk)
    with desk.unit_of_work(TESTER) as uow:
        for _ in range(3):
            open_ticket(uow, kind="incident", title="x", contact=gone)
    with desk.unit_of_work(TESTER, write=False) as uow:
        preview = preview_merge(uow, kind="person", source_id=gone, into=kept)
        assert preview.rows["ticket.contact_id"] == 3
        assert preview.rows["address.person_id"] == 1
        assert preview.account == ""


def test_references_in_fields_follow_with_an_event_each(
    with_plugin: Callable[..., Any], desk: Desk, clock: Clock
) -> None:
    field = Field("gadgets.buddy", "reference", {"en": "Buddy", "ru": "Напарник"}, "ticket", reference="person")
    other, _ = with_plugin("gadgets", register_fields=hook(named("register_fields", lambda: (field,))))
    gone, kept = two(desk)
    with other.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="x", fields={"gadgets.buddy": gone}).id
        merge_people(uow, person_id=gone, into=kept)
    drain(other)
    with other.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Ticket, number).fields["gadgets.buddy"] == kept
        assert history(uow.session, "ticket", number)[-1][0].facts == {"gadgets.buddy": [gone, kept]}


def named(name: str, function: Any) -> Any:
    function.__name__ = name
    return function
