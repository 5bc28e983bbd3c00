"""People from vCards: each card whole or not, and whoever is known already stays as they are."""

from itsm.plugins import (
    DeskError,
    ImportJob,
    ImportReport,
    Invalid,
    Message,
    RefusedLine,
    UnitOfWork,
    add_person,
    find_by_address,
    say,
)
from itsm_roster.outside import Card, cards


def import_roster(job: ImportJob) -> ImportReport:
    """`itsm import roster FILE`."""
    report = ImportReport()
    try:
        with job.path.open(encoding="utf-8-sig", newline="") as file:
            found = list(cards(file))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(say("The file cannot be read: {reason}", reason=error)) from error
    for number, card in enumerate(found):
        job.progress(number, len(found))
        reason = _wrong(card) or _enrol(job, card, report)
        if reason is not None:
            report.refused += 1
            report.reasons.append(RefusedLine(card.line, card.name, reason))
    job.progress(len(found), len(found))
    return report


def _wrong(card: Card) -> Message | None:
    if not card.whole:
        return say("The card has no end.")
    if not card.name:
        return say("The card has no name (FN).")
    return None if card.emails or card.phones else say("The card has neither e-mail nor phone.")


def _enrol(job: ImportJob, card: Card, report: ImportReport) -> Message | None:
    """Make the person; what the desk refuses is the reason."""
    addresses = [("email", email) for email in card.emails] + [("phone", phone) for phone in card.phones]
    try:
        with job.unit_of_work(job.act, write=not job.dry_run) as uow:
            if _known(uow, addresses):
                report.unchanged += 1
                return None
            if not job.dry_run:
                add_person(uow, name=card.name, addresses=addresses)
                report.events += 1
    except DeskError as error:
        return error.refusals[0].message if error.refusals else error.message
    report.created += 1
    return None


def _known(uow: UnitOfWork, addresses: list[tuple[str, str]]) -> bool:
    return any(find_by_address(uow, type=type, value=value) is not None for type, value in addresses)
