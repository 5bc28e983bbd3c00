"""The reference pages say what the code says."""

import re
from typing import Any, Literal

import pytest

import itsm.plugins as door
from itsm.core.hookspecs import DESK_SPECS
from itsm.core.texts import Label
from tests.house.door import door_page
from tests.house.reference import FOLDER, PAGES, ROOT
from tests.house.signatures import signature
from tests.house.ui import PICTURES, examples, ui_page


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"renew docs/reference/{name}: python -m tests.house.reference"


def test_the_door_page_has_every_name_once_and_nothing_of_the_library_behind_it() -> None:
    page = door_page()
    headings = re.findall(r"^### (\w+)$", page, re.M)
    assert sorted(headings) == sorted(door.__all__)
    assert [line for line in page.splitlines() if " at 0x" in line or "itsm.core." in line] == []


def test_a_signature_is_shown_with_types_defaults_and_the_values_of_literals() -> None:
    def answer(name: str, /, at: Literal["home", "away"] = "home", *, most: int | None = None, **more: Any) -> Label:
        """Something."""
        return {}

    shown = signature("answer", answer)
    assert shown.startswith('answer(name: str, /, at: "home" | "away" = "home", *, most: int | None = None, ')
    assert shown.endswith("**more: Any) -> Label")


def test_every_part_of_pages_is_shown_and_has_its_picture() -> None:
    assert "nothing yet" not in ui_page(), "show it in the gallery of tests/pages/tour"
    assert {file.stem for file in PICTURES.iterdir()} == set(examples()), "python -m tests.pages.pictures --docs"


def test_every_hook_is_named_in_a_test() -> None:
    """*Registers* hooks are tested by those who answer them: the house and its plugins."""
    tests = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("test_*.py"))
    answers = "\n".join(
        p.read_text(encoding="utf-8") for f in ("itsm", "plugins") for p in (ROOT / f).rglob("hooks.py")
    )
    specs = {name: f for module in DESK_SPECS for name, f in vars(module).items() if hasattr(f, "itsm_spec_of")}
    untested = [
        name
        for name, function in specs.items()
        if name not in tests and (function.itsm_spec_of.kind != "registers" or name not in answers)
    ]
    assert untested == []
