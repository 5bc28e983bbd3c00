"""What enabling, disabling and purging leave behind, and which tables are whose."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from itsm.app import HOUSE
from itsm.core.access.models import Role
from itsm.core.access.verbs import grant_defaults
from itsm.core.configuration.models import ActiveRevision, Revision
from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.db import Base, make_engine
from itsm.core.hookspecs.declarations import Permission
from itsm.core.hookspecs.marks import hook
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import change_ticket, open_ticket
from itsm.core.work.models import OwedCall
from itsm.plugins.machinery import switch
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.lifecycle import permissions_of
from itsm.plugins.machinery.lineages import lineage_of, lineages
from itsm.plugins.machinery.members import Member, load
from itsm.plugins.machinery.migrate.apply import migrate
from itsm.plugins.machinery.purge import forget_plugin
from tests.fixtures import INCIDENTS, TESTER, World
from tests.plugins.schema import dump

WithPlugin = Callable[..., tuple[Desk, Flask]]
OWNERS = ("services_", "notices_", "machinery_", "incidents_")


@pytest.fixture
def modelled(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An SQLite database made from the models, without a revision."""
    load(INCIDENTS)  # its tables too, whichever test comes first
    made = make_engine(f"sqlite:///{tmp_path / 'modelled.sqlite3'}")
    with made.execution_options(itsm_write=True).begin() as connection:
        Base.metadata.create_all(connection)
    yield made
    made.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_revisions_of_blocks_and_incidents_make_the_tables_of_their_models(
    engine: Engine, modelled: Engine
) -> None:
    migrate(engine, lineages([*HOUSE, load(INCIDENTS)]))

    def theirs(of: Engine) -> list[str]:
        lines = (" ".join(line.split()) for line in dump(of))
        return [
            line for line in lines if line.split()[1].removeprefix("ix_").startswith(OWNERS) and "_version" not in line
        ]

    assert theirs(engine) == theirs(modelled)
    assert len(theirs(engine)) > 5


def test_a_table_belongs_to_the_plugin_with_the_longest_fitting_name(tmp_path: Path) -> None:
    hooks = load(INCIDENTS).hooks
    names = ["core", "cmdb", "cmdb_x"]
    of = {name: lineage_of(Member(name, "1", "x.hooks", hooks=hooks), names) for name in names}
    tables = ("cmdb_item", "cmdb_version", "cmdb_x_item", "ticket", "cmdbs")
    owners = [[name for name in names if of[name].owns(table)] for table in tables]
    assert owners == [["cmdb"], ["cmdb"], ["cmdb_x"], ["core"], ["core"]]


def test_enabling_gives_bundled_roles_what_the_plugin_declares_for_them(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("gadget", register_permissions=hook(lambda: (Permission("gadget.read", {}, ("agent",)),)))
    with desk.unit_of_work(TESTER) as uow:
        switch.enable(uow, name="gadget")
        grant_defaults(uow, permissions_of(desk.registry, "gadget"))
    with desk.unit_of_work(TESTER, write=False) as uow:
        roles = {role.key: role.permissions for role in uow.session.scalars(select(Role))}
    assert [key for key, held in roles.items() if "gadget.read" in held] == ["agent"]


def test_a_role_keeps_the_permissions_of_a_plugin_that_is_off(world: World, with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("gadget", register_permissions=hook(lambda: (Permission("gadget.read", {}, ("agent",)),)))
    with desk.unit_of_work(TESTER) as uow:
        grant_defaults(uow, permissions_of(desk.registry, "gadget"))
    extra = Permission("incidents.extra", {}, ("agent",))
    world.desk.registry.permissions[extra.name] = extra
    try:
        with world.desk.unit_of_work(TESTER) as uow:
            grant_defaults(uow, [extra])
            assert {"gadget.read", extra.name} <= set(uow.session.get_one(Role, "agent").permissions)
    finally:
        del world.desk.registry.permissions[extra.name]


def test_purging_takes_values_choices_and_jobs_and_leaves_tickets_history_and_others_values(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        fields = {"incidents.impact": "high", "incidents.urgency": "low"}
        number = open_ticket(uow, kind="incident", title="Сбой", fields=fields).id
    with desk.unit_of_work(TESTER) as uow:
        ticket = uow.session.get_one(Ticket, number)
        ticket.fields = {**ticket.fields, "incidentsx.kept": 1}
        policy = desk.registry.documents["incidents.policy"].default
        revision = save_document(uow, name="incidents.policy", body={**policy, "close_after_days": 9}, reason="a test")
        activate_document(uow, revision_id=revision.id)
        uow.later("incidents.close", key="a job", number=number, resolved_at="")
    with desk.unit_of_work(TESTER) as uow:
        forget_plugin(uow, name="incidents", kinds=["incident"])
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Ticket, number).fields == {"incidentsx.kept": 1}
        assert uow.session.scalars(select(ActiveRevision.document)).all() == []
        assert uow.session.scalars(select(Revision.document)).all() == ["incidents.policy"]
        assert uow.session.scalars(select(OwedCall.state).where(OwedCall.key == "a job")).all() == ["done"]
        permissions = [p for role in uow.session.scalars(select(Role)) for p in role.permissions]
        assert not [p for p in permissions if p.startswith("incidents.")]
        assert [p for p in permissions if p.startswith("tickets.")]


def test_a_disabled_plugin_s_calls_wait_and_those_declared_so_are_dropped_when_late(desk: Desk, clock: object) -> None:
    with desk.unit_of_work(TESTER) as uow:
        switch.enable(uow, name="incidents")
        number = open_ticket(uow, kind="incident", title="Сбой").id
        change_ticket(uow, number=number, changes={"title": "Сбой сети"})
        for name in ("incidents.close", "incidents.remind"):
            uow.later(name, key=name, wait=1)
    with desk.unit_of_work(TESTER) as uow:
        switch.disable(uow, name="incidents")
    clock.forward(hours=1)  # type: ignore[attr-defined]
    with desk.unit_of_work(TESTER) as uow:
        parked = select(OwedCall.state).where(OwedCall.plugin == "incidents", OwedCall.key.is_not(None))
        assert set(uow.session.scalars(parked)) == {"parked"}
        switch.enable(uow, name="incidents", dropped=["incidents.remind"])
    with desk.unit_of_work(TESTER, write=False) as uow:
        states = {row.name: row.state for row in uow.session.scalars(select(OwedCall).where(OwedCall.key.is_not(None)))}
    assert states == {"incidents.close": "due", "incidents.remind": "done"}
