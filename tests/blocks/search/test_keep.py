"""The documents stay as their subjects are: by observers, along the ledger, and built again they are the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update

from itsm.app import HOUSE
from itsm.blocks.search.hookspecs import Searchable, SearchText
from itsm.blocks.search.models import SearchDocument, SearchMark
from itsm.blocks.search.rules import INTERNAL, LONGEST_WORD, stems, words
from itsm.blocks.search.verbs import (
    build_some,
    find_subjects,
    follow_ledger,
    index_subjects,
    owe_documents,
    owe_rebuild,
    progress_of,
)
from itsm.core.act import Act, system
from itsm.core.db import Base
from itsm.core.hookspecs.declarations import Visible
from itsm.core.hookspecs.marks import hook
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.verbs import add_person, change_person
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import Step, add_comment, add_tag, change_ticket, open_ticket, record_history
from itsm.core.work.jobs import drain
from itsm.core.work.models import OwedCall
from itsm.plugins.machinery.lineages import lineages
from itsm.plugins.machinery.migrate.apply import migrate, purge
from tests.fixtures import TESTER
from tests.plugins.schema import dump, writing

CONTENT = (
    SearchDocument.kind, SearchDocument.subject_id, SearchDocument.measure, SearchDocument.title,
    SearchDocument.title_fold, SearchDocument.stems,
)  # fmt: skip
IMPORT = Act(system("import"), channel="cli", origin="import")


def documents(uow: Any) -> dict[tuple[str, int], Any]:
    rows = uow.session.execute(select(*CONTENT))
    return {(row.kind, row.subject_id): tuple(row) for row in rows}


def some_life(as_: Any, sample: Any) -> int:
    with as_("agent") as uow:
        ticket = open_ticket(uow, kind="incident", title="Сервер упал", description="В стойке 4", tags=["ЦОД"])
        open_ticket(uow, kind="incident", title="Another one", fields={"incidents.problem": "Disk is full"})
    with as_("second") as uow:
        add_comment(uow, number=ticket.id, body="Поднимаем резервный")
        add_comment(uow, number=ticket.id, body="Виноват блок питания", public=False)
    with as_("head") as uow:
        person = add_person(uow, name="Пётр Ильин", addresses=[("email", "p.ilin@example.org"), ("phone", "+7 495 1")])
        change_person(uow, person_id=person.id, changes={"name": "Пётр Ильин-Соколов"})
        change_ticket(uow, number=ticket.id, changes={"title": "Сервер упал снова"})
    return int(ticket.id)


def test_a_rebuild_makes_what_observers_made(as_: Any, work: Any, sample: Any, uow: Any) -> None:
    number = some_life(as_, sample)
    work()
    for kind, model in (("person", Person), ("organisation", Organisation)):
        index_subjects(uow, kind=kind, ids=uow.session.scalars(select(model.id)))
    kept = documents(uow)
    assert kept["ticket", number][3] == "Сервер упал снова"
    uow.session.execute(delete(SearchDocument))
    for kind in ("ticket", "person", "organisation"):
        assert build_some(uow, kind=kind).finished
    assert documents(uow) == kept
    assert [h.id for h in find_subjects(uow, words="стойки цод питание").hits] == [number]
    assert [h.title for h in find_subjects(uow, words="ильин").hits] == ["Пётр Ильин-Соколов"]


def test_batches_make_the_same_as_one_and_remove_whose_subject_is_gone(as_: Any, work: Any, uow: Any) -> None:
    with as_("agent") as other:
        made = [open_ticket(other, kind="incident", title=f"T {n}").id for n in range(7)]
    build_some(uow, kind="ticket")
    whole = documents(uow)
    stray = {"kind": "ticket", "measure": 0, "title": "x", "title_fold": "x", "stems": "x"}
    strays = [{**stray, "subject_id": n} for n in (made[-1] + 5, 10**9)]
    uow.session.execute(insert(SearchDocument), strays)
    changed = (
        update(SearchDocument).where(SearchDocument.subject_id == made[2]).values(title_fold="other", title="other")
    )
    uow.session.execute(changed)
    progress = build_some(uow, kind="ticket", limit=3)
    assert (progress.done, progress.total, progress.finished) == (3, 7, False)
    while not progress.finished:
        progress = build_some(uow, kind="ticket", after=progress.after, limit=3)
    assert documents(uow) == whole
    assert progress_of(uow, "ticket") == progress
    assert (progress.done, progress.total) == (7, 7)


def test_a_rebuild_is_owed_batch_by_batch(as_: Any, work: Any, desk: Any, uow: Any) -> None:
    with as_("agent") as other:
        open_ticket(other, kind="incident", title="Here before the search")
    work()
    with as_("admin") as other:
        other.session.execute(delete(SearchDocument))
        owe_rebuild(other)
    assert work() >= 3
    assert {kind for kind, _ in documents(uow)} == {"ticket", "person", "organisation"}
    with pytest.raises(Exception, match=r"search\.rebuild"), as_("agent") as other:
        owe_rebuild(other)


# On PostgreSQL the test's own transaction is open, so the safe horizon lies before all events: see test_races.
@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_the_ledger_tells_of_imports_tags_and_people_and_begins_what_was_never_built(
    as_: Any, work: Any, desk: Any, uow: Any
) -> None:
    with desk.unit_of_work(IMPORT) as other:
        step = Step(
            at=other.now, values={"title": "Старый принтер", "state": "new"}, comment="Из прошлого", public=True
        )
        record_history(other, source="old", external_id="INC0000007", kind="incident", steps=[step])
    assert find_subjects(uow, words="прошлое").hits == []
    follow_ledger(uow)
    uow.flush()
    work()
    assert len(find_subjects(uow, words="прошлое inc0000007", kinds=["ticket"]).hits) == 1
    assert progress_of(uow, "person").finished  # type: ignore[union-attr]
    with as_("agent") as other:
        number = open_ticket(other, kind="incident", title="Tagged").id
        add_tag(other, number=number, tag="аврал")
    with as_("head") as other:
        person = add_person(other, name="Новая Сотрудница").id
    follow_ledger(uow)
    assert [h.id for h in find_subjects(uow, words="аврал").hits] == [number]
    assert [h.id for h in find_subjects(uow, words="сотрудница").hits] == [person]
    before = uow.session.get(SearchMark, "follow", populate_existing=True).value
    assert follow_ledger(uow) is False
    assert uow.session.get(SearchMark, "follow", populate_existing=True).value == before


def test_a_plugin_brings_a_kind_of_its_own(with_plugin: Any, sample: Any) -> None:
    shown = {"texts": ["Секретный регламент"]}

    def texts(uow: Any, ids: Any) -> Any:
        rows = uow.session.execute(select(Team.id, Team.key).where(Team.id.in_(ids), Team.key == "l1"))
        return [SearchText(row.id, row.key, internal=shown["texts"]) for row in rows]

    @hook(optional=True)
    def register_search() -> Any:
        return [Searchable("teams.team", {"en": "Groups"}, Team, texts, lambda i: f"/p/teams/{i}", "tickets.work",
                           internal="people.teams")]  # fmt: skip

    desk, _ = with_plugin("teams", register_search=register_search)
    assert not desk.aside
    with desk.unit_of_work(sample.act(desk, "admin")) as uow:
        build_some(uow, kind="teams.team")
        hits = find_subjects(uow, words="регламенты секретные").hits
        assert [(h.kind, h.url) for h in hits] == [("teams.team", f"/p/teams/{sample.teams['l1'].id}")]
        owe_documents(uow, kind="teams.team", ids=[sample.teams["l1"].id])
        shown["texts"] = ["Новый"]
    drain(desk)
    for who, found in (("admin", 1), ("agent", 0), ("requester", 0)):
        with desk.unit_of_work(sample.act(desk, who), write=False) as uow:
            assert len(find_subjects(uow, words="новый").hits) == found
            assert find_subjects(uow, words="секретный").hits == []


def test_what_nobody_declared_visible_is_not_found(with_plugin: Any, sample: Any) -> None:
    def texts(uow: Any, ids: Any) -> Any:
        return [SearchText(id_, "Невидимка") for id_ in ids]

    @hook(optional=True)
    def register_search() -> Any:
        return [Searchable("marks.mark", {"en": "M"}, Person, texts, str, "tickets.work"),
                Searchable("marks.other", {"en": "M"}, Ticket, texts, str, "tickets.work")]  # fmt: skip

    desk, _ = with_plugin("marks", register_search=register_search)
    desk.registry.visible[Person] = Visible(Person, lambda actor: Person.id == actor.person_id)
    with desk.unit_of_work(sample.act(desk, "agent")) as uow:
        build_some(uow, kind="marks.mark")
        found = find_subjects(uow, words="невидимки")
        assert [h.id for h in found.hits] == [sample.people["agent"].id]
        assert found.counts["marks.mark"] == 1
        del desk.registry.visible[Person]
        assert find_subjects(uow, words="невидимки").hits == []


def test_a_plugin_that_fails_is_missing_and_nobody_else(with_plugin: Any, sample: Any) -> None:
    def texts(uow: Any, ids: Any) -> Any:
        return [SearchText(id_, "Принтер") for id_ in ids]

    def fails(*_: Any) -> Any:
        raise RuntimeError("broken")

    @hook(optional=True)
    def register_search() -> Any:
        return [Searchable("bad.url", {"en": "U"}, Ticket, texts, fails, "tickets.work"),
                Searchable("bad.texts", {"en": "T"}, Ticket, fails, str, "tickets.work", stream="ticket")]  # fmt: skip

    desk, _ = with_plugin("bad", register_search=register_search)
    with desk.unit_of_work(sample.act(desk, "agent")) as uow:
        number = open_ticket(uow, kind="incident", title="Принтер").id
    with desk.unit_of_work(TESTER) as uow:
        build_some(uow, kind="bad.url")
        follow_ledger(uow)
        owe_documents(uow, kind="bad.texts", ids=[number])
    drain(desk)
    with desk.unit_of_work(sample.act(desk, "agent"), write=False) as uow:
        found = find_subjects(uow, words="принтеры")
        assert [(hit.kind, hit.id) for hit in found.hits] == [("ticket", number)]
        assert found.counts["bad.url"] == 0
        failed = uow.session.scalars(select(OwedCall).where(OwedCall.state == "due", OwedCall.attempts > 0)).all()
        assert {call.args["kind"] for call in failed} == {"bad.texts"}
    assert "broken" in str(desk.faults.take())


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_words_are_letters_alone_or_digits_alone(typed: str) -> None:
    for word in words(typed):
        assert 0 < len(word) <= LONGEST_WORD
        assert word.isalpha() or (word.isdigit() and word.isascii())
        assert INTERNAL not in word


ALPHABET = st.text("abcxyz019абвыэюяії-._@/' ", min_size=1, max_size=40)


@given(st.lists(ALPHABET, max_size=5), st.lists(ALPHABET, max_size=3))
@settings(max_examples=150, deadline=None)
def test_both_databases_keep_exactly_the_words_that_are_given(
    postgres: Connection, open_: list[str], inner: list[str]
) -> None:
    written = stems(open_, internal=inner)
    vector = text("SELECT lexeme, positions FROM unnest(to_tsvector('simple', :stems))")
    places = {place: word for word, spots in postgres.execute(vector, {"stems": written}) for place in spots}
    assert " ".join(places[n] for n in sorted(places)) == written


def test_a_huge_conversation_is_one_document(as_: Any, work: Any, uow: Any) -> None:
    with as_("agent") as other:
        number = open_ticket(other, kind="incident", title="Длинное", description="тест " * 900).id
        for n in range(3):
            add_comment(other, number=number, body=" ".join(f"слово{n} ю{n}{i}" for i in range(6_000)))
        add_comment(other, number=number, body="абвгд" * 15_000)
    work()
    assert [h.id for h in find_subjects(uow, words="длинные слово2").hits] == [number]
    size = uow.session.scalar(select(func.length(SearchDocument.stems)).where(SearchDocument.subject_id == number))
    assert size <= 200_100


def test_the_revisions_make_and_unmake_what_the_models_say(engine: Engine) -> None:
    tables = [Base.metadata.tables[name] for name in ("search_document", "search_mark")]
    before = dump(engine)
    with writing(engine) as connection:
        Base.metadata.create_all(connection, tables=tables)
    by_models = dump(engine)
    with writing(engine) as connection:
        Base.metadata.drop_all(connection, tables=tables)
    assert dump(engine) == before
    block = next(lineage for lineage in lineages(HOUSE) if lineage.name == "search")
    migrate(engine, [block])
    assert [line for line in dump(engine) if "search_version" not in line] == by_models
    purge(engine, block)
    assert dump(engine) == before
