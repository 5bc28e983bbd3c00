"""The manifest of a backup: what it holds, of which desk, and the digest of each part."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from itsm.core.errors import DeskError

FORMAT = 1
NAME = "manifest.json"


class BadBackup(DeskError):
    """The file is no whole backup; the message says what is wrong with it."""

    title = "Bad backup"


@dataclass(frozen=True)
class Shape:
    """A table and its columns as a part holds them. last_id: the highest id ever given, 0 without a counter."""

    name: str
    columns: tuple[str, ...]
    last_id: int = 0

    @property
    def part(self) -> str:
        """The name of its part in the archive."""
        return f"tables/{self.name}.copy"


@dataclass(frozen=True)
class Table:
    """A shape with what the part really holds."""

    shape: Shape
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """revisions: lineage → revision. files: SHA-256 → bytes. missing: files that the store should hold and did not."""

    itsm: str
    engine: str
    taken_at: datetime
    epoch: int
    revisions: Mapping[str, str]
    tables: Sequence[Table]
    files: Mapping[str, int]
    missing: Sequence[str] = ()

    def dump(self) -> bytes:
        """As it stands in the archive."""
        values = asdict(self) | {"format": FORMAT, "taken_at": self.taken_at.isoformat()}
        return json.dumps(values, indent=1, ensure_ascii=False).encode()

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(table.rows for table in self.tables)


def read_manifest(text: bytes) -> Manifest:
    """The manifest of an archive; raises `BadBackup` when it is none that this code can read."""
    try:
        values = json.loads(text)
        if values.pop("format") != FORMAT:
            raise BadBackup(f"The backup was made by itsm {values.get('itsm')} in a format that this one cannot read.")
        tables = [_table(one) for one in values.pop("tables")]
        return Manifest(**values | {"tables": tables, "taken_at": datetime.fromisoformat(values["taken_at"])})
    except (ValueError, KeyError, TypeError) as error:
        raise BadBackup(f"The manifest of the backup cannot be read: {error}") from error


def _table(values: Mapping[str, Any]) -> Table:
    shape = values["shape"]
    made = Shape(shape["name"], tuple(shape["columns"]), int(shape["last_id"]))
    for name in (made.name, *made.columns):
        if not name.isidentifier() or not name.isascii():
            raise ValueError(f"{name!r} is no name of a table or column")
    return Table(made, int(values["rows"]), str(values["sha256"]))
