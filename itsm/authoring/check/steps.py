"""All steps of a check, in the process that loads the foreign code."""

import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Table

from itsm.app import HOUSE
from itsm.authoring.check.declared import check_hooks, check_labels, check_registers, check_routes
from itsm.authoring.check.findings import Report
from itsm.authoring.check.life import Life
from itsm.authoring.check.source import check_source
from itsm.authoring.check.start import Start
from itsm.authoring.check.tables import check_models, check_revisions
from itsm.core.db import Base
from itsm.core.hookspecs.registry import Registry
from itsm.core.work.limits import OutOfTime, time_limit
from itsm.plugins.machinery.members import Member, load, ordered
from itsm.plugins.testing.projects import incidents, members_of, with_needs
from itsm.plugins.testing.sample import hash_quickly
from itsm.plugins.testing.worlds import new_world

STEP_SECONDS = 60


class GaveUp(Exception):
    """What comes next would make no sense."""


class _Check:
    """The check of one plugin. databases: URLs of two empty ones on PostgreSQL, or none."""

    def __init__(self, report: Report, member: Member, databases: Sequence[str]) -> None:
        self.report, self.member, self.databases = report, member, databases
        self.house: Sequence[Member] = ()
        self.registry = Registry()
        self.tables: Sequence[Table] = ()

    def run(self) -> None:
        """Step after step; what one step finds does not hide what the next one would."""
        self.house = [*HOUSE, incidents()] if self.member.name != "incidents" else list(HOUSE)
        before = set(Base.metadata.tables)
        try:
            self._step("importing it", self._import)
            own = set(Base.metadata.tables) - before
            self.tables = [table for table in Base.metadata.sorted_tables if table.name in own]
            report, house, member = self.report, self.house, self.member
            self._step("its source", lambda: check_source(report, member.folder, member.name))
            self._step("its hooks", lambda: check_hooks(report, house, member))
            self._step("its labels", lambda: check_labels(report, member))
            self._step("what it registers", self._registers)
            self._step("its routes", lambda: check_routes(report, member, self.registry))
            self._step("its tables", lambda: check_models(report, member, self.tables))
            self._step("the desk's start with it", self._starts)
            with tempfile.TemporaryDirectory() as folder:
                self._on([f"sqlite:///{folder}/{name}.sqlite3" for name in ("revisions", "life")])
            if self.databases:
                self._on(self.databases)
        except GaveUp:
            return

    def _import(self) -> None:
        with time_limit(STEP_SECONDS / 2):
            loaded = load(self.member)
        if loaded.fault:
            self.report.add("import", loaded.fault)
            raise GaveUp
        if Path(str(loaded.module_loaded().__file__)).resolve().is_relative_to(self.report.folder) is False:
            self.report.add("import", f"{loaded.module} is loaded from elsewhere: {loaded.folder}")
            raise GaveUp
        self.member = loaded
        needed = [m for m in with_needs([loaded]) if m.name not in {loaded.name, *(h.name for h in self.house)}]
        done = ordered([*self.house, *needed, loaded])
        for member in done:
            if member.fault:
                self.report.add("project", f"{member.name}: {member.fault}")
                raise GaveUp
        self.house = [member for member in done if member.name != loaded.name]

    def _registers(self) -> None:
        self.registry = check_registers(self.report, self.house, self.member)

    def _starts(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            if not Start(self.report, self.house, self.member, Path(folder)).check():
                raise GaveUp

    def _on(self, urls: Sequence[str]) -> None:
        """Revisions on one empty database, the plugin's life on another."""
        self._step(
            "its revisions",
            lambda: check_revisions(self.report, self.house, self.member, self.registry, urls[0], self.tables),
        )
        with tempfile.TemporaryDirectory() as folder:
            self._step("its life on a desk", lambda: self._live(urls[1], Path(folder)))

    def _live(self, url: str, folder: Path) -> None:
        plugins = [member for member in (*self.house, self.member) if not member.built_in]
        with new_world(url, folder, plugins) as world:
            Life(self.report, world, self.member).run()

    def _step(self, what: str, work: Callable[[], None]) -> None:
        self.report.step(what)
        try:
            work()
        except (GaveUp, KeyboardInterrupt):
            raise
        except (Exception, OutOfTime, SystemExit) as error:
            last = traceback.extract_tb(error.__traceback__)
            place = next(((f.filename, f.lineno or 0) for f in reversed(last) if self._is_ours(f.filename)), None)
            self.report.add("crash", f"{what}: {type(error).__name__}: {' '.join(str(error).split())[:400]}", place)
            if what == "importing it":
                raise GaveUp from error

    def _is_ours(self, file: str) -> bool:
        return Path(file).resolve().is_relative_to(self.report.folder)


def main(arguments: Sequence[str]) -> None:
    """`FOLDER PLUGIN REPORT [URL URL]`: check and write the report; its last line says that all was tried."""
    folder, name, path, *databases = arguments
    report = Report(Path(folder), Path(path))
    hash_quickly()
    member = next(member for member in members_of(report.folder) if member.name == name)
    _Check(report, member, databases).run()
    report.step("")


if __name__ == "__main__":
    main(sys.argv[1:])
