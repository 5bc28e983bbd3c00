"""The composition root: settings → Desk → WSGI application. The only place that reads settings."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

import itsm.blocks.answers.hooks
import itsm.blocks.calendars.hooks
import itsm.blocks.notices.hooks
import itsm.blocks.oidc.hooks
import itsm.blocks.rules.hooks
import itsm.blocks.search.hooks
import itsm.blocks.services.hooks
import itsm.core.hooks
import itsm.plugins.machinery.hooks
from itsm.core.access.verbs import find_by_session, find_by_token, note_use
from itsm.core.act import NOBODY, Act, Actor, system
from itsm.core.desk.models import PluginRow
from itsm.core.desk.verbs import epoch, generation
from itsm.core.errors import NoDesk, NotReady
from itsm.core.hookspecs.declarations import Field
from itsm.core.settings import Settings, read_settings
from itsm.core.web.app import make_app
from itsm.core.web.edge import WebDesk
from itsm.core.web.pointers import RouteFault
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk, assemble
from itsm.plugins.machinery.desk_fields import DOCUMENT, put_fields, stored_fields
from itsm.plugins.machinery.front import Front
from itsm.plugins.machinery.host import Host
from itsm.plugins.machinery.lineages import indexed_fields, lineages
from itsm.plugins.machinery.members import Member, installed, load, ordered
from itsm.plugins.machinery.migrate import NEWER, lacking_indexes, pending
from itsm.plugins.machinery.switch import quarantine
from itsm.plugins.machinery.watchdog import forget_note, read_notes

HOUSE = (
    Member("core", "", "itsm.core.hooks", built_in=True, hooks=itsm.core.hooks),
    Member("answers", "", "itsm.blocks.answers.hooks", built_in=True, hooks=itsm.blocks.answers.hooks),
    Member("calendars", "", "itsm.blocks.calendars.hooks", built_in=True, hooks=itsm.blocks.calendars.hooks),
    Member("notices", "", "itsm.blocks.notices.hooks", built_in=True, hooks=itsm.blocks.notices.hooks),
    Member("oidc", "", "itsm.blocks.oidc.hooks", built_in=True, hooks=itsm.blocks.oidc.hooks),
    Member("machinery", "", "itsm.plugins.machinery.hooks", built_in=True, hooks=itsm.plugins.machinery.hooks),
    Member("rules", "", "itsm.blocks.rules.hooks", built_in=True, hooks=itsm.blocks.rules.hooks),
    Member("search", "", "itsm.blocks.search.hooks", built_in=True, hooks=itsm.blocks.search.hooks),
    Member("services", "", "itsm.blocks.services.hooks", built_in=True, hooks=itsm.blocks.services.hooks),
)
COMMAND_LINE = Act(system("cli"), channel="cli")
Clock = Callable[[], datetime]


def build(
    settings: Settings,
    enabled: Iterable[str],
    *,
    database: Database | None = None,
    clock: Clock | None = None,
    members: Sequence[Member] | None = None,
    host: Host | None = None,
    fields: Sequence[Field] = (),
) -> tuple[Desk, Flask]:
    """A desk of the house and the enabled plugins, with its application.

    members: what is installed, by default what the entry points say. fields: those of administrators. A plugin that
    does not fit is set aside by name in `desk.aside`, or with `ITSM_STRICT` ends the start.
    """
    known = {m.name: m for m in members} if members is not None else installed()
    chosen = [load(known.get(name) or Member(name, "?", "", fault="is not installed")) for name in enabled]
    database = database or Database(settings.database_url)
    aside: dict[str, str] = {}
    while True:
        working = [m for m in chosen if m.name not in aside]
        desk = assemble(settings, database, ordered([*HOUSE, *working]), aside=aside, clock=clock, host=host)
        put_fields(desk.registry, fields)
        try:
            return desk, make_app(desk, identify, {m.name: m.folder for m in desk.members})
        except RouteFault as fault:
            if fault.plugin in {m.name for m in HOUSE} or settings.strict:
                raise
            aside[fault.plugin] = fault.reason


def build_current(settings: Settings, database: Database, host: Host | None = None) -> tuple[Desk, Flask]:
    """The desk of the generation that the database holds now; raises `NotReady` when its schema is not up to date."""
    check_schema(database, HOUSE)
    with database.session(write=False) as session:
        session.ours = True
        now, era = generation(session), epoch(session)
        names = list(session.scalars(select(PluginRow.name).where(PluginRow.state == "enabled")))
    stored = stored_fields(database)
    desk, app = build(settings, names, database=database, host=host, fields=stored.fields)
    check_schema(database, desk.members)
    if stored.fault is not None:
        desk.faults.note("core", DOCUMENT, stored.fault)
    desk.registry.unindexed |= lacking_indexes(database.engine, indexed_fields(desk.registry))
    desk.generation, desk.epoch = now, era
    return desk, app


def check_schema(database: Database, members: Iterable[Member]) -> None:
    """Refuse to work on tables that these members' code does not fit."""
    file = database.engine.url.database if database.dialect == "sqlite" else None
    if file is not None and not Path(file).exists():
        raise NoDesk(f"There is no desk here: {file} does not exist. Make one with `itsm init`.")
    lacking = pending(database.engine, lineages(members))
    if lacking and lacking[0].startswith("core 0001"):
        raise NoDesk("There is no desk in this database. Make one with `itsm init`.")
    if any(line.endswith(NEWER) for line in lacking):
        raise NotReady(f"The schema does not fit this code ({'; '.join(lacking)}). Install the code that made it.")
    if lacking:
        raise NotReady(f"The schema does not fit this code ({'; '.join(lacking)}). Run `itsm migrate`.")


def front(settings: Settings | None = None, host: Host | None = None) -> Front:
    """A WSGI callable that follows the desk's generations; workers follow it too, without serving.

    First it turns the notes that hung hooks left behind into quarantines.
    """
    settings = settings or read_settings()
    lent = host or Host.of(settings)
    database = Database(settings.database_url)
    check_schema(database, HOUSE)
    quarantine_hung(settings, database)
    return Front(lambda: build_current(settings, database, lent))


def quarantine_hung(settings: Settings, database: Database) -> None:
    """A hook hung, its process was ended: its plugin stays out of service until a person enables it again."""
    folder = settings.data_dir / "hung"
    for note in read_notes(folder):
        desk, _ = build(settings, [], database=database)
        with desk.unit_of_work(Act(system("watchdog"), channel="worker")) as uow:
            quarantine(uow, note["plugin"], note["reason"])
        forget_note(folder, note["plugin"])


class Office:
    """What commands work with: the settings, the database, the desk as it is now."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or read_settings()
        self.database = Database(self.settings.database_url)

    @cached_property
    def desk(self) -> Desk:
        """The desk with its enabled plugins."""
        return build_current(self.settings, self.database)[0]

    def trial(self, names: Iterable[str], *, clock: Clock | None = None, fields: Sequence[Field] = ()) -> Desk:
        """A desk as it would be with exactly these plugins and fields, whatever the database says."""
        return build(self.settings, names, database=self.database, clock=clock, fields=fields)[0]

    def unit_of_work(self, *, write: bool = True) -> UnitOfWork:
        """A unit of work of the command line."""
        return self.desk.unit_of_work(COMMAND_LINE, write=write)


def identify(desk: WebDesk, *, token: str | None, session: str | None, address: str) -> Actor:
    """The actor behind a bearer token or a session cookie; a cookie that ended is nobody."""
    with desk.unit_of_work(Act(NOBODY, channel="web"), write=False) as uow:
        found = find_by_session(uow, session or "") if token is None else find_by_token(uow, token, address)
    if found.unnoted is not None:
        # Where nothing can be written (a full disk), reading goes on.
        with suppress(SQLAlchemyError), desk.unit_of_work(Act(system("access"), channel="web")) as uow:
            note_use(uow, found.unnoted)
    return found.actor
