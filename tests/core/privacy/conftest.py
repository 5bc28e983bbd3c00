"""The same desk as for evidence: its transactions are real, its guards are there."""

from tests.core.evidence.conftest import quiet_server, quiet_url, real_desk, seals, ticking, verified

__all__ = ["quiet_server", "quiet_url", "real_desk", "seals", "ticking", "verified"]
