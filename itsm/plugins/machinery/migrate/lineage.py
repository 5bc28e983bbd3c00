"""A lineage: the revisions of the core, of a block or of a plugin, in one unbranched row."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from itsm.core.errors import DeskError, NotReady

NEWER = "newer than the code"


@dataclass(frozen=True)
class Lineage:
    """Revision files in `folder`, applied in their order; `owns` tells which tables they may make and drop."""

    name: str
    folder: Path
    owns: Callable[[str], bool]

    @property
    def version_table(self) -> str:
        """The table that holds the revision which the database is at."""
        return f"{self.name}_version"


@dataclass(frozen=True)
class Revision:
    """One file of a lineage, by what stands at its top."""

    id: str
    after: str | None
    title: str


def history(lineage: Lineage) -> list[Revision]:
    """The revisions from the first to the newest, read without running them; a branch or a gap is a fault."""
    found = [_read(path) for path in sorted(lineage.folder.glob("*.py")) if path.name != "__init__.py"]
    following = {revision.after: revision for revision in found}
    row: list[Revision] = []
    while (revision := following.pop(row[-1].id if row else None, None)) is not None:
        row.append(revision)
    if len(row) < len(found):
        raise DeskError(f"{lineage.name}: the revisions in {lineage.folder.name} are not one unbranched row")
    return row


def rest(lineage: Lineage, revisions: Sequence[Revision], version: str | None) -> Sequence[Revision]:
    """The revisions that a database at `version` still lacks; raises `NotReady` if this code does not know it."""
    if version is None:
        return revisions
    ids = [revision.id for revision in revisions]
    if version not in ids:
        raise NotReady(f"{lineage.name}: the database is at {version}, {NEWER}")
    return revisions[ids.index(version) + 1 :]


def _read(path: Path) -> Revision:
    module = ast.parse(path.read_bytes(), filename=str(path))
    values = dict(pair for statement in module.body for pair in _assigned(statement))
    title = (ast.get_docstring(module) or path.stem).splitlines()[0].rstrip(".")
    return Revision(str(values.get("revision")), values.get("down_revision"), title)


def _assigned(statement: ast.stmt) -> list[tuple[str, str | None]]:
    """`name = "text"`, annotated or not, as (name, text)."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    constant = getattr(getattr(statement, "value", None), "value", ...)
    if constant is not None and not isinstance(constant, str):
        return []
    return [(target.id, constant) for target in targets if isinstance(target, ast.Name)]
