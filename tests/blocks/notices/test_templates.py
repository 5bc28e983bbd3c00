"""Texts to people: a declared vocabulary, no logic, and nothing in a value that a reader's browser would run."""

from collections.abc import Callable
from typing import Any

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from itsm.core.filling import check_template, fill_template
from itsm.core.web.words import SCHEMES, TAGS
from itsm.plugins.testing.visitors import Visitor

ONE_LINE = "New message in #{{number}} “{{title}}”."
HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](http://evil/x.png)",
    "{{number}}", "{{ config }}", "{{title.__class__}}", "{% for x in y %}", "${7*7}", "#{7*7}", "%(number)s",
    "<javascript:alert(1)>", "# head", "```x", "a\r\nBcc: everybody@example.org", "\u2028Bcc: x", "a\x00b", "\\[x](y)",
]  # fmt: skip


def shown(text: str) -> str:
    """As the Markdown of pages is rendered, without the count of it that a request keeps."""
    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True}).disable("image")
    return nh3.clean(parser.render(text), tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_value_holds_is_read_as_it_stands_and_does_nothing(hostile: str) -> None:
    told = fill_template(ONE_LINE, {"number": 7, "title": hostile, "config": "secret"})
    assert "\n" not in told
    assert "\r" not in told
    page = shown(told)
    assert "secret" not in page
    for active in ("<script", "<img", "<a ", "<h1", "<code", "{{number}}7"):
        assert active not in page


@given(st.text(max_size=60))
def test_a_text_of_one_line_stays_one_paragraph_whatever_its_values_hold(value: str) -> None:
    told = fill_template(ONE_LINE, {"number": 7, "title": value})
    assert len(told.splitlines()) == 1
    page = shown(told)
    assert page.count("<") == 2, page  # <p> and </p>


@pytest.mark.parametrize(
    "template",
    ["{{secret_key}}", "{{title.__class__.__mro__}}", "{{title}} {{ config }}", "{% if title %}x{% endif %}",
     "{{title|upper}}", "{{title()}}", "{{title[0]}}", "{{{title}}}", "{title}", "{{Title}} {{title}}", "{{", "}}"],
)  # fmt: skip
def test_a_template_has_no_logic_and_no_names_but_its_own(template: str) -> None:
    with pytest.raises(ValueError, match=r"vocabulary|two braces"):
        check_template(template, ("title", "number"))


def test_an_unknown_name_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"secret_key is not in its vocabulary \(\{\{title\}\}, \{\{number\}\}\)"):
        check_template("{{title}} {{secret_key}}", ("title", "number"))


def test_a_notice_of_a_hostile_ticket_is_inert_on_the_page(
    api: Callable[..., Any], new_ticket: Callable[..., int], sample: Any, work: Callable[[], int],
    signed_in: Callable[[str], Visitor],
) -> None:  # fmt: skip
    number = new_ticket("<img src=x onerror=alert(1)> [x](javascript:alert(1)) {{number}}", by="second")
    body = {"assignee": sample.people["agent"].id}
    assert api("second", "PATCH", f"/tickets/{number}", headers={"If-Match": "*"}, json=body).status_code == 200
    work()
    page = signed_in("agent").get("/notices").text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in page
    assert "javascript:alert" not in page.replace("[x](javascript:alert(1))", "")
