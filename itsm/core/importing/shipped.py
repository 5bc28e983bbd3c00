"""The mappings that come with the desk."""

from collections.abc import Sequence
from pathlib import Path

SHIPPED = Path(__file__).parent / "mappings"


def shipped_mappings() -> Sequence[str]:
    """Their names."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))
