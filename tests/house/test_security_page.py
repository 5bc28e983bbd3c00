"""SECURITY.md claims nothing that no test shows."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)`")
LINKED = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def test_every_test_that_the_page_names_is_there_and_tests_something() -> None:
    page = (ROOT / "SECURITY.md").read_text()
    named = set(NAMED.findall(page))
    assert len(named) > 20
    empty = [name for name in named if not _holds_tests(ROOT / name)]
    assert not empty


def _holds_tests(path: Path) -> bool:
    return path.is_file() and "\ndef test_" in path.read_text()


def test_every_claim_of_the_tables_names_a_test() -> None:
    page = (ROOT / "SECURITY.md").read_text()
    claims = [line for part in page.split("| shown by |")[1:] for line in _rows(part)]
    assert len(claims) > 20
    assert not [line for line in claims if not NAMED.search(line)]


def _rows(part: str) -> list[str]:
    lines = part.splitlines()[2:]
    return lines[: next((n for n, line in enumerate(lines) if not line.startswith("|")), len(lines))]


def test_links_of_the_page_lead_somewhere() -> None:
    assert not [link for link in LINKED.findall((ROOT / "SECURITY.md").read_text()) if not (ROOT / link).exists()]
