"""The same desk as for evidence: its transactions are real, its guards are there."""

from tests.core.evidence.conftest import real_desk, seals, ticking, verified

__all__ = ["real_desk", "seals", "ticking", "verified"]
