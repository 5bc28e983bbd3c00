"""Find documents, and keep them as their subjects are."""

from itsm.blocks.search.verbs.find import (
    Found,
    Hit,
    find_subjects,
    kinds_of,
    matching_tickets,
    resembling_tickets,
)
from itsm.blocks.search.verbs.keep import (
    Progress,
    build_some,
    follow_ledger,
    forget_texts,
    index_subjects,
    owe_documents,
    owe_rebuild,
    progress_of,
)

__all__ = [
    "Found", "Hit", "Progress", "build_some", "find_subjects", "follow_ledger", "forget_texts", "index_subjects",
    "kinds_of", "matching_tickets", "owe_documents", "owe_rebuild", "progress_of", "resembling_tickets",
]  # fmt: skip
