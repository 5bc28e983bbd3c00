"""The owed call of an import: the importer runs outside, in units of work of its own, and then its report is kept."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from sqlalchemy import update

from itsm.core.act import Act, system
from itsm.core.errors import DeskError
from itsm.core.files.outside import FileStore
from itsm.core.files.rules import ending_of
from itsm.core.files.verbs import forget_files, keep_content
from itsm.core.hookspecs.imports import ImportJob, ImportReport
from itsm.core.hookspecs.outside import OutsideCall
from itsm.core.importing.runs.models import ImportRun
from itsm.core.importing.runs.rules import SHOWN, plain_fault, plain_lines, plain_report
from itsm.core.importing.runs.verbs import let_go
from itsm.core.ledger.verbs import append
from itsm.core.work.uow import UnitOfWork

LARGEST = 1 << 40  # the file was within the limit when it came


@dataclass
class Progress:
    """How far an importer has come. It is written when the importer opens its next unit of work, so never within one,
    where on SQLite two writers would wait for each other."""

    run_id: int
    open: Callable[..., UnitOfWork]
    worker: Act
    told: tuple[int, int] = (0, 0)
    written: tuple[int, int] = field(default=(0, 0))

    def note(self, done: int, total: int) -> None:
        """What importers call."""
        self.told = (done, total)

    def unit_of_work(self, act: Act, *, write: bool = True) -> UnitOfWork:
        """What importers get."""
        if self.told != self.written:
            self.written = self.told
            with self.open(self.worker) as uow:
                values = dict(zip(("done", "total"), self.told, strict=True))
                uow.session.execute(update(ImportRun).where(ImportRun.id == self.run_id).values(values))
        return self.open(act, write=write)


def run_import(call: OutsideCall) -> dict[str, Any]:
    """Try the file, or bring it in; the report as plain data. After a crash it comes again: what was brought in before
    is then told as unchanged."""
    with call.reading() as uow:
        run = uow.session.get(ImportRun, call.args["run_id"])
        if run is None or run.state != call.args["stage"] or run.sha256 is None:
            return {}
        importer, store = uow.registry.importers.get(run.importer), FileStore(uow.registry.place.files, LARGEST)
        progress = Progress(run.id, call.unit_of_work, uow.act)
    if importer is None:
        raise LookupError(f"no enabled plugin brings the importer {run.importer}")
    found: Callable[[ImportJob], ImportReport] = (
        resolve_name(importer.run) if isinstance(importer.run, str) else importer.run
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            report = found(_job(run, Path(folder), store, progress))
        except DeskError as error:
            return {"report": plain_fault(error), "refused": []}
    return {"report": plain_report(report), "refused": plain_lines(report.reasons)}


def _job(run: ImportRun, folder: Path, store: FileStore, progress: Progress) -> ImportJob:
    """What the command line would hand to the importer; file and mapping lie in a folder for this attempt."""
    mapping = run.mapping
    if run.mapping_text:
        own = folder / "mapping.yaml"
        own.write_text(run.mapping_text, encoding="utf-8")
        mapping = str(own)
    # Importers tell kinds of files by their endings, which the store does not keep.
    ending = ending_of(run.file_name)
    path = folder / (f"file.{ending}" if ending.isascii() and ending.isalnum() else "file")
    path.symlink_to(store.path(run.sha256 or "").resolve())
    act = Act(system("import"), "import", f"import-{run.id}", run.reason, "import")
    return ImportJob(
        path=path, unit_of_work=progress.unit_of_work, act=act, mapping=mapping, activate=run.activate,
        dry_run=run.state == "trying", reason=run.reason, store=store, progress=progress.note,
    )  # fmt: skip


def keep_report(uow: UnitOfWork, *, outcome: dict[str, Any], run_id: int, stage: str) -> None:
    """The report stands on the run; the file goes once nothing more is to be done with it."""
    run = uow.session.get(ImportRun, run_id, with_for_update=True)
    if run is None or run.state != stage or not outcome:
        return
    report = outcome["report"]
    faulty = "faults" in report
    if stage == "trying":
        run.tried, run.state = report, "faulty" if faulty else "tried"
    else:
        run.made, run.state = report, "faulty" if faulty else "done"
    run.changed_at = uow.now
    _keep_refused(uow, run, outcome["refused"])
    if run.state != "tried":
        let_go(uow, run)
    facts = {"run": run.id, "importer": run.importer, "state": run.state, **report.get("counts", {})}
    append(uow, stream="plugin", subject_id=0, type="import_reported", facts=facts)


def _keep_refused(uow: UnitOfWork, run: ImportRun, refused: list[Any]) -> None:
    """All of them, where the report shows the first ones alone."""
    before, run.refused_sha256 = run.refused_sha256, None
    if len(refused) > SHOWN:
        lines = "\n".join(json.dumps(line, ensure_ascii=False) for line in refused)
        store = FileStore(uow.registry.place.files, LARGEST)
        run.refused_sha256, _ = keep_content(uow, store=store, content=BytesIO(lines.encode()))
    if before is not None and before != run.refused_sha256:
        uow.session.flush()
        forget_files(uow, sha256s=[before])
