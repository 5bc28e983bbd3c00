"""The configuration of a whole desk: written down, read in, refused with place and line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from itsm.blocks.services.verbs import add_service, list_services
from itsm.core.access.verbs import save_role
from itsm.core.configuration.commands import import_config
from itsm.core.configuration.outside import from_text, to_text
from itsm.core.configuration.verbs import (
    activate_document,
    active_revisions,
    document,
    export_desk,
    restore_default,
    save_document,
)
from itsm.core.errors import Invalid
from itsm.core.hookspecs.declarations import ConfigurationPart, DocumentType
from itsm.core.hookspecs.imports import ImportJob, ImportReport
from itsm.core.people.verbs import add_team
from itsm.core.schemas import Line, Strict
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork
from itsm.plugins import hook
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER


def written(desk: Desk) -> str:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return to_text(export_desk(uow))


def read_in(desk: Desk, text: str, folder: Path, **more: Any) -> ImportReport:
    path = folder / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    return import_config(ImportJob(path=path, unit_of_work=desk.unit_of_work, act=TESTER, **more))


def test_what_is_written_down_is_read_in_by_another_desk_and_written_the_same(desk: Desk, tmp_path: Path) -> None:
    plain = written(desk)
    with desk.unit_of_work(TESTER) as uow:
        outer = uow.session.begin_nested()
        change(uow)
        text = to_text(export_desk(uow))
        outer.rollback()
        uow.memo.clear()
    assert written(desk) == plain != text
    report = read_in(desk, text, tmp_path)
    assert (report.updated, report.refused) == (1 + 1 + 2 + 2, 0)
    assert written(desk) == text
    again = read_in(desk, text, tmp_path)
    assert (again.updated, again.told) == (0, [])
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert [service.key for service in list_services(uow)] == ["office", "coffee"]
        assert list(active_revisions(uow)) == ["core.topics"]
        assert active_revisions(uow)["core.topics"].reason == "Imported from desk.yaml"


def change(uow: UnitOfWork) -> None:
    topics = {"entries": [{"key": "tea", "label": {"ru": "Чай", "en": "Tea"}}]}
    revision = save_document(uow, name="core.topics", body=topics, reason="a test")
    activate_document(uow, revision_id=revision.id)
    save_role(uow, key="guest", label={"ru": "Гость", "en": "Guest"}, permissions=["tickets.read"])
    above = add_team(uow, key="zz", label={"en": "All"}, level="department")
    add_team(uow, key="aa", label={"en": "Some"}, parent_id=above.id)
    office = add_service(uow, key="office", label={"en": "Office"})
    add_service(uow, key="coffee", label={"en": "Coffee"}, parent_id=office.id)
    uow.flush()


def test_both_databases_write_the_same_bytes(worlds: Callable[[str], Any]) -> None:
    """PostgreSQL keeps the names of a JSON object in an order of its own."""
    texts = []
    for engine in ("sqlite", "postgresql"):
        world = worlds(engine)
        savepoint = world.connection.begin_nested()
        with world.desk.unit_of_work(TESTER) as uow:
            change(uow)
        texts.append(written(world.desk))
        savepoint.rollback()
        world.desk.registry.revisions.clear()
        world.desk.registry.parsed.clear()
    assert texts[0] == texts[1]
    assert "&id" not in texts[0]


def test_a_dry_run_tells_the_differences_and_findings_and_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    before = written(desk)
    content = yaml.safe_load(before)
    content["documents"]["core.topics"]["entries"][0]["label"]["en"] = "Entry"
    content["parts"]["core.teams"].append({"key": "l9", "label": {"en": "Ninth"}})
    report = read_in(desk, to_text(content), tmp_path, dry_run=True)
    assert [str(line) for line in report.told] == [
        "core.teams: 1 changed",
        "core.topics:",
        "  - entries.access.label.en: Access and passwords",
        "  + entries.access.label.en: Entry",
    ]
    assert written(desk) == before


def test_an_earlier_file_rolls_back_what_it_names_and_leaves_the_rest(desk: Desk, tmp_path: Path) -> None:
    with desk.unit_of_work(TESTER, write=False) as uow:
        shipped = export_desk(uow)["documents"]["core.topics"]
    with desk.unit_of_work(TESTER) as uow:
        change(uow)
    report = read_in(desk, to_text({"format": 1, "documents": {"core.topics": shipped}}), tmp_path, reason="No tea")
    assert report.updated == 1
    with desk.unit_of_work(TESTER) as uow:
        assert document(uow, "core.topics").body == shipped
        assert active_revisions(uow)["core.topics"].reason == "No tea"
        assert "coffee" in to_text(export_desk(uow))
        restore_default(uow, name="core.topics", reason="as shipped")


TEAMS = "format: 1\nparts:\n  core.teams:\n  - {key: a, label: {en: A}, %s}\n"
TOPICS = "format: 1\ndocuments:\n  core.topics:\n    entries:\n    - key: ok\n      label: {en: ok}\n    - key: A B\n"
ROLE = "format: 1\nparts:\n  core.roles:\n  - key: x\n    label: {en: X}\n    permissions: [fly]\n"
TREE = "format: 1\nparts:\n  services.tree:\n  - {key: a, label: {en: A}, parent: b}\n"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("format: 2\nnews: 1\n", "line 1, format", "This file has format 2; this desk reads 1: update itsm."),
        ("documents: {}\n", "line 1, format", "Missing data"),
        ("format: 1\nstrange: 1\n", "line 2, strange", "Unknown field"),
        ("[]", "line 1, ", "Invalid input type"),
        ("format: 1\nplugins:\n  cmdb: '1'\n", "line 3, plugins.cmdb", "itsm plugins enable cmdb"),
        ("format: 1\nplugins:\n  incidents: '7.1'\n", "line 3, plugins.incidents", "of its version 7.1, here is 1"),
        ("format: 1\ndocuments:\n  core.nothing: {}\n", "line 3, documents.core.nothing", "Nobody here knows it"),
        ("format: 1\nparts:\n  core.nothing: {}\n", "line 3, parts.core.nothing", "Nobody here knows it"),
        (TOPICS, "line 7, documents.core.topics.entries.1.key", "small letters"),
        (ROLE, "line 6, parts.core.roles.0.permissions", "Nobody declares: fly"),
        (TEAMS % "parent: a", "line 4, parts.core.teams.0.parent", "circle"),
        (TEAMS % "parent: z", "line 4, parts.core.teams.0.parent", "There is no parent z"),
        (TEAMS % "line: L7", "line 4, parts.core.teams.0.line", "Must be one of"),
        (TREE, "line 4, parts.services.tree.0.parent", "There is no parent b"),
        ("format: 1\nparts:\n  services.tree: {key: a}\n", "line 3, parts.services.tree", "Invalid input type"),
        ("format: 1\na: &x [1]\nb: *x\n", "file", "Line 3: anchors are not used here"),
        ("format: 1\nformat: 1\n", "file", "Line 2: 'format' is there twice"),
        ("format: 1\n? [a]\n: 1\n", "file", "Line 2: a name is a plain text"),
        ("format: !!python/name:os.system\n", "file", "Line 1: could not determine a constructor"),
        ("format: !!timestamp 2026-01-01\n", "file", "Line 1: could not determine a constructor"),
        ("[" * 20_000, "file", "not YAML"),
        ("\x00", "file", "not YAML"),
    ],
)
def test_a_faulty_file_is_refused_with_place_and_line_and_nothing_is_changed(
    desk: Desk, tmp_path: Path, text: str, place: str, said: str
) -> None:
    before = written(desk)
    with pytest.raises(Invalid) as refused:
        read_in(desk, text, tmp_path)
    told = {refusal.field: str(refusal.message) for refusal in refused.value.refusals}
    assert said in told[place], told
    assert written(desk) == before


def test_all_faults_of_a_file_are_named_at_once(desk: Desk, tmp_path: Path) -> None:
    text = (
        "format: 1\ndocuments:\n  core.topics: {entries: 1}\n  core.priorities: {}\n"
        "parts:\n  core.teams: [{key: a, label: {en: A}}]\n"
    )
    with pytest.raises(Invalid) as refused:
        read_in(desk, text, tmp_path)
    places = {refusal.field.partition(", ")[2] for refusal in refused.value.refusals}
    assert {"documents.core.topics.entries", "documents.core.priorities.ranks"} <= places
    assert "zz" not in written(desk)


def test_a_file_too_long_or_not_there_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Longer than"):
        read_in(desk, "#" * 4_000_001, tmp_path)
    with pytest.raises(Invalid, match="cannot be read"):
        import_config(ImportJob(path=tmp_path / "no.yaml", unit_of_work=desk.unit_of_work, act=TESTER))
    (tmp_path / "latin.yaml").write_bytes("format: 1 # Чай".encode("cp1251"))
    with pytest.raises(Invalid, match="not UTF-8"):
        import_config(ImportJob(path=tmp_path / "latin.yaml", unit_of_work=desk.unit_of_work, act=TESTER))


@pytest.mark.parametrize("text", ["no", "on", "9:30", "2026-01-01", "1_000", "0x10", "010", ".inf", "=", "<<", "1e999"])
def test_what_only_yaml_takes_for_something_else_is_a_text(text: str) -> None:
    assert from_text(f"a: {text}") == {"a": text}
    assert from_text(to_text({"a": text})) == {"a": text}


class PairSchema(Strict):
    """Two documents of which one names the other."""

    word = Line(20, required=True)


def test_documents_that_name_each_other_are_checked_against_the_desk_as_it_will_be(
    with_plugin: Callable[..., Any], tmp_path: Path
) -> None:
    def check(uow: UnitOfWork, body: Any) -> None:
        if document(uow, "pair.second").body["word"] != body["word"]:
            raise Invalid.field("word", say("The second says something else."))

    documents = [
        DocumentType("pair.second", {"en": "Second"}, PairSchema, {"word": "old"}, order=2),
        DocumentType("pair.first", {"en": "First"}, PairSchema, {"word": "old"}, check_desk=check, order=1),
    ]
    desk, _ = with_plugin("pair", register_documents=hook(lambda: documents))
    with desk.unit_of_work(TESTER) as uow, pytest.raises(Invalid):
        save_document(uow, name="pair.first", body={"word": "new"}, reason="alone")
    text = "format: 1\ndocuments:\n  pair.first: {word: new}\n  pair.second: {word: %s}\n"
    with pytest.raises(Invalid, match=r"line 3, documents\.pair\.first\.word: The second says"):
        read_in(desk, text % "other", tmp_path)
    read_in(desk, text % "new", tmp_path)
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert document(uow, "pair.first").body == document(uow, "pair.second").body == {"word": "new"}


def test_a_plugin_s_tables_go_along_by_register_configuration(with_plugin: Callable[..., Any], tmp_path: Path) -> None:
    held = {"b": 1, "a": 2}

    def apply(_: UnitOfWork, value: Any) -> int:
        changed = sum(held.get(name) != value[name] for name in value)
        held.update(value)
        return changed

    part = ConfigurationPart("shelf.books", {"en": "Books"}, 50, lambda _: held, apply)
    desk, _ = with_plugin("shelf", register_configuration=hook(lambda: [part]))
    text = written(desk)
    assert "  shelf.books:\n    b: 1\n    a: 2\n" in text
    assert "  shelf: '1'\n" in text
    report = read_in(desk, text.replace("    a: 2\n", "    a: 3\n"), tmp_path)
    assert [str(line) for line in report.told] == ["shelf.books: 1 changed"]
    assert held == {"b": 1, "a": 3}


FIELD = "  core.fields:\n    fields:\n    - {name: desk.region, type: text, label: {en: Region}}\n"
RULE = """  rules.tickets.opening:
    rules:
    - key: far
      label: {en: Far away}
      when: fields["desk.region"] == "Mars"
      then: {priority: 4}
"""


def test_fields_and_the_rules_that_ask_for_them_come_in_one_file(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"line 5, documents\.rules\.tickets\.opening\.rules\.far\.when"):
        read_in(desk, f"format: 1\ndocuments:\n{RULE}", tmp_path)
    read_in(desk, f"format: 1\ndocuments:\n{RULE}{FIELD}", tmp_path, dry_run=True)
    assert "desk.region" not in desk.registry.fields_of("ticket")
    read_in(desk, f"format: 1\ndocuments:\n{RULE}{FIELD}", tmp_path)
    assert "Mars" in written(desk)
