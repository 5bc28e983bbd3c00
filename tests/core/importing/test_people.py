"""Importing people and organisations: several addresses each, contracts, duplicates told, dry runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from itsm.core.people.models import Address, Contract, Organisation, Person
from itsm.core.people.verbs import merge_organisations, merge_people
from itsm.plugins.machinery.desk import Desk
from tests.core.importing.kit import Outcome, rows_of, run_import
from tests.fixtures import TESTER

Bring = Callable[..., Outcome]
HEAD = "name,organisation,contracts,email,phone,number,language\n"
TWO = (
    "Анна Ким,Ромашка,Д-1; Д-2,anna@example.org; a.kim@example.org,8 912 345-67-89,T-1,ru\n"
    "Борис Ли,Ромашка,Д-2,boris@example.org,,,\n"
)


@pytest.fixture
def bring(desk: Desk, tmp_path: Path) -> Bring:
    """`bring(rows)` imports people under the heading above by the shipped mapping."""

    def bring(rows: str, head: str = HEAD, **more: object) -> Outcome:
        file = tmp_path / "people.csv"
        file.write_text(head + rows)
        return run_import(desk, "people", file, **more)

    return bring


def everything(desk: Desk) -> tuple[int, ...]:
    """How many people, addresses, organisations and contracts there are."""
    return tuple(rows_of(desk, model) for model in (Person, Address, Organisation, Contract))


def test_people_come_with_all_their_addresses_and_organisations_with_contracts(bring: Bring, desk: Desk) -> None:
    before = everything(desk)
    outcome = bring(TWO)
    assert (outcome.code, outcome.told, outcome.counts["created"]) == (0, "", 2)
    assert tuple(b - a for a, b in zip(before, everything(desk), strict=True)) == (2, 5, 1, 2)
    with desk.unit_of_work(TESTER, write=False) as uow:
        anna = uow.session.scalars(select(Person).where(Person.name == "Анна Ким")).one()
        found = select(Address.type, Address.value_fold).where(Address.person_id == anna.id).order_by(Address.id)
        addresses = [tuple(row) for row in uow.session.execute(found)]
        employer = uow.session.get_one(Organisation, anna.organisation_id)
    assert addresses == [
        ("email", "anna@example.org"), ("email", "a.kim@example.org"), ("phone", "79123456789"), ("external", "t-1"),
    ]  # fmt: skip
    assert (anna.locale, employer.name) == ("ru", "Ромашка")


def test_a_second_run_changes_nothing_and_a_fuller_file_completes(bring: Bring, desk: Desk) -> None:
    bring(TWO)
    there = everything(desk)
    assert bring(TWO, mapping="default").counts["unchanged"] == 2
    assert everything(desk) == there
    fuller = bring("Борис Ли,Ромашка,Д-3,boris@example.org; b@example.org,,,ru\n")
    assert fuller.counts["updated"] == 1
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.scalars(select(Person.locale).where(Person.name == "Борис Ли")).one() == "ru"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Вера,,,anna@example.org; boris@example.org,,,\n", "its addresses belong to several people: Анна Ким (#"),
        ("Вера,,,anna@example.org,,,\n", "Duplicate: its address belongs to Анна Ким (#"),
        ("анна  КИМ,Ромашка,,other@example.org,,,\n", "Duplicate: there is Анна Ким (#"),
        ("Вера,Лютик,Д-1,,,,\n", "Duplicate: the contract Д-1 belongs to another organisation."),
        ("Вера,,Д-9,,,,\n", "contracts: A contract needs its organisation."),
        (",,,x@example.org,,,\n", "name: The row names neither a person nor an organisation."),
        ("Вера,,,,,,klingon\n", "values.locale: Must be one of: en, ru."),
        ("Вера,,,\n", "The row has 4 cells, the heading 7."),
        (f"{'x' * 201},,,,,,\n", "name: 200 characters in one line at most."),
        (f"Вера,,,{'x' * 160},,,\n", "addresses: 150 characters in one line at most."),
        ("a\0b,,,,,,\n", "Control characters"),
    ],
)
def test_a_doubtful_row_is_told_with_its_line_and_the_rest_comes_in(
    bring: Bring, desk: Desk, row: str, reason: str
) -> None:
    bring(TWO)
    people, _, organisations, contracts = everything(desk)
    outcome = bring(row + "Глеб,,,gleb@example.org,,,\n")
    assert reason in outcome.told, outcome.told
    assert outcome.told.startswith("line 2")
    assert (outcome.code, outcome.counts["created"], outcome.counts["refused"]) == (1, 1, 1)
    now = everything(desk)
    assert (now[0], now[2], now[3]) == (people + 1, organisations, contracts)


def test_duplicates_within_one_file_are_told(bring: Bring) -> None:
    outcome = bring("Анна,,,a@example.org,,,\nНе Анна,,,A@Example.org,,,\nАнна,,,a@example.org; b@example.org,,,\n")
    assert (outcome.counts["created"], outcome.counts["updated"], outcome.counts["refused"]) == (1, 1, 1)
    assert outcome.told.startswith("line 3 (Не Анна): Duplicate: its address belongs to Анна (#")


def test_a_dry_run_tells_all_this_and_changes_nothing(bring: Bring, desk: Desk) -> None:
    before = everything(desk)
    outcome = bring(TWO + "Вера,,,anna@example.org,,,\n", dry_run=True)
    assert (outcome.counts["created"], outcome.counts["refused"]) == (2, 1)
    assert everything(desk) == before


def test_somebody_whom_tickets_named_gets_their_addresses_later(bring: Bring, desk: Desk, tmp_path: Path) -> None:
    log, yaml = tmp_path / "log.csv", tmp_path / "m.yaml"
    log.write_text("id,at,title,who\n1,2026-02-01 10:00,t,Анна Ким\n")
    yaml.write_text(
        "source: s\nkind: incident\nmode: event_log\nid: id\nat: at\nvalues: {title: title, assignee: who}\n"
    )
    assert run_import(desk, "tickets", log, mapping=str(yaml)).code == 0
    people = rows_of(desk)
    assert bring(TWO.splitlines(keepends=True)[0]).counts["updated"] == 1
    assert rows_of(desk) == people


def test_organisations_may_come_alone(bring: Bring, desk: Desk) -> None:
    outcome = bring("Лютик,Л-1\nЛютик,Л-2\nЛютик,Л-1\n", head="organisation,contracts\n")
    assert (outcome.counts["created"], outcome.counts["updated"], outcome.counts["unchanged"]) == (1, 1, 1)


def test_a_file_that_names_nobody_is_refused(bring: Bring) -> None:
    outcome = bring("1,2\n", head="a,b\n")
    assert outcome.counts["created"] == 0
    assert outcome.code != 0


def test_domains_come_with_organisations_and_are_added_to(bring: Bring, desk: Desk) -> None:
    head = "organisation,domains,name,email\n"
    assert bring("Ромашка,romashka.example; Ромашка.рф,,\n", head=head).counts["created"] == 1
    assert bring("Ромашка,romashka.example; new.example,,\n", head=head).counts["updated"] == 1
    assert bring("Ромашка,NEW.example,,\n", head=head).counts["unchanged"] == 1
    bring(",,Анна,anna@xn--80aa3agjl3d.xn--p1ai\n", head=head)
    with desk.unit_of_work(TESTER, write=False) as uow:
        ours = uow.session.scalars(select(Organisation).where(Organisation.name == "Ромашка")).one()
        assert uow.session.scalars(select(Person.organisation_id).where(Person.name == "Анна")).one() == ours.id


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Лютик,gmail.com,,\n", "Anybody may have an address at gmail.com"),
        ("Лютик,no domain,,\n", "no domain is no domain."),
        ("Лютик,taken.example,,\n", "The domain taken.example belongs to another organisation."),
        (",x.example,Анна,\n", "domains: A domain needs its organisation."),
    ],
)
def test_a_domain_that_cannot_be_is_refused_with_its_row(bring: Bring, row: str, reason: str) -> None:
    head = "organisation,domains,name,email\n"
    bring("Ромашка,taken.example,,\n", head=head)
    outcome = bring(row, head=head)
    assert reason in outcome.told
    assert outcome.counts["refused"] == 1


def test_who_was_merged_is_known_by_the_old_numbers_names_and_addresses(bring: Bring, desk: Desk) -> None:
    rows = (
        "Анна К.,Ромашка,,a@x.example,,T-1,\nАнна Ким,Ромашка ООО,,b@x.example,,T-2,\nБез Адреса,,,,,,\nБез А.,,,,,,\n"
    )
    assert bring(rows).counts["created"] == 4
    with desk.unit_of_work(TESTER) as uow:
        ids = {p.name: p.id for p in uow.session.scalars(select(Person))}
        organisations = {o.name: o.id for o in uow.session.scalars(select(Organisation))}
        merge_people(uow, person_id=ids["Анна К."], into=ids["Анна Ким"])
        merge_people(uow, person_id=ids["Без Адреса"], into=ids["Без А."])
        merge_organisations(uow, organisation_id=organisations["Ромашка ООО"], into=organisations["Ромашка"])
    there = everything(desk)
    again = bring(rows)
    assert (again.counts["unchanged"], again.told) == (4, "")
    assert everything(desk) == there
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Person, ids["Анна Ким"]).name == "Анна Ким"
