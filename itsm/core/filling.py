"""The one template for every text to people: Markdown with `{{name}}` over a declared vocabulary, no logic."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from itsm.core.texts import Message, say

NAME = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}")
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# What is markup anywhere, and what is only where a line begins. People see these texts before they send them, so an
# escape that is not needed would be a blemish in every name with a hyphen and every title with a bracket.
MARKUP = re.compile(r"([\\`*_{}\[\]<>~|])")
LINE_MARKUP = re.compile(r"^([ ]*(?:[0-9]{1,9}(?=[.)]))?)([-+#=.)])", re.MULTILINE)


def template_fault(text: str, vocabulary: Collection[str]) -> Message | None:
    """Why this text is no template over the vocabulary: a name that is not in it, other braces."""
    known = ", ".join(f"{{{{{name}}}}}" for name in vocabulary)
    unknown = sorted({name for name in NAME.findall(text) if name not in vocabulary})
    if unknown:
        return say("{names} is not in its vocabulary ({known})", names=", ".join(unknown), known=known or "–")
    if "{" in NAME.sub("", text) or "}" in NAME.sub("", text):
        known = known or "{{number}}"
        return say("a value is written with two braces and a name in small letters: {known}", known=known)
    return None


def check_template(text: str, vocabulary: Collection[str]) -> None:
    """Refuse, by `ValueError`, what would reach people as it stands: unknown names, other braces, nothing told."""
    fault = template_fault(text, vocabulary)
    if fault is not None:
        raise ValueError(str(fault))
    if vocabulary and not NAME.search(text):
        known = ", ".join(f"{{{{{name}}}}}" for name in vocabulary)
        raise ValueError(f"the text holds none of its vocabulary: {known}; drop the vocabulary if it needs no values")


def fill_template(text: str, values: Mapping[str, Any]) -> str:
    """Put the values in; what a value holds is text and never Markdown, nor looked at again.

    A text of one line stays one line, whatever the values hold: it may become a subject.
    """

    def plain(found: re.Match[str]) -> str:
        value = UNPRINTABLE.sub(" ", str(values.get(found.group(1), "")))
        value = " ".join(value.split()) if "\n" not in text else value
        return LINE_MARKUP.sub(r"\1\\\2", MARKUP.sub(r"\\\1", value))

    return NAME.sub(plain, text)
