"""The reference pages say what the code says."""

import pytest

from itsm.core.hookspecs import DESK_SPECS
from tests.house.reference import FOLDER, PAGES, ROOT


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"renew docs/reference/{name}: python -m tests.house.reference"


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
