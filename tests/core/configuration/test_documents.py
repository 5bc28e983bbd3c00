"""Save, compare, try, put in force, put back: one document, one administrator or two."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from itsm.core.configuration.outside import from_text
from itsm.core.configuration.verbs import (
    activate_document,
    check_document,
    difference,
    document,
    list_revisions,
    restore_default,
    save_document,
    try_document,
)
from itsm.core.errors import Conflict, Forbidden, Invalid, Stale, Unknown
from itsm.core.hookspecs.declarations import DocumentType, Finding
from itsm.core.ledger.verbs import history
from itsm.core.schemas import Line, Strict, Whole
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER

As = Callable[..., AbstractContextManager[UnitOfWork]]


def topics(*keys: str) -> dict[str, Any]:
    return {"entries": [{"key": key, "label": {"en": key.title()}} for key in keys]}


def put(uow: UnitOfWork, *keys: str, reason: str = "a test") -> int:
    revision = save_document(uow, name="core.topics", body=topics(*keys), reason=reason)
    return activate_document(uow, revision_id=revision.id).id


def told(uow: UnitOfWork, revision: int) -> list[tuple[str, Any]]:
    uow.flush()
    return [(event.type, texts.get("why")) for event, texts in history(uow.session, "configuration", revision)]


def test_an_older_revision_is_put_back_with_a_reason_and_an_event_that_says_so(as_: As) -> None:
    with as_("admin") as uow:
        first, second = put(uow, "a"), put(uow, "a", "b")
        with pytest.raises(Invalid) as refused:
            activate_document(uow, revision_id=first)
        assert refused.value.refusals[0].field == "reason"
        assert document(uow, "core.topics").revision == second
        activate_document(uow, revision_id=first, reason="b was a mistake")
        assert [entry["key"] for entry in document(uow, "core.topics").body["entries"]] == ["a"]
        assert told(uow, first)[-1] == ("document_put_back", "b was a mistake")


def test_the_shipped_document_can_be_returned_to(as_: As) -> None:
    with as_("admin") as uow:
        shipped = document(uow, "core.topics")
        with pytest.raises(Conflict):
            restore_default(uow, name="core.topics", reason="nothing to return from")
        put(uow, "a")
        with pytest.raises(Invalid):
            restore_default(uow, name="core.topics", reason=" ")
        restore_default(uow, name="core.topics", reason="we start anew")
        assert document(uow, "core.topics") == shipped
        assert told(uow, 0)[-1] == ("document_put_back", "we start anew")
        put(uow, "b")
        assert [entry["key"] for entry in document(uow, "core.topics").body["entries"]] == ["b"]


def test_what_was_made_from_an_older_revision_replaces_nothing(as_: As) -> None:
    with as_("admin") as uow:
        seen = document(uow, "core.topics").revision
        mine = save_document(uow, name="core.topics", body=topics("mine"), reason="mine", match=seen)
        theirs = put(uow, "theirs")
        with pytest.raises(Stale):
            save_document(uow, name="core.topics", body=topics("late"), reason="late", match=seen)
        with pytest.raises(Stale):
            activate_document(uow, revision_id=mine.id, match=seen, reason="late")
        with pytest.raises(Stale):
            restore_default(uow, name="core.topics", match=seen, reason="late")
        assert document(uow, "core.topics").revision == theirs
        activate_document(uow, revision_id=mine.id, match=theirs, reason="knowing of theirs")


def test_trying_tells_the_difference_and_saves_nothing(as_: As) -> None:
    with as_("admin") as uow:
        first = put(uow, "a", "b")
        trial = try_document(uow, name="core.topics", body=topics("a", "c"))
        assert [change.place for change in trial.changes] == ["entries.b", "entries.c"]
        assert len(list_revisions(uow, name="core.topics")) == 1
        put(uow, "a")
        assert [change.place for change in difference(uow, revision_id=first)] == ["entries.b"]
        with pytest.raises(Invalid):
            try_document(uow, name="core.topics", body={"entries": [{"key": "A B", "label": {}}]})
        with pytest.raises(Unknown):
            difference(uow, revision_id=2**40)


def test_only_who_may_configure_the_desk_sees_and_changes_it(as_: As) -> None:
    with as_("agent") as uow:
        for act in (
            lambda: save_document(uow, name="core.topics", body=topics("a"), reason="a test"),
            lambda: try_document(uow, name="core.topics", body=topics("a")),
            lambda: restore_default(uow, name="core.topics", reason="a test"),
            lambda: activate_document(uow, revision_id=1),
            lambda: difference(uow, revision_id=1),
        ):
            with pytest.raises(Forbidden):
                act()


def test_what_an_act_saved_and_rolled_back_is_not_remembered(desk: Desk) -> None:
    """The next revision may get the same number from the database."""
    for key in ("lost", "kept"):
        try:
            with desk.unit_of_work(TESTER) as uow:
                revision = put(uow, key)
                assert document(uow, "core.topics").body["entries"][0]["key"] == key
                if key == "lost":
                    raise LookupError
        except LookupError:
            pass
    with desk.unit_of_work(TESTER, write=False) as uow:
        found = document(uow, "core.topics")
        assert (found.revision, found.body["entries"][0]["key"]) == (revision, "kept")


class LimitSchema(Strict):
    """A document of a plugin."""

    limit = Whole(0, 100, required=True)
    word = Line(20, blank=True, load_default="")


def limits(heard: list[Any]) -> DocumentType:
    def check(uow: UnitOfWork, body: Any) -> None:
        if body["limit"] > len(uow.registry.kinds):
            raise Invalid.field("limit", say("There are only {number} types.", number=len(uow.registry.kinds)))

    def try_out(_: UnitOfWork, body: Any) -> list[Finding]:
        return [Finding("limit", say("That would be {number}.", number=body["limit"]), "info")]

    def on_activate(_: UnitOfWork, old: Any, new: Any) -> None:
        heard.append((old["limit"], new["limit"]))

    return DocumentType(
        "quota.limits", {"en": "Limits"}, LimitSchema, {"limit": 0}, check_desk=check, try_out=try_out,
        on_activate=on_activate,
    )  # fmt: skip


def test_a_plugins_document_is_checked_against_the_desk_tried_and_heard_of(with_plugin: Callable[..., Any]) -> None:
    heard: list[Any] = []
    desk, _ = with_plugin("quota", register_documents=hooked(lambda: [limits(heard)]))
    assert not desk.aside
    with desk.unit_of_work(TESTER) as uow:
        with pytest.raises(Invalid, match="only 1 types"):
            save_document(uow, name="quota.limits", body={"limit": 2}, reason="too many")
        trial = try_document(uow, name="quota.limits", body={"limit": 1})
        assert [(f.place, str(f.message), f.level) for f in trial.findings] == [("limit", "That would be 1.", "info")]
        assert [change.place for change in trial.changes] == ["limit"]
        revision = save_document(uow, name="quota.limits", body={"limit": 1}, reason="one")
        assert heard == []
        activate_document(uow, revision_id=revision.id)
        restore_default(uow, name="quota.limits", reason="none again")
    assert heard == [(0, 1), (1, 0)]


class NewerSchema(LimitSchema):
    """The same document in a later version of the plugin."""

    unit = Line(20, load_default="pieces")


def test_what_a_later_version_adds_to_a_schema_is_there_in_bodies_saved_before(with_plugin: Callable[..., Any]) -> None:
    def brought(schema: Any) -> Any:
        return hooked(lambda: [DocumentType("quota.limits", {"en": "Limits"}, schema, {"limit": 0})])

    before, _ = with_plugin("quota", register_documents=brought(LimitSchema))
    with before.unit_of_work(TESTER) as uow:
        revision = save_document(uow, name="quota.limits", body={"limit": 7}, reason="a test")
        activate_document(uow, revision_id=revision.id)
    after, _ = with_plugin("quota", register_documents=brought(NewerSchema))
    with after.unit_of_work(TESTER, write=False) as uow:
        assert document(uow, "quota.limits").body == {"limit": 7, "word": "", "unit": "pieces"}


def hooked(function: Any) -> Any:
    from itsm.plugins import hook

    return hook(function)


def test_the_examples_beside_the_forms_can_be_put_in_force(uow: UnitOfWork) -> None:
    shown = {name: declared.example for name, declared in uow.registry.documents.items() if declared.example}
    assert {"core.fields", "rules.tickets.opening"} <= set(shown)
    for name, example in shown.items():
        try_document(uow, name=name, body=from_text(example))
        assert check_document(uow, name=name, body=from_text(example))
