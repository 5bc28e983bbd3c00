"""What the notices block asks of plugins."""

from collections.abc import Sequence
from dataclasses import dataclass

from itsm.core.hookspecs.marks import spec
from itsm.core.texts import Label


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """A text to people, `{en, ru}`, with the names it may use."""

    name: str
    text: Label
    vocabulary: Sequence[str]


@spec("registers")
def register_notice_templates() -> Sequence[NoticeTemplate]:
    """Texts that a plugin sends to people."""
    return ()
