"""Backup and restore of a whole desk, as the commands do it."""

import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, table
from sqlalchemy.sql import column

from itsm.app import COMMAND_LINE, HOUSE, Office, build
from itsm.core.desk.models import DeskFact
from itsm.core.desk.verbs import LAST_BACKUP
from itsm.core.errors import NotReady
from itsm.core.failpoints import Failpoint
from itsm.core.files.outside import FileStore
from itsm.core.ledger.verbs import append
from itsm.core.settings import Settings
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.operations.backup.archive import Reader, open_archive
from itsm.operations.backup.manifest import Manifest
from itsm.operations.backup.restore import begin_again, empty, load_tables, refuse_strange, store_files
from itsm.operations.backup.take import rows_of, take_backup
from itsm.plugins.machinery.desk import clock_of
from itsm.plugins.machinery.found import write_secret
from itsm.plugins.machinery.lineages import lineages
from itsm.plugins.machinery.members import Member, installed, load
from itsm.plugins.machinery.migrate import Lineage
from itsm.plugins.machinery.migrate.alone import alone

PATIENCE = 60.0


@dataclass(frozen=True)
class Made:
    """A backup that was made. recorded: whether the desk knows of it; not where its schema is older than the code."""

    place: Path
    manifest: Manifest
    seconds: float
    recorded: bool


@dataclass(frozen=True)
class Restored:
    """What was restored, the ledger's new epoch, and how many background jobs are held."""

    manifest: Manifest
    epoch: int
    held: int


def place_for(settings: Settings, to: str, now: datetime) -> Path:
    """Where a backup goes: a file that `to` names, a new name in the folder `to`, or in the data folder's `backups`."""
    if to.endswith(".zip"):
        return Path(to).absolute()
    folder = Path(to).absolute() if to else settings.data_dir / "backups"
    return folder / f"itsm-{now:%Y%m%dT%H%M%SZ}.zip"


def back_up_desk(office: Office, to: str = "") -> Made:
    """Back up a desk, which may be at work and whose schema may be older than the code."""
    settings, started = office.settings, time.monotonic()
    now = clock_of(settings)()
    place = place_for(settings, to, now)
    store = FileStore(settings.data_dir / "files", settings.max_body)
    manifest = take_backup(office.database.engine, store, place, now, Failpoint.parse(settings.failpoint))
    recorded = True
    try:
        with office.unit_of_work() as uow:
            record_backup(uow, manifest=manifest)
    except NotReady:
        recorded = False
    return Made(place, manifest, time.monotonic() - started, recorded)


def record_backup(uow: UnitOfWork, *, manifest: Manifest) -> None:
    """The desk knows when it was backed up, and the ledger tells who did it."""
    taken = manifest.taken_at.isoformat()
    uow.session.merge(DeskFact(name=LAST_BACKUP, value=taken))
    facts = {"taken_at": taken, "rows": manifest.rows, "files": len(manifest.files), "missing": len(manifest.missing)}
    append(uow, stream="desk", subject_id=0, type="desk_backed_up", facts=facts)


def check_backup(place: Path) -> Manifest:
    """Read a backup from its beginning to its end without restoring it; raises `BadBackup`."""
    with open_archive(place) as backup:
        return backup.check()


def restore_desk(settings: Settings, place: Path, *, force: bool = False, left_out: Collection[str] = ()) -> Restored:
    """Restore a backup where the settings say; all of it or nothing."""
    with open_archive(place) as backup:
        members = _members(backup.manifest, left_out)
        refuse_strange(backup.manifest, [member.name for member in members], left_out)
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = Database(settings.database_url)
        with alone(database.engine, PATIENCE) as connection, connection.begin():
            restored = _restore(settings, connection, backup, lineages(members), force, left_out)
        database.dispose()
    if not settings.secret_key:
        write_secret(settings.data_dir / "secret_key")
    return restored


def _restore(
    settings: Settings, connection: Connection, backup: Reader, known: Sequence[Lineage], force: bool,
    left_out: Collection[str],
) -> Restored:  # fmt: skip
    manifest = backup.manifest
    epoch = max(_epoch(connection), manifest.epoch) + 1
    empty(connection, force=force)
    load_tables(connection, backup, known, left_out)
    Failpoint.parse(settings.failpoint).reach("mid_restore")
    store_files(backup, FileStore(settings.data_dir / "files", sys.maxsize))
    desk, _ = build(settings, [], database=Database(settings.database_url, connection))
    with desk.unit_of_work(COMMAND_LINE) as uow:
        held = begin_again(uow, manifest=manifest, epoch=epoch)
    return Restored(manifest, epoch, held)


def _epoch(connection: Connection) -> int:
    """The epoch of the desk that is written over; 0 if there is none."""
    if DeskFact.__tablename__ not in rows_of(connection).names():
        return 0
    facts = table(DeskFact.__tablename__, column("name"), column("value"))
    return int(connection.scalar(select(facts.c.value).where(facts.c.name == "epoch")) or 1)


def _members(manifest: Manifest, left_out: Collection[str]) -> list[Member]:
    """The house, and the installed plugins whose data the backup holds."""
    plugins = [load(one) for name, one in installed().items() if name in manifest.revisions and name not in left_out]
    return [*HOUSE, *(one for one in plugins if not one.fault)]
