"""Texts that are made to be slow: each is read or refused in a moment, whatever parser meets it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from markupsafe import Markup
from werkzeug.test import TestResponse

from itsm.blocks.rules.rules.language import Fault, parse
from itsm.blocks.search.rules import parse as parse_query
from itsm.core.configuration.outside import from_text
from itsm.core.errors import Invalid
from itsm.core.fields.rules import Wrong, clean
from itsm.core.filling import NAME
from itsm.core.hookspecs.declarations import Field
from itsm.core.people.rules import address_fold, domain_fold
from itsm.core.texts import fold
from itsm.plugins.testing.visitors import Visitor

# What may take a moment on this machine; the bombs took from 3 s to hours.
MOMENT = 4.0
MANY = 100_000
MARKDOWN = [
    "[" * MANY,
    "![" * (MANY // 2),
    "[" * (MANY // 2) + "]" * (MANY // 2),
    "[a](b" * (MANY // 5),
    ">" * MANY,
    "> " * (MANY // 2),
    "*a " * (MANY // 3),
    "**a*" * (MANY // 4),
    "_a" * (MANY // 2),
    "`" * MANY,
    "- " * (MANY // 2),
    "<!--" * (MANY // 4),
    "a\n=" * (MANY // 3),
    "|" * (MANY // 2) + "\n" + "|-" * (MANY // 4),
    "&" * MANY,
    "x" * MANY,
]


@contextmanager
def a_moment() -> Iterator[None]:
    """Fails when its block takes longer."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < MOMENT


@pytest.mark.parametrize("text", MARKDOWN, ids=lambda text: text[:6].replace("\n", " "))
def test_a_text_made_to_be_slow_is_shown_in_a_moment(world: Any, text: str) -> None:
    with world.app.test_request_context("/"), a_moment():
        assert world.app.jinja_env.filters["markdown"](text)


def test_very_much_markdown_on_one_page_is_shown_as_typed_at_its_end(world: Any) -> None:
    with world.app.test_request_context("/"), a_moment():
        shown = [world.app.jinja_env.filters["markdown"]("*a* <b>, and so on\n\n" * 1_500) for _ in range(30)]
    assert shown[0].startswith("<p><em>a</em> &lt;b&gt;, and")
    assert shown[-1].startswith('<p class="typed">*a* &lt;b&gt;, and')
    assert isinstance(shown[-1], Markup)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("money", "1" + " " * 200_000 + "!"),
        ("money", "1" * 200_000),
        ("decimal", "1" * 200_000),
        ("decimal", "1e999999999"),
        ("whole", "1" * 200_000),
        ("date", "2026-" * 50_000),
        ("moment", "2026-" * 50_000),
        ("text", " " * 400_000 + "x"),
    ],
)
def test_a_value_made_to_be_slow_is_judged_in_a_moment(type: Any, value: str) -> None:
    with a_moment(), suppress(Wrong):
        clean(Field("desk.x", type, {"en": "X"}), value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1_990,
        "!" * 1_990,
        "-" * 1_990 + "1",
        "a" + ".b()" * 450,
        "'" * 1_999,
        "1+" * 990 + "1",
        "a ? b : " * 200 + "c",
    ],
)
def test_a_condition_made_to_be_deep_is_refused_in_a_moment(text: str) -> None:
    with a_moment(), pytest.raises(Fault):
        parse(text)


@pytest.mark.parametrize(
    "text", ["[" * 5_000, "{a: " * 5_000, "a: &x [1]\nb: [*x, *x]", "? " * 5_000, "- " * 5_000,
             "!!python/object:os.system x", "!!binary x", "a: " + "9" * 5_000, "<<: {a: 1}", "a: 1e999999"]
)  # fmt: skip
def test_a_document_made_to_be_deep_is_read_or_refused_in_a_moment(text: str) -> None:
    with a_moment(), suppress(Invalid):
        from_text(text)


@pytest.mark.parametrize("character", ["«", "„", '"', "а", "-", "a-", "'", "\u200b", "é", "1.", "*"])
def test_words_made_to_be_slow_are_understood_in_a_moment(character: str) -> None:
    text = character * MANY
    with a_moment():
        parse_query(text)
        fold(text)
        NAME.sub("", "{{" + text)


def test_names_and_addresses_made_to_be_slow_are_folded_in_a_moment() -> None:
    with a_moment():
        fold("a" + "\u0315\u0300\u05ae" * 30_000)
        fold("x" + "\u0315" * 50_000 + "\u0300" * 50_000)
        domain_fold("а." * 5_000)
        address_fold("email", "a@" + "б" * 20_000)
        address_fold("phone", "+" * MANY)


def test_a_ticket_of_very_long_words_and_many_bombs_opens_in_a_moment(
    signed_in: Callable[[str], Visitor], api: Any
) -> None:
    about = {"kind": "incident", "title": "W" * 300, "description": MARKDOWN[0]}
    number = api("requester", "POST", "/tickets", json=about).json["number"]
    for text in MARKDOWN[:4]:
        api("requester", "POST", f"/tickets/{number}/comments", json={"body": text})
    agent = signed_in("agent")
    begun = time.process_time()
    shown: TestResponse = agent.get(f"/tickets/{number}")
    assert shown.status_code == 200
    assert time.process_time() - begun < 3 * MOMENT
