"""One word for one thing in both languages: sentences, labels and templates keep to glossary.yaml."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from itsm.plugins.machinery.desk import Desk
from tests.core.test_translations import PARTS, labels_of, russian

ROOT = Path(__file__).parents[2]
GLOSSARY: list[dict[str, Any]] = yaml.safe_load((ROOT / "itsm/core/translations/glossary.yaml").read_text())
TERMS = [entry for entry in GLOSSARY if "en" in entry]
TEMPLATES = [file for part in ("itsm", "plugins", "examples") for file in (ROOT / part).rglob("templates/**/*.html")]
JINJA = re.compile(r"\{#.*?#\}|\{% set \w+ %\}.*?\{% endset %\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
SAID = re.compile(r'(?:title|aria-label|placeholder|alt)="([^"]*)"|>([^<]*)<')
ATTRIBUTE = re.compile(r"""(?<![\w-])(?!title=|aria-label=|placeholder=|alt=)[\w-]+=("[^"]*"|'[^']*')""")
# An attribute that stands alone, what stands on the keyboard, languages by themselves.
KEYS = {"required", "Ctrl", "Enter", "EN", "RU", "English", "Русский"}


def sentences() -> Iterator[tuple[str, str]]:
    """(English, Russian) of all catalogues; plural forms stand behind each other."""
    for msgid, message in {k: v for part in PARTS for k, v in russian(part).items()}.items():
        yield msgid, message.string if isinstance(message.string, str) else " ".join(message.string)


def labels(desk: Desk) -> Iterator[tuple[str, str]]:
    for label in labels_of(desk).values():
        yield str(label.get("en", "")), str(label.get("ru", ""))


def wrong(english: str, russian: str) -> Iterator[str]:
    """How a pair leaves the glossary."""
    for entry in GLOSSARY:
        never = entry.get("never", {})
        for text, words in ((english, never.get("en", ())), (russian, never.get("ru", ()))):
            found = [word for word in words if re.search(rf"(?<![\w{{]){re.escape(word)}", text, re.I)]
            yield from (f"“{word}” is never shown: {text!r}" for word in found)
    for entry in TERMS:
        plain = english
        for other in entry.get("but", ()):
            plain = plain.replace(other, "")
        if re.search(rf"(?<![\w{{]){entry['en']}(s|es)?(?!\w)", plain, re.I) and not re.search(
            rf"(?<!\w)({entry['found']})", russian, re.I
        ):
            yield f"“{entry['en']}” is “{entry['ru']}”: {english!r} → {russian!r}"


def test_every_sentence_keeps_to_the_glossary() -> None:
    left = [line for pair in sentences() for line in wrong(*pair)]
    assert not left, "\n".join(left)


def test_every_label_keeps_to_the_glossary(desk: Desk) -> None:
    left = [line for pair in labels(desk) for line in wrong(*pair)]
    assert not left, "\n".join(left)


def test_a_word_out_of_the_glossary_is_found() -> None:
    assert list(wrong("New ticket", "Новая заявка"))
    assert list(wrong("Log in", "Войти"))
    assert not list(wrong("New ticket", "Новое обращение"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: "/".join(file.parts[-2:]))
def test_a_template_says_nothing_that_is_not_translated(template: Path) -> None:
    plain = re.sub(r"<(code|kbd|pre)\b.*?</\1>", "", ATTRIBUTE.sub("", JINJA.sub("", template.read_text())), flags=re.S)
    said = " ".join(" ".join(found) for found in SAID.findall(f">{plain}<"))
    words = set(re.findall(r"(?<![&\w])[^\W\d_]{2,}", said)) - KEYS
    assert not words, f"{template.name}: {sorted(words)}"
