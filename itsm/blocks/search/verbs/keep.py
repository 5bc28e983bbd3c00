"""Keep the documents as their subjects are: one by one after an event, in batches along the ledger, or all anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from itsm.blocks.search.hookspecs import Searchable, SearchText
from itsm.blocks.search.models import DOCUMENTS, INDEX, SearchMark
from itsm.blocks.search.rules import LONGEST_TITLE, kind_word, stems, title_key
from itsm.blocks.search.verbs.find import HOOK, is_own
from itsm.core.db import is_postgresql, upsert
from itsm.core.errors import Unknown
from itsm.core.hookspecs.personal import Whose
from itsm.core.ledger.verbs import Cursor, events_after
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

BATCH = 500
EVENTS = 1000
LOCK = int.from_bytes(b"search")
DOC = DOCUMENTS.c
CONTENT = ("measure", "title", "title_fold", "stems")
FIELDS = [DOC[name] for name in CONTENT]
CHANGE = update(DOCUMENTS).where(DOC.id == bindparam("document")).values({name: bindparam(name) for name in CONTENT})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the documents of a kind are built: the last subject that was looked at, how many of how many."""

    kind: str
    after: int = 0
    done: int = 0
    total: int = 0
    finished: bool = False


def all_kinds(uow: UnitOfWork) -> Mapping[str, Searchable]:
    """Every kind that plugins registered, by name."""
    return uow.registry.brought.get(HOOK, {})


def index_subjects(uow: UnitOfWork, *, kind: str, ids: Iterable[int]) -> int:
    """Make the documents of these subjects again; those of subjects that have no text any more are gone.

    Whoever writes documents reads the texts only when all others have committed: the last writer knows the most.
    """
    searchable = kind_of(uow, kind)
    wanted = sorted(set(ids))
    if not wanted:
        return 0
    _lock(uow.session)
    rows = {text.id: _row(searchable, text) for text in searchable.texts(uow, wanted)}
    if gone := [id_ for id_ in wanted if id_ not in rows]:
        uow.session.execute(delete(DOCUMENTS).where(DOC.kind == kind, DOC.subject_id.in_(gone)))
    if rows:
        _write(uow.session, kind, rows)
    return len(rows)


def forget_texts(uow: UnitOfWork, whose: Whose) -> None:
    """Make the documents of people and tickets whose texts were erased again, at once.

    SQLite only marks words as gone until it merges its index: a person is erased seldom, so it merges all of it then.
    """
    index_subjects(uow, kind="ticket", ids=whose.tickets)
    index_subjects(uow, kind="person", ids=whose.people)
    if whose.people and not is_postgresql(uow.session):
        uow.session.execute(insert(INDEX).from_select(["search_index"], select(literal("optimize"))))


def kind_of(uow: UnitOfWork, name: str) -> Searchable:
    """One kind; raises `Unknown` for a name that nobody registered."""
    found = all_kinds(uow).get(name)
    if found is None:
        raise Unknown(say("There is nothing of the type {kind} to search.", kind=name))
    return found


def _lock(session: Session) -> None:
    """On SQLite a writer is alone anyway."""
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def _row(searchable: Searchable, text: SearchText) -> dict[str, Any]:
    title = text.title.replace("\x00", "")[:LONGEST_TITLE]
    return {
        "kind": searchable.name,
        "subject_id": text.id,
        "measure": float(text.measure),
        "title": title,
        "title_fold": title_key(text.title),
        "stems": f"{kind_word(searchable.name)} {stems((text.title, *text.public), internal=text.internal)}",
    }


def _write(session: Session, kind: str, rows: Mapping[int, dict[str, Any]]) -> None:
    """Only what differs: the index is the dear part. Nobody else writes documents meanwhile."""
    known = session.execute(select(DOC.id, DOC.subject_id, *FIELDS).where(DOC.kind == kind, DOC.subject_id.in_(rows)))
    ids, same = dict[int, int](), set[int]()
    for row in known:
        ids[row.subject_id] = row.id
        if all(rows[row.subject_id][name] == getattr(row, name) for name in CONTENT):
            same.add(row.subject_id)
    changed = [{**row, "document": ids[id_]} for id_, row in rows.items() if id_ in ids and id_ not in same]
    fresh = [row for id_, row in rows.items() if id_ not in ids]
    connection = session.connection()
    if changed:
        _index(session, DOC.id.in_([row["document"] for row in changed]), literal("delete"))
        connection.execute(CHANGE, changed)
    if fresh:
        connection.execute(insert(DOCUMENTS), fresh)
    if changed or fresh:
        written = [row["subject_id"] for row in (*changed, *fresh)]
        _index(session, and_(DOC.kind == kind, DOC.subject_id.in_(written)))


def _index(session: Session, which: ColumnElement[bool], *order: ColumnElement[str]) -> None:
    """SQLite: put documents into the full-text index, or with the order `delete` take out what they hold now."""
    if not is_postgresql(session):
        names = ["search_index"] * len(order) + ["rowid", "stems"]
        session.execute(insert(INDEX).from_select(names, select(*order, DOC.id, DOC.stems).where(which)))


def owe_documents(uow: UnitOfWork, *, kind: str, ids: Sequence[int]) -> None:
    """Have the documents of these subjects made again after the commit: for what changes without an event."""
    uow.later("search.index", kind=kind_of(uow, kind).name, ids=list(ids))


def build_some(uow: UnitOfWork, *, kind: str, after: int = 0, limit: int = BATCH) -> Progress:
    """Build the documents of the next subjects, by their numbers, and remove those whose subject is gone."""
    searchable = kind_of(uow, kind)
    _lock(uow.session)
    model = searchable.model
    ids = list(uow.session.scalars(select(model.id).where(model.id > after).order_by(model.id).limit(limit)))
    finished = len(ids) < limit
    between = [DOC.subject_id > after] if finished else [DOC.subject_id > after, DOC.subject_id <= ids[-1]]
    uow.session.execute(delete(DOCUMENTS).where(DOC.kind == kind, *between, DOC.subject_id.not_in(ids)))
    index_subjects(uow, kind=kind, ids=ids)
    known = progress_of(uow, kind) if after else None
    total = known.total if known else uow.session.scalar(select(func.count()).select_from(model)) or 0
    done = (known.done if known else 0) + len(ids)
    progress = Progress(kind, ids[-1] if ids else after, done, max(total, done), finished)
    _mark(uow, f"kind:{kind}", _noted(progress))
    return progress


def progress_of(uow: UnitOfWork, kind: str) -> Progress | None:
    """How far the documents of a kind are; None when nobody has begun."""
    mark = uow.session.get(SearchMark, f"kind:{kind}", populate_existing=True)
    return Progress(kind, **mark.value) if mark else None


def owe_rebuild(uow: UnitOfWork, *, kinds: Iterable[str] = ()) -> None:
    """Have all documents, or those of some kinds, made again in the background."""
    uow.require("search.rebuild")
    for name in kinds or all_kinds(uow):
        _begin(uow, kind_of(uow, name))


def _begin(uow: UnitOfWork, searchable: Searchable) -> None:
    _mark(uow, f"kind:{searchable.name}", _noted(Progress(searchable.name)))
    uow.later("search.build", kind=searchable.name, after=0)


def follow_ledger(uow: UnitOfWork) -> bool:
    """Make the documents again of whatever the ledger told of since the last time; whether there is more to read.

    Observers are quicker, but this one misses nothing: imports, files, tags, events of plugins, an observer that died.
    Kinds that have never been built are begun.
    """
    _lock(uow.session)
    for searchable in all_kinds(uow).values():
        if progress_of(uow, searchable.name) is None:
            _begin(uow, searchable)
    kinds: dict[str, list[str]] = {}
    for searchable in all_kinds(uow).values():
        if searchable.stream:
            kinds.setdefault(searchable.stream, []).append(searchable.name)
    mark = uow.session.get(SearchMark, "follow", populate_existing=True)
    before = Cursor.parse(mark.value["cursor"]) if mark else Cursor()
    events, cursor = events_after(uow.session, before, limit=EVENTS, streams=sorted(kinds))
    for stream, names in kinds.items():
        for name in names:
            ids = sorted({event.subject_id for event in events if event.stream == stream})
            if is_own(uow, all_kinds(uow)[name]):
                index_subjects(uow, kind=name, ids=ids)
            elif ids:  # by itself: a plugin that fails holds up nobody else
                owe_documents(uow, kind=name, ids=ids)
    if cursor != before:
        _mark(uow, "follow", {"cursor": str(cursor)})
    return len(events) == EVENTS


def _noted(progress: Progress) -> dict[str, Any]:
    return {name: getattr(progress, name) for name in ("after", "done", "total", "finished")}


def _mark(uow: UnitOfWork, name: str, value: Mapping[str, Any]) -> None:
    statement = upsert(uow.session, SearchMark).values(name=name, value=dict(value))
    uow.session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": dict(value)}))
