"""The database: there, writable, of the right schema, guarded, and of the same opinion about the time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from itsm.core.db.engine import WRITE
from itsm.core.desk.models import DeskFact
from itsm.core.errors import DeskError
from itsm.core.evidence.verbs.ends import guards
from itsm.core.ledger.models import Event
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.operations.doctor.findings import Finding, or_well, well, wrong

MOST_SKEW = timedelta(seconds=5)
TRIAL = DeskFact.__table__.insert().values(name="doctor", value="")  # type: ignore[attr-defined]


def look_at_database(database: Database) -> list[Finding]:
    """Whether it answers and can be written to."""
    try:
        with database.engine.connect() as connection:
            connection.execute(select(DeskFact.name).limit(1))
    except DBAPIError as error:
        return [wrong("database", f"it does not answer, or holds no desk: {_said(error)}",
                      "Look at ITSM_DATABASE_URL and at the server; `itsm init` makes a new desk.")]  # fmt: skip
    try:
        with database.engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin() as trial:
            connection.execute(TRIAL)
            trial.rollback()
    except DBAPIError as error:
        return [wrong("database", f"nothing can be written: {_said(error)}",
                      "Look at the rights of the role or file, at the room on its disk, at who holds it.")]  # fmt: skip
    return [well("database", f"{database.dialect} answers and takes what is written")]


def schema_finding(error: DeskError) -> Finding:
    """What hinders the desk from being built on this database."""
    return wrong("schema", str(error.message), "Do what the sentence says; nothing works until then.")


def look_at_ledger(uow: UnitOfWork) -> list[Finding]:
    """The guards of the ledger, and moments that cannot be."""
    found = [wrong("ledger", damage.sentence, "See `itsm verify`, and find out who did it.") for damage in
             guards(uow.session)]  # fmt: skip
    return [
        *or_well(found, "ledger", "its guards stand; `itsm verify` checks the chain itself"),
        *or_well(_clock(uow), "clock", "database, history and this machine agree"),
    ]


def _clock(uow: UnitOfWork) -> Iterator[Finding]:
    if uow.session.get_bind().dialect.name == "postgresql":
        there: datetime = uow.session.scalars(select(func.clock_timestamp())).one()
        if abs(there - uow.now) > MOST_SKEW:
            yield wrong("clock", f"the database is {(there - uow.now).total_seconds():+.0f} s from this machine",
                        "Let both keep time by NTP.")  # fmt: skip
    last = uow.session.scalars(select(Event.recorded_at).order_by(Event.id.desc()).limit(1)).first()
    if last is not None and last > uow.now + MOST_SKEW:
        yield wrong("clock", f"the newest event is of {last:%Y-%m-%d %H:%M:%S} UTC, which is still to come",
                    "Some machine's clock was or is wrong: let all keep time by NTP.")  # fmt: skip


def _said(error: DBAPIError) -> str:
    return next(iter(str(error.orig).strip().splitlines()), type(error).__name__)
