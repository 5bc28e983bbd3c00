"""Whether a desk starts with the plugin: what fits by itself may still point at a page or template that is missing."""

from collections.abc import Sequence
from pathlib import Path

from itsm.app import build
from itsm.authoring.check.declared import FIRST, forget_routes
from itsm.authoring.check.findings import Report
from itsm.core.work.session import Database
from itsm.plugins.machinery.check import implementations
from itsm.plugins.machinery.members import Member
from itsm.plugins.testing.worlds import Clock, settings_for


class Start:
    """Builds desks of the same plugins again and again, on a database that nobody asks."""

    def __init__(self, report: Report, house: Sequence[Member], member: Member, folder: Path) -> None:
        url = f"sqlite:///{folder}/start.sqlite3"
        self.report, self.member = report, member
        self._settings, self._database = settings_for(folder, url), Database(url)
        self._plugins = [m for m in (*house, member) if not m.built_in]

    def check(self) -> bool:
        """Report why the plugin is set aside, and take the faulty hook out, until it is not; False when it stays so."""
        module = self.member.module_loaded()
        while reason := self._reason():
            name = self._faulty(reason)
            self.report.add("registers", f"the desk sets it aside: {reason}", getattr(module, name, None))
            if name == "register_routes":
                forget_routes(self.member)
            elif name:
                delattr(module, name)
            else:
                return False
        return True

    def _reason(self) -> str:
        names = [member.name for member in self._plugins]
        desk, _ = build(self._settings, names, database=self._database, clock=Clock(), members=self._plugins)
        return desk.aside.get(self.member.name, "")

    def _faulty(self, reason: str) -> str:
        """The hook without which the plugin works, or at least fails for another reason; '' when there is none."""
        module, otherwise = self.member.module_loaded(), ""
        mine = {name: f for name, f, _, _ in implementations(module) if name.startswith("register_")}
        for name in sorted(mine, key=lambda n: (n in FIRST, n)):
            delattr(module, name)
            without = self._reason()
            setattr(module, name, mine[name])
            if not without:
                return name
            if without != reason:
                otherwise = otherwise or name
        return otherwise
