"""What a check finds: a code, a place, what is wrong, and how to mend it."""

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

# code → how to mend it. These codes are promised: CI files of authors name them.
MENDING = {
    "project": "declare the plugin in pyproject.toml: an entry point in the group itsm.plugins, and itsm>=… among the "
    "dependencies",
    "import": "the package must be importable by itself; run `python -c 'import itsm_x.hooks'` and read the error",
    "file-name": "use the file names that every plugin has (docs/how-to/write-a-plugin.md)",
    "deep-import": "import from itsm.plugins only (in tests also from itsm.plugins.testing); ask for what is "
    "missing on the door",
    "late-import": "move the import to the top of the file",
    "unknown-hook": "take the name from docs/reference/hooks.md; for another plugin's hook say @hook(optional=True)",
    "signature": "take plain parameters with the names of the specification, as many of them as you need",
    "async-hook": "write a plain function; what takes long is owed with uow.later",
    "registers": "change the declaration as the sentence says",
    "route-permission": 'put @needs("<plugin>.<permission>"), @needs(SIGNED_IN) or @needs(PUBLIC) below the route',
    "unknown-permission": "declare it in register_permissions, or ask for one of the framework's",
    "table-prefix": "name the table <plugin>_…, so that it is known whose it is",
    "foreign-key-rule": 'say ondelete="RESTRICT", "CASCADE" or "SET NULL"',
    "foreign-key-target": "refer to your own tables, or to ticket, person, organisation, team and services_service",
    "migration": "mend the revision; each must run on SQLite and PostgreSQL",
    "migration-undo": "write downgrade() so that it takes away all that upgrade() made",
    "migration-model": "write a revision that brings the tables to the models",
    "foreign-name": "keep to templates/<plugin>/, static/ and translations/<language>.po; others' names are theirs",
    "form-token": 'put <input type="hidden" name="csrf_token" value="{{ csrf_token() }}"> into the form',
    "translation": 'add the sentence to translations/ru.po, the label\'s "ru"',
    "blocking-hook": "hooks answer at once: no sleeping, no network; owe slow work with uow.later",
    "slow-hook": "look first whether the ticket is your business, and ask the database once",
    "hook-fault": "a hook must not raise; return Refusal to refuse",
    "job-fault": "a job must end well on the tickets of an ordinary desk",
    "job-twice": "look at what is there before writing: a job may come twice",
    "page-fault": "a page must answer; try it in a test with signed_in(…).get(…)",
    "disable": "do not count on hooks having seen everything: a plugin may have been off",
    "hangs": "something never ends; the sentence says where",
    "crash": "the plugin ended the process; it must not",
    "deprecated": "use the replacement before that version",
}
WARNINGS = frozenset({"deprecated"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. file is relative to the checked folder, line 0 where there is none."""

    code: str
    what: str
    file: str = ""
    line: int = 0

    @property
    def level(self) -> Literal["error", "warning"]:
        """Warnings do not fail the check."""
        return "warning" if self.code in WARNINGS else "error"

    @property
    def mend(self) -> str:
        """How to mend it."""
        return MENDING[self.code]

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"level": self.level, **asdict(self), "mend": self.mend}

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.level} {self.code}: {self.what}\n    {self.mend}"


class Report:
    """Where a check writes what it finds and what it is doing, line by line, so that nothing is lost if it dies."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder, self._path = folder.resolve(), path
        self._seen: set[tuple[str, ...]] = set()

    def step(self, what: str) -> None:
        """What is being tried now; named when it never ends."""
        self._write({"step": what})

    def left_out(self, what: str) -> None:
        """What could not be tried here, and why."""
        self._write({"left_out": what})

    def add(self, code: str, what: object, place: object = None) -> None:
        """A finding; place: a function or class, (path, line), a path, or None. The same one counts once."""
        file, line = self._place(place)
        if (code, str(what), file) not in self._seen:
            self._seen.add((code, str(what), file))
            self._write({"finding": asdict(Finding(code, str(what), file, line))})

    def _place(self, place: object) -> tuple[str, int]:
        if isinstance(place, tuple):
            path, line = place
            return self._relative(Path(path)), line
        if isinstance(place, Path):
            return self._relative(place), 0
        if place is None:
            return "", 0
        return self._of_code(place)

    def _of_code(self, thing: Any) -> tuple[str, int]:
        try:
            bare: Callable[..., Any] = inspect.unwrap(thing)
            return self._relative(Path(inspect.getsourcefile(bare) or "")), inspect.getsourcelines(bare)[1]
        except (OSError, TypeError, ValueError):
            return "", 0

    def _relative(self, path: Path) -> str:
        resolved = path.resolve()
        return str(resolved.relative_to(self.folder)) if resolved.is_relative_to(self.folder) else str(path)

    def _write(self, line: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
