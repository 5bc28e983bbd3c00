"""Russian and English are equal: every sentence that can come onto a screen is there in both."""

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from itsm.core import errors
from itsm.core.web.problems import FRIENDLY
from itsm.plugins.machinery.desk import Desk

ROOT = Path(__file__).parents[2]
PARTS = {
    "core": ROOT / "itsm",
    "incidents": ROOT / "plugins" / "incidents" / "itsm_incidents",
    "monitoring": ROOT / "plugins" / "monitoring" / "itsm_monitoring",
}
KEYWORDS = {"say": None, "_": None, "gettext": None, "ngettext": (1, 2), "ValidationError": None}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
# What marshmallow says of its own accord where our schemas leave it the word.
MARSHMALLOW = (
    "Missing data for required field.", "Field may not be null.", "Unknown field.", "Not a valid string.",
    "Not a valid integer.", "Not a valid number.", "Not a valid boolean.", "Not a valid list.", "Invalid input type.",
    "Not a valid mapping type.", "Invalid value.",
)  # fmt: skip
# Texts of the command line and of start-up, which are read beside English log lines.
NOT_ON_PAGES = (
    "migrations",
    "commands.py",
    "cli.py",
    "machinery/found.py",
    "machinery/lifecycle.py",
    "authoring",
    "plugins/testing",
)


def sentences_of(folder: Path) -> Iterator[tuple[str, str]]:
    """(place, msgid) of everything that is marked as a sentence for people."""
    found = extract_from_dir(str(folder), method_map=METHODS, keywords=KEYWORDS, options_map={"**.html": {}})
    for file, line, message, _, _ in found:
        if not any(part in file for part in NOT_ON_PAGES):
            for msgid in (message,) if isinstance(message, str) else message[:1]:
                yield f"{file}:{line}", msgid


def catalogue(folder: Path) -> dict[str, Any]:
    path = folder / "translations" / "ru.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        entries = read_po(file, locale="ru")
    return {(m.id if isinstance(m.id, str) else m.id[0]): m for m in entries if m.id}


def russian(part: str) -> dict[str, Any]:
    """The sentences of core and blocks, which stand behind every part, and the part's own."""
    known = catalogue(ROOT / "itsm" / "core")
    for block in sorted((ROOT / "itsm" / "blocks").iterdir()):
        known |= catalogue(block)
    return known | catalogue(PARTS[part])


@pytest.mark.parametrize("part", PARTS)
def test_every_sentence_has_a_russian_translation(part: str) -> None:
    known = russian(part)
    missing = {msgid: place for place, msgid in sentences_of(PARTS[part]) if not _is_translated(known.get(msgid))}
    assert not missing, "\n".join(f"{place}: {msgid}" for msgid, place in missing.items())


def _is_translated(message: Any) -> bool:
    if message is None or message.fuzzy:
        return False
    texts = [message.string] if isinstance(message.string, str) else list(message.string)
    return all(texts) and len(texts) in (1, 3)


def test_titles_of_errors_and_words_of_marshmallow_are_translated() -> None:
    known = russian("core")
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.DeskError)]
    wanted = {c.title for c in classes if c.exit_code < 2} | set(MARSHMALLOW)
    wanted |= {text.msgid for pair in FRIENDLY.values() for text in pair}
    assert not [msgid for msgid in sorted(wanted) if not _is_translated(known.get(msgid))]


@pytest.mark.parametrize("part", PARTS)
def test_a_translation_names_the_same_values_as_its_sentence(part: str) -> None:
    wrong = []
    for msgid, message in russian(part).items():
        for text in [message.string] if isinstance(message.string, str) else message.string:
            if _names(msgid) != _names(text) and not isinstance(message.id, tuple):
                wrong.append(msgid)
    assert not wrong


def _names(text: str) -> set[str]:
    braces = {name for _, name, _, _ in string.Formatter().parse(text.replace("%", "")) if name}
    return braces | {part.split(")")[0] for part in text.split("%(")[1:]}


def test_no_translation_is_left_over() -> None:
    used = {msgid for part in PARTS for _, msgid in sentences_of(PARTS[part])} | set(MARSHMALLOW)
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.DeskError)]
    used |= {c.title for c in classes} | {text.msgid for pair in FRIENDLY.values() for text in pair}
    left = {msgid for part in PARTS for msgid in russian(part)} - used
    assert not left


def labels_of(desk: Desk) -> dict[str, Any]:
    """Every label that is registered, by what it names."""
    registry = desk.registry
    labels: dict[str, Any] = {f"kind {k.name}": k.label for k in registry.kinds.values()}
    labels |= {f"field {f.name}": f.label for fields in registry.fields.values() for f in fields.values()}
    labels |= {f"choice {f.name}": c.label for fs in registry.fields.values() for f in fs.values() for c in f.choices}
    labels |= {f"permission {p.name}": p.label for p in registry.permissions.values()}
    labels |= {f"nav {n.endpoint}": n.title for n in registry.nav} | {
        f"panel {p.key}": p.title for p in registry.panels
    }
    labels |= {f"document {d.name}": d.label for d in registry.documents.values()}
    labels |= {f"importer {i.name}": i.label for i in registry.importers.values()}
    labels |= {f"{d.name}: {place}": label for d in registry.documents.values() for place, label in _inner(d.default)}
    return labels


def test_every_label_that_is_registered_has_both_languages(desk: Desk) -> None:
    assert not {name: label for name, label in labels_of(desk).items() if {"en", "ru"} - set(label)}


def _inner(body: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(body, dict):
        for key, value in body.items():
            if key == "label":
                yield place, value
            else:
                yield from _inner(value, f"{place}.{key}")
    elif isinstance(body, list | tuple):
        for number, value in enumerate(body):
            yield from _inner(value, f"{place}.{number}")


@pytest.mark.parametrize(
    ("number", "said"), [(0, "правил"), (1, "правило"), (3, "правила"), (5, "правил"), (21, "правило")]
)
def test_plurals_follow_the_rules_of_russian(desk: Desk, number: int, said: str) -> None:
    sentence = desk.catalogues.ngettext("ru", "%(num)s rule in force", "%(num)s rules in force", number)
    assert sentence.endswith(f" {said}")
    assert desk.catalogues.ngettext("en", "%(num)s ticket", "%(num)s tickets", number).endswith("ticket") == (
        number == 1
    )
