"""What is found as plain JSON values."""

from typing import Any

from itsm.blocks.search.verbs import Hit
from itsm.core.texts import label_text
from itsm.core.web.edge import locale


def hit_out(hit: Hit) -> dict[str, Any]:
    """A hit with its kind also in the reader's language."""
    return {
        "kind": hit.kind,
        "label": label_text(hit.label, locale()),
        "id": hit.id,
        "title": hit.title,
        "url": hit.url,
    }
