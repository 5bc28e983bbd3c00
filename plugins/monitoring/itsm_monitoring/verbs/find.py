"""Find what is known of a trouble."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from itsm.plugins import UnitOfWork, Unknown, say
from itsm_monitoring.models import MonitoredAlert

MOST, MOST_SHOWN, MOST_FIRING = 500, 50, 200


def find_alert(uow: UnitOfWork, *, name: str) -> MonitoredAlert:
    """The trouble that an answer named so; raises `Unknown`, also where the actor may not see it."""
    found = uow.session.scalar(uow.query(MonitoredAlert).where(MonitoredAlert.name == name))
    if not isinstance(found, MonitoredAlert):
        raise Unknown(say("There is no alert {name}.", name=name[:40]))
    return found


def alerts_of(uow: UnitOfWork, *, number: int) -> Sequence[MonitoredAlert]:
    """The troubles of an incident, the newest first."""
    of_ticket = uow.query(MonitoredAlert).where(MonitoredAlert.ticket_id == number)
    return uow.session.scalars(of_ticket.order_by(MonitoredAlert.id.desc()).limit(MOST_SHOWN)).all()


def firing(uow: UnitOfWork) -> Sequence[MonitoredAlert]:
    """What fires now, the newest first."""
    there = uow.query(MonitoredAlert).where(MonitoredAlert.status == "firing")
    return uow.session.scalars(there.order_by(MonitoredAlert.id.desc()).limit(MOST_FIRING)).all()


def known_names(uow: UnitOfWork, source: str, names: Sequence[str]) -> set[str]:
    """Those of `names` that stand for a trouble of this source."""
    known = select(MonitoredAlert.name).where(MonitoredAlert.source == source)
    return {
        name for some in _portions(names) for name in uow.session.scalars(known.where(MonitoredAlert.name.in_(some)))
    }


def numbers_of(uow: UnitOfWork, names: Sequence[str]) -> dict[str, int]:
    """name → number of the incident, of those that have one."""
    wanted = select(MonitoredAlert.name, MonitoredAlert.ticket_id).where(MonitoredAlert.ticket_id.is_not(None))
    found: dict[str, int] = {}
    for some in _portions(names):
        rows = uow.session.execute(wanted.where(MonitoredAlert.name.in_(some)))
        found |= {name: number for name, number in rows if number is not None}
    return found


def _portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many as one statement may ask for."""
    return (names[start : start + MOST] for start in range(0, len(names), MOST))
