"""Each example passes its own tests and the contract of plugins, and stays small."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from itsm.authoring.check.run import check

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/pyproject.toml"))
EACH = pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)


def own_tests(folder: Path, postgres_url: str) -> str:
    """Run a plugin's own tests as its author does; what pytest said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ITSM_", "PYTEST_"))}
    environment |= {"TEST_POSTGRES_URL": postgres_url, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@EACH
def test_an_example_passes_its_own_tests_on_both_databases(folder: Path, postgres_url: str) -> None:
    assert " passed" in own_tests(folder, postgres_url)


@EACH
def test_the_check_finds_nothing_in_an_example(
    folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_POSTGRES_URL", postgres_url)
    outcome = check(folder)
    assert ([str(finding) for finding in outcome.findings], outcome.left_out) == ([], [])


def test_there_are_four_and_the_readme_names_each() -> None:
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert len(EXAMPLES) >= 4
    assert [folder.name for folder in EXAMPLES if f"[{folder.name}]({folder.name})" not in readme] == []


@EACH
def test_an_example_is_small_and_says_what_it_shows(folder: Path) -> None:
    files = sorted(folder.rglob("*.py"))
    lines = sum(path.read_text(encoding="utf-8").count("\n") for path in files if "tests" not in path.parts)
    assert lines <= 220
    assert [str(p) for p in files if not ast.get_docstring(ast.parse(p.read_bytes()))] == []
    assert "Shows" in (folder / "README.md").read_text(encoding="utf-8")
    assert not (folder / "pyproject.toml").read_text(encoding="utf-8").count("scores")
