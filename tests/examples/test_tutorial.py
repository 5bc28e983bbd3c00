"""The plugin of the tutorial passes its own tests and the contract, as the page says."""

import re
from pathlib import Path

import pytest

from itsm.authoring.check.run import check
from tests.examples.test_examples import ROOT, own_tests

BLOCK = re.compile(r"^```\w+ title=(\S+)\n(.*?)^```", re.M | re.S)


def test_the_first_plugin_passes_its_tests_and_the_check(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, code in BLOCK.findall((ROOT / "docs" / "tutorial" / "first-plugin.md").read_text(encoding="utf-8")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    assert "6 passed" in own_tests(tmp_path, postgres_url)
    monkeypatch.setenv("TEST_POSTGRES_URL", postgres_url)
    outcome = check(tmp_path)
    assert ([str(finding) for finding in outcome.findings], outcome.left_out) == ([], [])
