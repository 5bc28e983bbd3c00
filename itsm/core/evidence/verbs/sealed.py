"""The ledger against the seals that left the database: what was there once must be there still."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from itsm.core.db import table_of
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.rules import NO_SEAL, Damage, Head, Report, Seal, event_name
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import Cursor

EVENTS = table_of(Event)
BATCH = 300
CUT_OR_OLD = "its tail was cut, or an older copy of the database was put back without `itsm restore`"


def readable_seals(folder: SealFolder, report: Report) -> list[Seal]:
    """The seals of the folder; what is wrong with them as files is told."""
    seals: list[Seal] = []
    previous, expected = NO_SEAL, None
    for number in folder.numbers():
        try:
            seal = folder.read(number)
        except (ValueError, OSError) as error:
            report.tell(Damage("seal", f"seal {number}: cannot be read ({error})"))
            continue
        if seal.number != number or seal.previous != previous or number != (expected or number):
            report.tell(
                Damage("seal", f"seal {number}: does not follow the one before it; a seal was changed or taken")
            )
        seals.append(seal)
        previous, expected = folder.digest(number), number + 1
    report.seals = len(seals)
    return seals


def check_told(session: Session, folder: SealFolder, report: Report, epoch: int) -> None:
    """The seals that the ledger tells of must be there, and be what they were."""
    told = select(EVENTS.c.facts, EVENTS.c.epoch).where(EVENTS.c.stream == "seal").order_by(EVENTS.c.subject_id)
    there = set(folder.numbers())
    for facts, of_epoch in session.execute(told):
        number = facts["number"]
        if number in there:
            if folder.digest(number) != facts["digest"]:
                report.tell(Damage("seal", f"seal {number}: is not the file that the ledger tells of"))
        elif of_epoch < epoch:
            report.notes.append(f"seal {number} is not in {folder.root}; it was made before the desk was restored")
        else:
            report.tell(Damage("seal", f"seal {number}: is missing from {folder.root}"))


def check_heads(session: Session, folder: SealFolder, report: Report, seals: list[Seal], epoch: int) -> list[Seal]:
    """Every head that a seal names must be an event still; returns the seals that the ledger must fit as a whole.

    After a restore the seals of an earlier epoch that are younger than the backup speak of events that are lost, all
    of them the last of their time: that is told, and is no damage. Older seals hold as ever.
    """
    fitting: list[Seal] = []
    for seal in seals:
        last = _last_of(session, seal.epoch)
        if seal.place <= last:
            fitting.append(seal)
            for damage in _missing(session, folder, seal):
                report.tell(damage)
        elif seal.epoch < epoch:
            report.notes.append(
                f"the desk was restored (epoch {epoch}) from a backup older than seal {seal.number} of {seal.at}: "
                "events that it names are lost"
            )
        else:
            report.tell(Damage("cut", f"the ledger ends before seal {seal.number} of {seal.at}: {CUT_OR_OLD}"))
            for damage in _missing(session, folder, seal):
                report.tell(damage)
    return fitting


def _last_of(session: Session, epoch: int) -> Cursor:
    place = (EVENTS.c.epoch, EVENTS.c.position, EVENTS.c.id)
    newest = select(*place).where(EVENTS.c.epoch == epoch).order_by(*(column.desc() for column in place))
    row = session.execute(newest.limit(1)).first()
    return Cursor(*row) if row else Cursor()


def _missing(session: Session, folder: SealFolder, seal: Seal) -> Iterator[Damage]:
    """Sealed heads that are no event of this ledger, or another one."""
    try:
        heads = folder.heads(seal.number)
        while batch := list(islice(heads, BATCH)):
            there = _hashes(session, batch)
            for head in batch:
                found = there.get((head.stream, head.subject_id, head.seq))
                if found != head.hash:
                    yield _damage(head, seal, found)
    except ValueError as error:
        yield Damage("seal", f"seal {seal.number}: cannot be read ({error})")


def _hashes(session: Session, heads: list[Head]) -> dict[tuple[str, int, int], str]:
    columns = (EVENTS.c.stream, EVENTS.c.subject_id, EVENTS.c.seq)
    wanted = tuple_(*columns).in_([head[:3] for head in heads])
    return {
        (s, i, n): hashed.hex() for s, i, n, hashed in session.execute(select(*columns, EVENTS.c.hash).where(wanted))
    }


def _damage(head: Head, seal: Seal, found: str | None) -> Damage:
    told = "was rewritten since" if found else "is missing, and with it whatever came after it"
    name = event_name(head.stream, head.subject_id, head.seq)
    return Damage("sealed", f"{name}: {told}; seal {seal.number} of {seal.at} names it", *head[:3])
