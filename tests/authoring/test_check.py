"""`itsm plugins check`: names every fault of a bad plugin, finds none in a good one, and is not held up by either."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from itsm.authoring.check.findings import MENDING
from itsm.authoring.check.run import check
from itsm.authoring.commands import check as command
from itsm.authoring.commands import new
from itsm.core.errors import Invalid

ROOT = Path(__file__).parents[2]
BAD = Path(__file__).parent / "bad"
TWELVE = {
    "unknown-hook": "there is no hook ticket_openning; did you mean ticket_opening?",
    "signature": "ticket_recorded: unknown parameter ticket",
    "async-hook": "ticket_opened is async",
    "table-prefix": "the table stray does not begin with bad_",
    "foreign-key-rule": "bad_mark.ticket_id → ticket",
    "migration-undo": "its way down leaves bad_mark",
    "route-permission": "the route / (bad.open_to_all) declares no permission",
    "foreign-name": "templates/core is not bad's",
    "deep-import": "itsm.core.tickets.models is behind the door",
    "translation": "no Russian for “Nobody may do that today.”",
    "job-twice": "bad.note breaks the second time: IntegrityError",
    "blocking-hook": "ticket_changing did not answer",
}


@pytest.fixture
def databases(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check finds PostgreSQL as an author's would."""
    monkeypatch.setenv("TEST_POSTGRES_URL", postgres_url)


@pytest.fixture
def one_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite alone."""
    monkeypatch.setattr("itsm.authoring.check.run.lacking_postgres", lambda: "not now")


def made(folder: Path, name: str = "scores") -> Path:
    """A new plugin, fresh from `itsm plugins new`."""
    done = CliRunner().invoke(new, [name, "--into", str(folder)])
    assert done.exit_code == 0, done.output
    return folder / f"itsm-{name}"


def change(folder: Path, file: str, old: str, text: str) -> None:
    """Put one fault into a plugin."""
    path = folder / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, text), encoding="utf-8")


@pytest.mark.usefixtures("databases")
def test_twelve_faults_are_named_with_their_places_and_how_to_mend_them() -> None:
    outcome = check(BAD)
    assert not outcome.left_out
    found = {finding.code: finding for finding in reversed(outcome.findings)}
    assert found.keys() == TWELVE.keys()
    assert {code: what for code, what in TWELVE.items() if what not in found[code].what} == {}
    assert [f for f in outcome.findings if not (BAD / f.file).exists() or not f.file or not f.mend] == []
    assert {f.code for f in outcome.findings if "hooks.py" in f.file and not f.line} == set()


@pytest.mark.usefixtures("databases")
@pytest.mark.parametrize("plugin", ["new", "incidents", "monitoring"])
def test_a_good_plugin_has_none(plugin: str, tmp_path: Path) -> None:
    folder = made(tmp_path) if plugin == "new" else ROOT / "plugins" / plugin
    outcome = check(folder)
    assert ([str(finding) for finding in outcome.findings], outcome.left_out) == ([], [])


@pytest.mark.usefixtures("one_database")
def test_the_command_ends_with_1_and_tells_programs_what_it_found() -> None:
    told = CliRunner().invoke(command, [str(BAD), "--json"])
    assert told.exit_code == 1
    found: dict[str, Any] = json.loads(told.output)
    assert {f["code"] for f in found["findings"]} == TWELVE.keys()
    assert found["left_out"] == ["PostgreSQL: not now"]


# Faults that can be found together: file, what stands there, what is put there, code, what is told.
HOOK = "return rules.missing_reason(draft)\n\n\n@hook\ndef ticket_changing"
TIDY = "verbs.forget(uow, before=uow.now - KEPT)"
AGAIN = "from itsm.plugins import open_ticket\n    open_ticket(uow, kind='incident', title='x')"
FAULTS: dict[str, list[tuple[str, str, str, str, str]]] = {
    "in the way": [
        ("hooks.py", HOOK, HOOK.replace("return rules.missing_reason(draft)", "raise KeyError(1)"), "hook-fault",
         "ticket_opening: KeyError"),
        ("hooks.py", '{"en": "Score", "ru": "Оценка"}', '{"en": "Score"}', "translation", "has no Russian"),
        ("jobs.py", TIDY, "raise SystemExit(3)", "job-fault", "breaks the first time: SystemExit"),
        ("models.py", "score: Mapped[int | None]", "score: Mapped[int]", "migration-model", "sqlite the models want"),
    ],
    "in a template and for one role": [
        ("templates/scores/panel.html", '<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">', "",
         "form-token", "posted without csrf_token"),
        ("verbs.py", "    may_give =", "    if not uow.act.actor.may('core.plugins'):\n        1 / 0\n    may_give =",
         "hook-fault", "panel scores.panel, on /tickets/1 for the role head: ZeroDiv"),
    ],
    "of others": [
        ("hooks.py", 'Permission("scores.see"', 'Permission("other.see"', "registers", "must be named scores.…"),
        ("pages.py", '@needs("scores.see")', '@needs("scores.look")', "unknown-permission", "asks for scores.look"),
        ("models.py", '"ticket.id"', '"owed_call.id"', "foreign-key-target", "refers to owed_call"),
        ("jobs.py", TIDY, AGAIN, "job-twice", "changes data again"),
    ],
    "set aside by the desk": [
        ("api.py", 'ApiBlueprint("scores_api"', 'ApiBlueprint("score_api"', "registers", "must be named 'scores'"),
        ("hooks.py", '"scores.score", "whole"', '"scores.score", "enum"', "registers", "type 'enum' is none of"),
    ],
    "late": [
        ("verbs.py", "    if draft.changed(SCORE):", "    while draft.changed(SCORE):\n        pass\n    if 1:",
         "blocking-hook", "ticket_recorded did not end within"),
        ("pages.py", "with reading()", "1 / 0\n    with reading()", "page-fault", "/p/scores/ answers 500"),
        ("jobs.py", TIDY, AGAIN, "late-import", "an import stands inside a function"),
        ("hooks.py", '"scores.see", "scores/panel.html"', '"scores.see", "scores/panels.html"', "registers",
         "'scores/panels.html' is not there"),
        ("migrations/0001_changes.py", "op.create_index(", "op.create_no(", "migration", "on sqlite"),
    ],
    "at the start": [
        ("hooks.py", "about =", "raise SystemExit(3)\nabout =", "import", "cannot be imported: SystemExit"),
    ],
    "suddenly": [("hooks.py", "about =", "import os\nos._exit(3)\nabout =", "crash", "the process ended with 3")],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("one_database")
@pytest.mark.parametrize("sort", FAULTS)
def test_each_fault_put_into_a_good_plugin_is_found(tmp_path: Path, sort: str) -> None:
    folder = made(tmp_path)
    for file, old, text, _, _ in FAULTS[sort]:
        change(folder / "itsm_scores", file, old, text)
    findings = check(folder).findings
    told = [(finding.code, finding.what) for finding in findings]
    assert [f for f in findings if f.code in ("registers", "form-token") and not (f.file and f.line)] == []
    for _, _, _, code, what in FAULTS[sort]:
        assert [t for c, t in told if c == code and what in t], (code, told)


OFFER = '''"""Hooks of scores."""

from itsm.plugins import Deprecated, UnitOfWork, spec


@spec("observes", deprecated=Deprecated("ticket_opened", removed_in="9.0"))
def score_given(uow: UnitOfWork) -> None:
    """A score was given."""
'''
ANSWER = '''

@hook
def score_given(uow: UnitOfWork) -> None:
    """Answer."""
'''


@pytest.mark.slow
@pytest.mark.usefixtures("one_database")
def test_what_goes_away_is_a_warning_and_sources_may_lie_in_src(tmp_path: Path) -> None:
    folder = made(tmp_path)
    (folder / "itsm_scores" / "hookspecs.py").write_text(OFFER, encoding="utf-8")
    change(folder / "itsm_scores", "hooks.py", "import jobs, rules", "import hookspecs, jobs, rules")
    with (folder / "itsm_scores" / "hooks.py").open("a", encoding="utf-8") as hooks:
        hooks.write(ANSWER)
    (folder / "src").mkdir()
    (folder / "itsm_scores").rename(folder / "src" / "itsm_scores")
    outcome = check(folder)
    (finding,) = outcome.findings
    sentence = "the hook score_given: use ticket_opened instead; it is removed in 9.0"
    assert (finding.level, finding.code, finding.what) == ("warning", "deprecated", sentence)
    assert finding.file == "src/itsm_scores/hooks.py"
    assert finding.line > 80
    assert outcome.passed


@pytest.mark.slow
@pytest.mark.usefixtures("one_database")
def test_a_plugin_that_never_ends_is_ended_and_the_place_is_named(tmp_path: Path) -> None:
    folder = made(tmp_path)
    stubborn = "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n"
    change(folder / "itsm_scores", "hooks.py", "about = About", f"{stubborn}about = About")
    (finding,) = check(folder, limit=12).findings
    assert (finding.code, finding.what) == ("hangs", "after 12 s the check was still at: importing it")


@pytest.mark.usefixtures("one_database")
def test_a_folder_that_is_no_project_and_a_project_for_another_version_are_refused_with_the_reason(
    tmp_path: Path,
) -> None:
    with pytest.raises(Invalid, match=r"no pyproject\.toml"):
        check(tmp_path)
    folder = made(tmp_path)
    change(folder, "pyproject.toml", "itsm>=0.1,<0.2", "itsm>=7")
    (finding,) = check(folder).findings
    assert (finding.code, finding.file) == ("project", "pyproject.toml")
    assert "needs itsm>=7" in finding.what


def test_every_code_is_explained_on_the_page_for_authors() -> None:
    page = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text(encoding="utf-8")
    codes = page.partition("## The check")[2]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", codes, re.M)) == MENDING.keys()


@pytest.mark.slow
def test_the_check_does_not_touch_the_desk_of_the_one_who_calls_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    folder = made(tmp_path)
    shutil.rmtree(folder / "tests")
    environment = {
        **os.environ,
        "ITSM_DATA_DIR": str(data),
        "ITSM_MODE": "nonsense",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    words = [sys.executable, "-m", "itsm", "plugins", "check", str(folder)]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("No findings.\n")
    assert not data.exists()
