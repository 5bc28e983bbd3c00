"""The verbs of evidence."""

from itsm.core.evidence.verbs.seal import make_seal, seal_when_due
from itsm.core.evidence.verbs.verify import verify_ledger

__all__ = ["make_seal", "seal_when_due", "verify_ledger"]
