"""The one template for every text to people: Markdown with `{{name}}` over a declared vocabulary, no logic."""

import re
from collections.abc import Collection, Mapping
from typing import Any

NAME = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}")
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~])")


def check_template(text: str, vocabulary: Collection[str]) -> None:
    """Refuse, by `ValueError`, what would reach people as it stands: unknown names, other braces, nothing told."""
    known = ", ".join(f"{{{{{name}}}}}" for name in vocabulary)
    unknown = sorted({name for name in NAME.findall(text) if name not in vocabulary})
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not in its vocabulary ({known or 'empty'})")
    if "{" in NAME.sub("", text) or "}" in NAME.sub("", text):
        raise ValueError(f"a value is written with two braces and a name in small letters: {known or '{{number}}'}")
    if vocabulary and not NAME.search(text):
        raise ValueError(f"the text holds none of its vocabulary: {known}; drop the vocabulary if it needs no values")


def fill_template(text: str, values: Mapping[str, Any]) -> str:
    """Put the values in; what a value holds is text and never Markdown, nor looked at again.

    A text of one line stays one line, whatever the values hold: it may become a subject.
    """

    def plain(found: re.Match[str]) -> str:
        value = UNPRINTABLE.sub(" ", str(values.get(found.group(1), "")))
        return MARKUP.sub(r"\\\1", " ".join(value.split()) if "\n" not in text else value)

    return NAME.sub(plain, text)
