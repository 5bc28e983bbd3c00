"""What a run leaves out (--quick, default, --long), and that it says so: nothing is skipped in silence, in CI nothing
at all but tests on recorded data where that folder is absent."""

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeVar

import pytest

DATA = Path(os.environ.get("TEST_DATA_DIR") or Path(__file__).parents[2] / "shared" / "data")
CI = bool(os.environ.get("CI"))
DATA_ABSENT = "the recorded data are absent"
SLOW_FIXTURES = {
    "postgres_url": "PostgreSQL",
    "redis_url": "Valkey",
    "quiet_server": "PostgreSQL",
    "page": "a browser",
    "browser": "a browser",
}
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
LEFT_OUT = pytest.StashKey[dict[str, list[str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two ways to run more or less than usual."""
    group = parser.getgroup("itsm")
    group.addoption(
        "--quick", action="store_true", help="leave out the slow: faults, journeys, PostgreSQL, Valkey, browser"
    )
    group.addoption("--long", action="store_true", help="run everything, tests of minutes too")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what contradicts itself."""
    config.stash[LEFT_OUT] = {}
    if config.getoption("quick") and config.getoption("long"):
        raise pytest.UsageError("--quick and --long exclude each other")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what this run leaves out, and remember why; the longest come first, so that none is waited for alone."""
    judged = [(item, _reason_to_leave_out(item, config)) for item in items]
    for item, why in judged:
        if why:
            config.stash[LEFT_OUT].setdefault(why, []).append(item.nodeid)
    items[:] = sorted((item for item, why in judged if not why), key=_is_brief)
    if dropped := [item for item, why in judged if why]:
        config.hook.pytest_deselected(items=dropped)


def _is_brief(item: pytest.Item) -> bool:
    return not any(item.get_closest_marker(name) for name in ("long", "slow", "faults"))


def _reason_to_leave_out(item: pytest.Item, config: pytest.Config) -> str | None:
    if item.get_closest_marker("long") and not config.getoption("long"):
        return "long, run with --long"
    if not config.getoption("quick"):
        return None
    if "journeys" in item.path.parts and item.get_closest_marker("everyday") is None:
        return "journeys through processes, run without --quick"
    if item.get_closest_marker("slow"):
        return "slow, run without --quick"
    if item.get_closest_marker("faults"):
        return "faults, run without --quick"
    chosen: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    if "postgresql" in (chosen.get("database_url"), chosen.get("quiet_url"), chosen.get("world")):
        return "on PostgreSQL, run without --quick"
    if chosen.get("kind") == "distributed":
        return "with PostgreSQL, Valkey, run without --quick"
    needs = sorted({SLOW_FIXTURES[name] for name in getattr(item, "fixturenames", ()) if name in SLOW_FIXTURES})
    return f"with {', '.join(needs)}, run without --quick" if needs else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, by name, what needs the recorded data where there are none."""
    if not DATA.is_dir() and (item.get_closest_marker("needs_data") or "data_dir" in getattr(item, "fixturenames", ())):
        pytest.skip(f"{DATA_ABSENT}: no folder {DATA} (TEST_DATA_DIR names another)")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of recorded data; without it the test is skipped by name."""
    return DATA


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one."""
    report = yield
    return _no_skips_in_ci(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a skipped file is an error."""
    report = yield
    return _no_skips_in_ci(report)


def _no_skips_in_ci(report: Report) -> Report:
    allowed = hasattr(report, "wasxfail") or DATA_ABSENT in _skip_reason(report)
    if CI and report.skipped and not allowed:
        report.longrepr = f"In CI nothing may be skipped: {_skip_reason(report)}"
        report.outcome = "failed"
    return report


def _skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return told.partition(": ")[2] or told


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist hands its findings to the controller, which alone speaks."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """All workers leave out the same tests: the last one told is as good as the first."""
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say plainly what did not run and why."""
    skipped = {r.nodeid: _skip_reason(r) for r in terminalreporter.stats.get("skipped", [])}
    left_out = config.stash[LEFT_OUT]
    if not skipped and not left_out:
        return
    terminalreporter.section("not run")
    for why, names in sorted(left_out.items()):
        files = Counter(name.split("::")[0] for name in names)
        listed = ", ".join(f"{file} ({count})" for file, count in sorted(files.items()))
        terminalreporter.line(f"{why}: {listed}")
    for name, why in sorted(skipped.items()):
        terminalreporter.line(f"{name}: {why}")
