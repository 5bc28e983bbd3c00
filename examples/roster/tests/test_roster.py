"""Cards become people, once; what does not fit is named with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from itsm.plugins import ImportReport, Invalid, UnitOfWork, find_by_address
from itsm_roster.outside import cards

BOOK = """BEGIN:VCARD
VERSION:3.0
FN:Пётр Ильин
ORG:Акме;Склад
item1.EMAIL;TYPE=work:petr@example.com
TEL;TYPE=cell:+7 900 000-00-01
END:VCARD
BEGIN:VCARD
FN:Long
  Name
EMAIL:long@exam
 ple.com
END:VCARD
BEGIN:VCARD
EMAIL:nameless@example.com
END:VCARD
BEGIN:VCARD
FN:No End
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """An address book with two people, one card without a name and one without an end."""
    path = tmp_path / "people.vcf"
    path.write_text(BOOK, encoding="utf-8")
    return path


def test_folded_lines_and_groups_are_read() -> None:
    petr, long, *_ = cards(BOOK.splitlines())
    assert (petr.name, petr.organisation, petr.emails) == ("Пётр Ильин", "Акме", ["petr@example.com"])
    assert (long.name, long.emails) == ("Long Name", ["long@example.com"])


def test_cards_become_people_and_a_second_import_changes_nothing(
    book: Path, run_import: Callable[..., ImportReport], uow: UnitOfWork
) -> None:
    first = run_import("roster", book)
    assert (first.created, first.refused) == (2, 2)
    assert [(r.line, str(r.reason)) for r in first.reasons] == [
        (14, "The card has no name (FN)."), (17, "The card has no end."),
    ]  # fmt: skip
    found = find_by_address(uow, type="email", value="PETR@example.com")
    assert found is not None
    assert found.name == "Пётр Ильин"
    second = run_import("roster", book)
    assert (second.created, second.unchanged) == (0, 2)


def test_a_dry_run_changes_nothing(book: Path, run_import: Callable[..., ImportReport], uow: UnitOfWork) -> None:
    assert run_import("roster", book, dry_run=True).created == 2
    assert find_by_address(uow, type="email", value="petr@example.com") is None


def test_a_file_that_is_no_text_is_refused(tmp_path: Path, run_import: Callable[..., ImportReport]) -> None:
    (tmp_path / "x.vcf").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Invalid, match="cannot be read"):
        run_import("roster", tmp_path / "x.vcf")
