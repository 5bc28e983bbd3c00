"""The verbs of privacy."""

from itsm.core.privacy.verbs.erase import Erased, erase_person, erase_stragglers, erase_tickets, preview_erasure
from itsm.core.privacy.verbs.export import export_person
from itsm.core.privacy.verbs.retain import retain

__all__ = [
    "Erased",
    "erase_person",
    "erase_stragglers",
    "erase_tickets",
    "export_person",
    "preview_erasure",
    "retain",
]
