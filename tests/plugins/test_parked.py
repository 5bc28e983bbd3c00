"""A plugin that is off: its tickets stay readable and listed; they can be commented and closed, and nothing more."""

from typing import Any

import pytest
from flask import Flask

from itsm.app import build
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.session import Database
from itsm.plugins.testing.visitors import enter
from tests.fixtures import INCIDENTS, TESTER, World


@pytest.fixture
def parked(world: World) -> tuple[Flask, int]:
    """The same desk without incidents, and the number of an incident."""
    with world.desk.unit_of_work(TESTER) as uow:
        who = world.sample.people["requester"].id
        fields = {"incidents.impact": "high"}
        number = open_ticket(uow, kind="incident", title="Принтер", requested_for=who, fields=fields).id
    database = Database(world.desk.database.url, world.connection)
    _, app = build(world.desk.settings, [], database=database, clock=world.clock, members=[INCIDENTS])
    return app, number


def call(world: World, app: Flask, method: str, path: str, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {world.sample.tokens['agent']}", **more.pop("headers", {})}
    return app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)


def test_it_is_read_listed_commented_and_closed(world: World, parked: tuple[Flask, int]) -> None:
    app, number = parked
    shown = call(world, app, "GET", f"/tickets/{number}")
    assert shown.json["fields"] == {"incidents.impact": "high"}
    assert call(world, app, "GET", "/tickets/count?category=new").json["count"] == 1
    assert call(world, app, "POST", f"/tickets/{number}/comments", json={"body": "x"}).status_code == 201
    closed = call(world, app, "POST", f"/tickets/{number}/transitions", json={"transition": "close"})
    assert (closed.status_code, closed.json["state_category"]) == (200, "closed")
    assert closed.json["fields"] == {"incidents.impact": "high"}


def test_nothing_else_is_possible(world: World, parked: tuple[Flask, int]) -> None:
    app, number = parked
    change = {"headers": {"If-Match": "*"}, "json": {"title": "y"}}
    assert call(world, app, "PATCH", f"/tickets/{number}", **change).status_code == 409
    assert call(world, app, "POST", f"/tickets/{number}/transitions", json={"transition": "take"}).status_code == 409
    refused = call(world, app, "POST", "/tickets", json={"kind": "incident", "title": "x"})
    assert refused.json["errors"][0]["field"] == "kind"


def test_its_page_stands(world: World, parked: tuple[Flask, int]) -> None:
    app, number = parked
    client = enter(app, "agent").client
    page = client.get(f"/tickets/{number}")
    assert page.status_code == 200
    assert "Принтер" in page.text
    assert client.get("/").status_code == 200
