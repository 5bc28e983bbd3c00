"""The composition root: settings → Desk → WSGI application. The only place that reads settings."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from flask import Flask
from sqlalchemy import select

import itsm.blocks.notices.hooks
import itsm.blocks.services.hooks
import itsm.core.hooks
from itsm.core.access.verbs import actor_of_session, actor_of_token
from itsm.core.act import NOBODY, Act, Actor
from itsm.core.desk.models import PluginRow
from itsm.core.desk.verbs import epoch, generation
from itsm.core.errors import NotSignedIn
from itsm.core.settings import Settings, read_settings
from itsm.core.web.app import RouteFault, make_app
from itsm.core.web.edge import WebDesk
from itsm.core.work.session import Database
from itsm.plugins.machinery.desk import Desk, assemble
from itsm.plugins.machinery.faults import Faults
from itsm.plugins.machinery.front import Front
from itsm.plugins.machinery.members import Member, installed, load, ordered

HOUSE = (
    Member("core", "", "itsm.core.hooks", built_in=True, hooks=itsm.core.hooks),
    Member("notices", "", "itsm.blocks.notices.hooks", built_in=True, hooks=itsm.blocks.notices.hooks),
    Member("services", "", "itsm.blocks.services.hooks", built_in=True, hooks=itsm.blocks.services.hooks),
)
Clock = Callable[[], datetime]


def build(
    settings: Settings,
    enabled: Iterable[str],
    *,
    database: Database | None = None,
    clock: Clock | None = None,
    members: Sequence[Member] | None = None,
    faults: Faults | None = None,
) -> tuple[Desk, Flask]:
    """A desk of the house and the enabled plugins, with its application.

    members: what is installed, by default what the entry points say. A plugin that does not fit is set aside by name
    in `desk.aside`, or with `ITSM_STRICT` ends the start.
    """
    known = {m.name: m for m in members} if members is not None else installed()
    chosen = [load(known.get(name) or Member(name, "?", "", fault="is not installed")) for name in enabled]
    database = database or Database(settings.database_url)
    aside: dict[str, str] = {}
    while True:
        working = [m for m in chosen if m.name not in aside]
        desk = assemble(settings, database, ordered([*HOUSE, *working]), aside=aside, clock=clock, faults=faults)
        try:
            return desk, make_app(desk, identify, {m.name: m.folder for m in desk.members})
        except RouteFault as fault:
            if fault.plugin in {m.name for m in HOUSE} or settings.strict:
                raise
            aside[fault.plugin] = fault.reason


def build_current(settings: Settings, database: Database, *, clock: Clock | None = None) -> tuple[Desk, Flask]:
    """The desk of the generation that the database holds now."""
    with database.session(write=False) as session:
        session.ours = True
        now, era = generation(session), epoch(session)
        names = list(session.scalars(select(PluginRow.name).where(PluginRow.state == "enabled")))
    desk, app = build(settings, names, database=database, clock=clock)
    desk.generation, desk.epoch = now, era
    return desk, app


def front(settings: Settings | None = None) -> Front:
    """What a web server serves: a WSGI callable that follows the desk's generations."""
    settings = settings or read_settings()
    database = Database(settings.database_url)
    return Front(lambda: build_current(settings, database))


def identify(desk: WebDesk, *, token: str | None, session: str | None) -> Actor:
    """The actor behind a bearer token or a session cookie; a cookie that ended is nobody."""
    with desk.unit_of_work(Act(NOBODY, channel="web"), write=False) as uow:
        if token is not None:
            return actor_of_token(uow, token)
        try:
            return actor_of_session(uow, session or "")
        except NotSignedIn:
            return NOBODY
