"""The kit that authors test with: forms are sent as they stand on the page, and a fault is not passed over."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from itsm.authoring.new import new_plugin
from itsm.plugins.testing import Visitor, World
from itsm.plugins.testing.fixtures import rolled_back, unexpected
from itsm.plugins.testing.forms import forms_of

PAGE = """
<form action="/search"><input name="q"></form>
<form method="post" action="/send" id="f">
  <input type="hidden" name="csrf_token" value="a&amp;b"><input name="title" value="Old"><textarea name="text">
one &lt; two</textarea>
  <select name="size"><option value="s">Small<option selected>Large<option disabled>None</select>
  <select name="first"><option value="">–</option><option>1</option></select>
  <select name="tags" multiple><option>x</option><option>y</option></select>
  <input type="checkbox" name="on" checked><input type="checkbox" name="off" value="1">
  <input type="radio" name="way" value="in"><input type="radio" name="way" value="out" checked>
  <input name="dead" value="1" disabled><button name="do" value="save">Save</button><button>Plain</button>
</form>
<input name="apart" value="yes" form="f">
<form method="POST"><button name="here" value="1">Here</button></form>
"""
AS_IT_STANDS = {
    "csrf_token": ["a&b"], "title": ["Old"], "text": ["one < two"], "size": ["Large"], "first": [""], "on": ["on"],
    "way": ["out"], "apart": ["yes"],
}  # fmt: skip


@pytest.fixture
def browser() -> Visitor:
    """A browser on an application of one page, which tells what it was sent."""
    app = Flask("page")
    app.add_url_rule("/", "page", lambda: PAGE if request.method == "GET" else _told(), methods=["GET", "POST"])
    app.add_url_rule("/send", "send", _told, methods=["POST"])
    app.add_url_rule("/search", "search", lambda: request.args.to_dict(flat=False))
    return Visitor(app.test_client())


def _told() -> dict[str, list[str]]:
    return request.form.to_dict(flat=False)


def test_a_form_is_sent_as_it_stands_on_the_page(browser: Visitor) -> None:
    assert browser.submit("/", "/send").json == AS_IT_STANDS


def test_values_are_filled_in_chosen_and_a_button_is_pressed_by_its_name(browser: Visitor) -> None:
    values = {"title": "New", "size": "s", "tags": ["x", "y"], "on": None, "off": 1, "way": "in", "do": "save"}
    given = {k: [str(v)] for k, v in values.items() if k not in ("tags", "on")} | {"tags": ["x", "y"]}
    assert browser.submit("/", "/send", values).json == {k: v for k, v in AS_IT_STANDS.items() if k != "on"} | given
    assert browser.submit("/", "/search", {"q": "printer"}).json == {"q": ["printer"]}
    assert browser.submit("/", "/", {"here": "1"}).json == {"here": ["1"]}


@pytest.mark.parametrize(
    ("page", "action", "values", "reason"),
    [
        ("/", "/gone", {}, "no form with the action '/gone'; it has: , /search, /send"),
        ("/", "/send", {"colour": "red"}, "no field 'colour'; it has:"),
        ("/", "/send", {"dead": "2"}, "no field 'dead'"),
        ("/", "/send", {"size": "None"}, r"offers \['s', 'Large'\], not 'None'"),
        ("/", "/send", {"csrf_token": "mine"}, "offers"),
        ("/", "/send", {"do": "delete"}, r"offers \['save'\]"),
        ("/none", "/send", {}, "/none answers 404"),
    ],
)
def test_what_nobody_could_send_is_refused_with_the_reason(
    browser: Visitor, page: str, action: str, values: dict[str, Any], reason: str
) -> None:
    with pytest.raises(AssertionError, match=reason):
        browser.submit(page, action, values)


def test_a_form_without_its_token_is_refused_by_the_desk(world: World, visitor: Visitor) -> None:
    (form,) = [form for form in forms_of(visitor.get("/sign-in").text) if form.action.partition("?")[0] == "/sign-in"]
    login = {"login": "agent@example.org", "password": "password of agent"}
    assert world.app.test_client().post("/sign-in", data=login).status_code == 400
    assert visitor.submit("/sign-in", form.action, login).status_code == 302


def test_a_fault_that_a_test_asks_for_is_expected(
    world: World, faults: Callable[[], list[Any]], signed_in: Callable[[str], Visitor]
) -> None:
    assert faults() == []
    world.desk.faults.note("scores", "ticket_opening", KeyError("colour"))
    (fault,) = faults()
    assert (fault.plugin, fault.hook) == ("scores", "ticket_opening")
    assert unexpected([fault]).endswith("scores, ticket_opening:\nKeyError: 'colour'")


def test_a_test_that_passes_over_a_fault_fails_and_names_plugin_hook_and_error(tmp_path: Path) -> None:
    folder = new_plugin("two_words", tmp_path, words=(), installed=())
    panel = folder / "itsm_two_words" / "templates" / "two_words" / "panel.html"
    panel.write_text("{{ missing.there }}", encoding="utf-8")
    ours = ("TEST_POSTGRES_URL", "PYTEST_ADDOPTS")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "pages_show or kept", str(folder)]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "two_words, panel two_words.panel:" in done.stdout
    assert "UndefinedError: 'missing' is undefined" in done.stdout
    assert "FAILED tests/test_two_words.py::test_pages_show" in done.stdout
    assert "test_a_score_is_kept" not in done.stdout


def test_a_test_that_loses_its_connection_fails_alone(worlds: Callable[[str], World]) -> None:
    broken = worlds("postgresql")
    lost = pytest.raises(pytest.fail.Exception, match="lost during this test")
    with lost, rolled_back(broken), pytest.raises(OperationalError):
        broken.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with rolled_back(worlds("postgresql")) as world:
        assert world.connection.scalar(text("SELECT 1")) == 1
