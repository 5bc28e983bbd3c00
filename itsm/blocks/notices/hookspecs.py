"""What the notices block asks of plugins."""

from collections.abc import Sequence
from dataclasses import dataclass

from itsm.core.filling import check_template
from itsm.core.hookspecs.marks import spec
from itsm.core.texts import Label


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """A text to people in Markdown, `{en, ru}`, with the names it may use, each between two braces.

        NoticeTemplate(
            "premium_approval.asked",
            {"en": "Approve #{{number}} “{{title}}”, please.", "ru": "Одобрите обращение №{{number}} «{{title}}»."},
            ("number", "title"),
        )

    Sent by `notify(uow, people=[7], template="premium_approval.asked", values={"number": 1, "title": "Laptop"})`.
    """

    name: str
    text: Label
    vocabulary: Sequence[str]


def fits(template: NoticeTemplate) -> None:
    """Raise `ValueError` for a template that people could not read as it is meant."""
    about = f"notice template {template.name}"
    if isinstance(template.vocabulary, str):
        raise ValueError(f"{about}: the vocabulary is several names; write ({template.vocabulary!r},)")
    for locale, text in template.text.items():
        try:
            check_template(text, template.vocabulary)
        except ValueError as error:
            raise ValueError(f"{about}, text {locale!r}: {error}") from error


@spec("registers", fits=fits)
def register_notice_templates() -> Sequence[NoticeTemplate]:
    """Texts that a plugin sends to people."""
    return ()
