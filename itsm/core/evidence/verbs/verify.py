"""Check the whole ledger: chains, texts, heads, erasures, guards, and what the seals outside say."""

from sqlalchemy import Connection

from itsm.core.db import is_postgresql
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.rules import Damage, Report, Seal
from itsm.core.evidence.verbs.ends import ends, erasures, guards, orphans
from itsm.core.evidence.verbs.sealed import check_heads, check_told, readable_seals
from itsm.core.evidence.verbs.walk import Walk
from itsm.core.work.uow import UnitOfWork


def verify_ledger(uow: UnitOfWork, *, folder: SealFolder, newest: int | None = None) -> Report:
    """What is wrong with the ledger, the first bad link first; reads in a stream, in constant memory.

    newest: check only so many of the last seals; all by default. Call it in a unit of work of its own that only
    reads: everything is read as of one moment.
    """
    uow.require("core.evidence")
    _as_of_one_moment(uow)
    session, report = uow.session, Report()
    seals = readable_seals(folder, report)
    seals = seals[-newest:] if newest else seals
    last = _last_fitting(seals, uow.epoch)
    walk = Walk(session, report, last.place if last else None)
    walk.all_streams()
    for damage in (*ends(session), *orphans(session), *guards(session)):
        report.tell(damage)
    damages, report.erasures = erasures(session)
    for damage in damages:
        report.tell(damage)
    check_told(session, folder, report, uow.epoch)
    fitting = check_heads(session, folder, report, seals, uow.epoch)
    if last is not None and last in fitting:
        _check_root(walk, last)
    return report


def _as_of_one_moment(uow: UnitOfWork) -> None:
    """PostgreSQL would show each statement a later moment; SQLite reads as of the transaction's beginning anyway."""
    lives_alone = not isinstance(uow.session.get_bind(), Connection)
    if is_postgresql(uow.session) and lives_alone and not uow.session.in_transaction():
        uow.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _last_fitting(seals: list[Seal], epoch: int) -> Seal | None:
    """The newest seal, whose root is computed again; after a restore there is none of this epoch at first."""
    return seals[-1] if seals and seals[-1].epoch == epoch else None


def _check_root(walk: Walk, seal: Seal) -> None:
    if (walk.merkle.root(), walk.events_until) != (seal.root, seal.events):
        told = (
            f"seal {seal.number} of {seal.at}: the root over {seal.streams} streams with {seal.events} events is now "
            f"another one, over {walk.merkle.leaves} with {walk.events_until}"
        )
        walk.report.tell(Damage("sealed", told))
