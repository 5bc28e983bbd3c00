"""`itsm plugins new`: what it makes passes at once, and what it is asked for wrongly it refuses with the reason."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from itsm.app import HOUSE
from itsm.authoring.new import new_plugin
from itsm.cli import COMMANDS
from itsm.core.errors import Conflict, Invalid
from itsm.plugins.machinery.members import RESERVED
from tests.examples.test_examples import own_tests

ROOT = Path(__file__).parents[2]


def made(folder: Path, name: str = "scores") -> Path:
    """A new plugin."""
    return new_plugin(name, folder, words=RESERVED, installed=["incidents"])


@pytest.mark.parametrize("name", ["two_words", "long_name_with_31_characters_xy"])
def test_a_new_plugin_passes_its_own_tests_on_both_databases(name: str, tmp_path: Path, postgres_url: str) -> None:
    told = own_tests(made(tmp_path, name), postgres_url)
    assert "10 passed" in told


def test_a_new_plugin_is_whole_clean_and_has_no_mark_left(tmp_path: Path) -> None:
    folder = made(tmp_path, "two_words")
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    wanted = {"pyproject.toml", "README.md", ".gitignore", ".github/workflows/check.yml", "tests/test_two_words.py",
              "itsm_two_words/hooks.py", "itsm_two_words/migrations/0001_changes.py",
              "itsm_two_words/templates/two_words/panel.html", "itsm_two_words/translations/ru.po"}  # fmt: skip
    assert folder.name == "itsm-two-words"
    assert wanted <= files
    assert [f for f in files if "@NAME@" in (folder / f).read_text() or "tmpl" in f or "NAME" in f] == []
    for words in (("check",), ("format", "--check")):
        done = subprocess.run([sys.executable, "-m", "ruff", *words, str(folder)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ticket", "a word of the framework"),
        ("incidents", "installed already"),
        ("itsm_scores", "Leave out itsm"),
        ("Scores", "no plugin name"),
        ("оценки", "no plugin name"),
        ("../scores", "no plugin name"),
        ("scores\n", "no plugin name"),
        ("s" * 32, "no plugin name"),
        ("a-b", "no plugin name"),
        ("", "no plugin name"),
    ],
)
def test_a_hostile_or_taken_name_is_refused_and_nothing_is_made(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        made(tmp_path, name)
    assert [refusal.field for refusal in refused.value.refusals] == ["name"]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "itsm-scores" / "precious"
    mine.mkdir(parents=True)
    with pytest.raises(Conflict, match="exists already"):
        made(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["itsm-scores", "precious"]


@pytest.mark.parametrize("name", ["run", "worker", "search", "notices"])
def test_commands_and_parts_of_the_house_are_taken(name: str, tmp_path: Path) -> None:
    from itsm.authoring.commands import new

    told = CliRunner().invoke(new, [name, "--into", str(tmp_path)])
    assert "is a word of the framework" in str(told.exception)
    assert list(tmp_path.iterdir()) == []


def test_what_is_made_is_told_with_the_commands_that_come_next(tmp_path: Path) -> None:
    from itsm.authoring.commands import new

    told = CliRunner().invoke(new, ["two_words", "--into", str(tmp_path)]).output
    words = ['pip install -e ".[test]"', "pytest", "itsm plugins check .", "itsm plugins enable two_words"]
    assert [line.strip() for line in told.splitlines()[1:]] == words


def test_no_plugin_can_take_the_name_of_a_part_of_the_house() -> None:
    assert {member.name for member in HOUSE} <= RESERVED
    assert "plugins" in COMMANDS
