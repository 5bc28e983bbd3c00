"""The one template for every text to people: Markdown with `{{name}}` over a declared vocabulary, no logic."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from itsm.core.errors import Invalid
from itsm.core.texts import say

NAME = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}")
MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~])")


def check_template(text: str, vocabulary: Collection[str]) -> None:
    """Refuse names that the vocabulary does not have."""
    unknown = sorted({name for name in NAME.findall(text) if name not in vocabulary})
    if unknown:
        raise Invalid.field("text", say("Unknown names in the template: {names}.", names=", ".join(unknown)))


def fill_template(text: str, values: Mapping[str, Any]) -> str:
    """Put the values in; what a value holds is text and never Markdown."""
    return NAME.sub(lambda found: MARKUP.sub(r"\\\1", str(values.get(found.group(1), ""))), text)
