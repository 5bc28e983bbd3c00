"""What is kept beside the rows: the stored files, and backups."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from itsm.core.desk.verbs import last_backup
from itsm.core.files.models import StoredFile
from itsm.core.files.outside import FileStore
from itsm.core.work.uow import UnitOfWork
from itsm.operations.doctor.findings import Finding, or_well, warning, well, wrong

FRESH, OLD = timedelta(hours=26), timedelta(days=7)
NAMED = 3


def look_at_kept(uow: UnitOfWork, store: FileStore, *, deep: bool) -> list[Finding]:
    """Files and backups; deep: read every file and compare it with its digest."""
    how = "are what they were" if deep else "are there; `--deep` reads them too"
    return [*or_well(_files(uow, store, deep), "files", f"all {how}"), _backup(uow)]


def _files(uow: UnitOfWork, store: FileStore, deep: bool) -> Iterator[Finding]:
    lost, changed = [], []
    for sha256, size in uow.session.execute(
        select(StoredFile.sha256, StoredFile.size).execution_options(yield_per=1000)
    ):
        place = store.path(sha256)
        if not place.is_file():
            lost.append(sha256)
        elif place.stat().st_size != size or (deep and _digest(store, sha256) != sha256):
            changed.append(sha256)
    for names, what in ((lost, "missing"), (changed, "not what was stored")):
        if names:
            some = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
            yield wrong("files", f"{len(names)} are {what}: {some}",
                        f"Take them out of a backup (files/ in the archive) into {store.root}.")  # fmt: skip


def _digest(store: FileStore, sha256: str) -> str:
    with store.path(sha256).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _backup(uow: UnitOfWork) -> Finding:
    taken = last_backup(uow.session)
    mend = "Have `itsm backup --to FOLDER` run every night, and keep the archives on another machine."
    if taken is None:
        return warning("backup", "this desk has never been backed up", mend)
    sentence = f"the last one was taken at {taken:%Y-%m-%d %H:%M} UTC"
    age = uow.now - taken
    if age > OLD:
        return wrong("backup", sentence, mend)
    return warning("backup", sentence, mend) if age > FRESH else well("backup", sentence)
