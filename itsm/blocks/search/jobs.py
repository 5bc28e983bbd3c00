"""Owed calls of the search: documents of some subjects, the next batch of a build, the next step along the ledger."""

from collections.abc import Sequence

from itsm.blocks.search.verbs import build_some, follow_ledger, index_subjects
from itsm.core.work.uow import UnitOfWork


def index(uow: UnitOfWork, *, kind: str, ids: Sequence[int]) -> None:
    """Make the documents of these subjects again."""
    index_subjects(uow, kind=kind, ids=ids)


def build(uow: UnitOfWork, *, kind: str, after: int) -> None:
    """One batch in a transaction of its own, so that others can write in between; then the next one is owed."""
    progress = build_some(uow, kind=kind, after=after)
    if not progress.finished:
        uow.later("search.build", kind=kind, after=progress.after)


def follow(uow: UnitOfWork) -> None:
    """Read on in the ledger; as long as there is more, at once."""
    if follow_ledger(uow):
        uow.later("search.follow")
