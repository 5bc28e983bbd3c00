"""What the core itself holds about people, declared like any plugin's."""

from collections.abc import Sequence

from itsm.core.hookspecs.personal import PersonalData
from itsm.core.privacy.holders import people, tickets
from itsm.core.privacy.holders.ledger import events_of


def core_holders() -> Sequence[PersonalData]:
    """In this order: what names files comes before the files, the rows of the person come last."""
    return (
        PersonalData("core.tickets", tickets.collect_tickets, tickets.erase_tickets, 100),
        PersonalData("core.comments", tickets.collect_comments, tickets.erase_comments, 110),
        PersonalData("core.files", tickets.collect_files, tickets.erase_files, 120),
        PersonalData("core.intake", tickets.collect_intake, tickets.erase_intake, 130),
        PersonalData("core.sign_in", None, people.erase_failures, 140),
        PersonalData("core.revisions", people.collect_revisions, people.erase_revisions, 150),
        PersonalData("core.profile", people.collect_profiles, people.erase_profiles, 200),
        PersonalData("core.events", events_of, None, 210),
    )
