"""Background work: alerts become incidents, a batch at a time."""

from itsm.plugins import UnitOfWork, waiting_items
from itsm_monitoring import verbs
from itsm_monitoring.verbs.receive import intake_of, owe_work

BATCH = 100


def work_off(uow: UnitOfWork, *, source: str) -> None:
    """One batch of a source; the next one follows at once where there is more."""
    if verbs.work_off(uow, source=source, most=BATCH) == BATCH:
        uow.later("monitoring.work_off", source=source, lane=f"monitoring.{source}")


def sweep(uow: UnitOfWork) -> None:
    """Owe the work on what was committed too late for the call that was to find it."""
    for source in uow.registry.brought.get("register_alert_sources", {}):
        if waiting_items(uow, source=intake_of(source), limit=1):
            owe_work(uow, source)
