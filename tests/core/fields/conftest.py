"""A desk with further fields, and its API and pages as one of the sample people."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from itsm.app import build
from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.fields.schemas import read_fields
from itsm.core.hookspecs.declarations import Field
from itsm.core.hookspecs.marks import hook
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.testing.visitors import Visitor, enter
from tests.fixtures import INCIDENTS, TESTER, World


@dataclass
class Fielded:
    """The desk of a world with more fields; `ids` of what a test put there."""

    desk: Desk
    app: Flask
    world: World
    ids: dict[str, int] = field(default_factory=dict)

    def api(self, who: str, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """A call of the API as one of the sample people."""
        given = {**(headers or {}), "Authorization": f"Bearer {self.world.sample.tokens[who]}"}
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=given, buffered=True, **more)

    def opened(self, who: str = "agent", **more: Any) -> Any:
        """A ticket made through the API, as the API answers it."""
        answer = self.api(who, "POST", "/tickets", json={"kind": "incident", "title": "Кассы стоят", **more})
        assert answer.status_code == 201, answer.json
        return answer.json

    def refused(self, who: str = "agent", **more: Any) -> dict[str, str]:
        """Field → sentence of an opening that is refused."""
        answer = self.api(who, "POST", "/tickets", json={"kind": "incident", "title": "Кассы стоят", **more})
        assert answer.status_code == 422, answer.json
        return {error["field"]: error["message"] for error in answer.json["errors"]}

    def as_(self, who: str, **more: Any) -> AbstractContextManager[UnitOfWork]:
        """A unit of work of one of the sample people."""
        return self.desk.unit_of_work(self.world.sample.act(self.world.desk, who, **more))

    def signed_in(self, who: str) -> Visitor:
        """A browser in which somebody signed in."""
        return enter(self.app, who)


def desk_body(*entries: dict[str, Any]) -> dict[str, Any]:
    """The document `core.fields` with these entries; what is left out has its default."""
    return {"fields": [{"label": {"en": "A field", "ru": "Поле"}, "type": "text", **entry} for entry in entries]}


@pytest.fixture
def with_desk_fields(world: World) -> Callable[..., Fielded]:
    """`with_desk_fields({"name": "desk.size", …})`: the document saved, in force, and the desk built with it."""

    def fielded(*entries: dict[str, Any]) -> Fielded:
        body = desk_body(*entries)
        with world.desk.unit_of_work(TESTER) as uow:
            revision = save_document(uow, name="core.fields", body=body, reason="trying")
            activate_document(uow, revision_id=revision.id)
        return Fielded(*built(world, body), world)

    return fielded


def built(world: World, body: dict[str, Any]) -> tuple[Desk, Flask]:
    """The desk of the world as its next generation would be."""
    database = Database(world.desk.database.url, world.connection)
    return build(
        world.desk.settings, ["incidents"], database=database, clock=world.clock, members=[INCIDENTS],
        fields=read_fields(body),
    )  # fmt: skip


@pytest.fixture
def with_fields(world: World, with_plugin: Any) -> Callable[..., Fielded]:
    """`with_fields(Field("gadgets.size", …))`: the desk with a plugin `gadgets` that brings these fields."""

    def fielded(*fields: Field, **hooks: Any) -> Fielded:
        @hook
        def register_fields() -> Any:
            return fields

        desk, app = with_plugin("gadgets", register_fields=register_fields, **hooks)
        assert not desk.aside, desk.aside
        return Fielded(desk, app, world)

    return fielded
