"""Hand out everything that the desk holds about one person."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from itsm.core.files.outside import FileStore
from itsm.core.hookspecs.personal import Whose
from itsm.core.people.models import Person
from itsm.core.people.verbs import common
from itsm.core.privacy.rows import own_rows
from itsm.core.privacy.verbs.whose import holders, same_people, their_tickets
from itsm.core.work.uow import UnitOfWork


def export_person(uow: UnitOfWork, *, person_id: int, store: FileStore, to: BinaryIO) -> Mapping[str, int]:
    """Write a ZIP of JSON files and stored files; how many rows of what it holds. The ledger tells that it was made.

    Secrets are in none of them: no hash of a password, a token or a session.
    """
    uow.require("people.export")
    person: Person = common.lock(uow, Person, person_id, "people.export")
    people = same_people(uow, person.id)
    whose = Whose(people, their_tickets(uow, people))
    told: dict[str, Sequence[Mapping[str, Any]]] = {
        holder.name: list(holder.collect(uow, whose)) for holder in holders(uow) if holder.collect is not None
    }
    tables: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for table, row in own_rows(uow, whose):
        tables[f"rows.{table}"].append(row)
    told |= tables
    counts = {name: len(rows) for name, rows in told.items()}
    with ZipFile(to, "w", ZIP_DEFLATED) as archive:
        for name, rows in told.items():
            archive.writestr(f"{name}.json", json.dumps(rows, ensure_ascii=False, indent=1))
        counts["files"] = _files(archive, store, told)
    common.tell(uow, "person", person.id, "person_exported", {"rows": counts})
    return counts


def _files(archive: ZipFile, store: FileStore, told: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
    """The contents that rows name, once each; one that the store has lost is left out."""
    named = {row["sha256"] for rows in told.values() for row in rows if isinstance(row.get("sha256"), str)}
    there = [sha256 for sha256 in sorted(named) if store.path(sha256).is_file()]
    for sha256 in there:
        archive.write(store.path(sha256), f"files/{sha256}")
    return len(there)
