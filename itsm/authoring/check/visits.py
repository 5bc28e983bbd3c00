"""The pages that show something of the plugin, opened by a person of each role that comes with the framework."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import Flask

from itsm.authoring.check.findings import Report
from itsm.plugins.machinery.faults import Fault
from itsm.plugins.testing.sample import PEOPLE
from itsm.plugins.testing.visitors import Visitor, enter
from itsm.plugins.testing.worlds import World

# One person of each role.
READERS = {role: name for name, (role, _) in reversed(PEOPLE.items())}


class Visits:
    """Opens pages and API resources in a world, again and again; signs everybody in once for each application."""

    def __init__(self, report: Report, world: World, plugin: str, told: Callable[[Fault, str], None]) -> None:
        self.report, self.world, self.plugin, self._told = report, world, plugin, told
        self._app: Flask | None = None
        self._browsers: Mapping[str, Visitor] = {}
        self._known: set[tuple[str, str]] = set()

    def own_pages(self) -> Sequence[str]:
        """The plugin's pages and resources that need no value in their address."""
        mine = {f"/p/{self.plugin}", f"/api/v1/{self.plugin}"}
        paths = [r.rule for r in self.world.app.url_map.iter_rules() if "GET" in (r.methods or ()) and not r.arguments]
        return [p for p in paths if any(p == m or p.startswith(f"{m}/") for m in mine)]

    def open(self, paths: Iterable[str]) -> None:
        """Each path as each reader: an answer of 500 and a part of the plugin that fails are findings."""
        if self._app is not self.world.app:
            self._app = self.world.app
            self._browsers = {role: enter(self._app, name) for role, name in READERS.items()}
        for path in paths:
            for role, browser in self._browsers.items():
                self.report.step(f"the page {path}, for the role {role}")
                status = browser.get(path, headers=self._token(role)).status_code
                for fault in self.world.desk.faults.take():
                    self._fault(fault, f"on {path} for the role {role}")
                if status >= 500:
                    self.report.add("page-fault", f"{path} answers {status} to the role {role}")
                    break

    def _fault(self, fault: Fault, when: str) -> None:
        """Once for each part and error: a panel that fails does so on every ticket."""
        key = (fault.hook, fault.error.strip().splitlines()[-1])
        if fault.plugin == self.plugin and key not in self._known:
            self._known.add(key)
            self._told(fault, when)

    def _token(self, role: str) -> dict[str, Any]:
        return {"Authorization": f"Bearer {self.world.sample.tokens[READERS[role]]}"}
