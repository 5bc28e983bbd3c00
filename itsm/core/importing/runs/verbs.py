"""Ask for an import, decide about it when it was tried, look at it, and forget old ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select, update

from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.files.outside import FileStore
from itsm.core.files.rules import shown_name
from itsm.core.files.verbs import forget_files, keep_content
from itsm.core.importing.runs.models import BUSY, ImportRun
from itsm.core.importing.shipped import shipped_mappings
from itsm.core.ledger.verbs import append
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

PERMISSION = "core.import"
CALL = "core.import_file"
ELSEWHERE = frozenset({"config"})  # has a page of its own, with a preview of each difference
LONGEST_MAPPING = 1 << 20


def ask_import(
    uow: UnitOfWork,
    *,
    importer: str,
    store: FileStore,
    file_name: str,
    content: BinaryIO,
    mapping: str = "",
    mapping_text: str = "",
    activate: bool = False,
) -> ImportRun:
    """Take a file in and have it tried: the report stands on the run when that is done.

    mapping: the name of a shipped one; '' is the importer's usual one. mapping_text: YAML of one's own, instead.
    """
    uow.require(PERMISSION)
    if importer not in importers_of(uow):
        raise Invalid.field("importer", say("Choose what the file holds."))
    if mapping and mapping not in shipped_mappings():
        raise Invalid.field("mapping", say("There is no such mapping."))
    if len(mapping_text) > LONGEST_MAPPING:
        raise Invalid.field("own", say("A mapping has {maximum} characters at most.", maximum=LONGEST_MAPPING))
    shown = shown_name(file_name)
    if not shown:
        raise Invalid.field("file", say("Choose a file."))
    sha256, size = keep_content(uow, store=store, content=content)
    run = ImportRun(
        importer=importer, file_name=shown, sha256=sha256, size=size, mapping=mapping, mapping_text=mapping_text,
        activate=activate, state="trying", person_id=uow.act.actor.person_id, asked_at=uow.now, changed_at=uow.now,
    )  # fmt: skip
    uow.session.add(run)
    uow.session.flush()
    _owe(uow, run, "import_asked")
    return run


def importers_of(uow: UnitOfWork) -> Sequence[str]:
    """The names of what may be brought in here."""
    return sorted(uow.registry.importers.keys() - ELSEWHERE)


def do_import(uow: UnitOfWork, *, run_id: int) -> ImportRun:
    """Bring in what was tried; the act's reason stands in the ledger and on every event."""
    uow.require(PERMISSION)
    if not uow.act.reason:
        raise Invalid.field("reason", say("Say why, for those who read the history later."))
    run = find_run(uow, run_id=run_id)
    if run.tried is None or "faults" in run.tried:
        raise Conflict(say("There is nothing to bring in: the file was not tried, or it was refused."))
    _step(uow, run, "tried", "importing")
    run.reason = uow.act.reason[:500]
    _owe(uow, run, "import_begun")
    return run


def drop_import(uow: UnitOfWork, *, run_id: int) -> None:
    """Bring nothing in: the file goes, the report stays."""
    uow.require(PERMISSION)
    run = find_run(uow, run_id=run_id)
    _step(uow, run, "tried", "dropped")
    _tell(uow, run, "import_dropped")
    let_go(uow, run)


def let_go(uow: UnitOfWork, run: ImportRun) -> None:
    """The file of a run is no longer needed."""
    if run.sha256 is not None:
        gone, run.sha256 = run.sha256, None
        uow.session.flush()
        forget_files(uow, sha256s=[gone])


def list_runs(uow: UnitOfWork, *, limit: int = 30) -> Sequence[ImportRun]:
    """The newest imports."""
    uow.require(PERMISSION)
    return uow.session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)).all()


def find_run(uow: UnitOfWork, *, run_id: int) -> ImportRun:
    """One of them."""
    uow.require(PERMISSION)
    run = uow.session.get(ImportRun, min(run_id, MAX_ID))
    if run is None:
        raise Unknown(say("There is no import {id}.", id=run_id))
    return run


def forget_runs(uow: UnitOfWork, before: datetime, limit: int) -> int:
    """Remove the oldest reports, which name people, and what is left of their files."""
    old = (ImportRun.changed_at < before, ImportRun.state.not_in(BUSY))
    runs = uow.session.scalars(select(ImportRun).where(*old).order_by(ImportRun.id).limit(limit)).all()
    files = [sha256 for run in runs for sha256 in (run.sha256, run.refused_sha256) if sha256]
    for run in runs:
        uow.session.delete(run)
    uow.session.flush()
    forget_files(uow, sha256s=files)
    return len(runs)


def _step(uow: UnitOfWork, run: ImportRun, was: str, state: str) -> None:
    """Of two who decide at once, the second is told so."""
    mine = (ImportRun.id == run.id, ImportRun.state == was)
    values = {"state": state, "changed_at": uow.now, "done": 0, "total": 0}
    if uow.session.scalars(update(ImportRun).where(*mine).values(values).returning(ImportRun.id)).first() is None:
        raise Conflict(say("This import was decided already."))
    uow.session.refresh(run)


def _owe(uow: UnitOfWork, run: ImportRun, type: str) -> None:
    uow.later(CALL, key=f"{CALL}:{run.id}:{run.state}", run_id=run.id, stage=run.state)
    _tell(uow, run, type)


def _tell(uow: UnitOfWork, run: ImportRun, type: str) -> None:
    facts = {"run": run.id, "importer": run.importer, "sha256": run.sha256}
    append(uow, stream="plugin", subject_id=0, type=type, facts=facts, texts={"file": run.file_name})
