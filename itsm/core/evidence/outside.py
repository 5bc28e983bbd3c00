"""The folder of the seals: one file each, written whole or not at all, and never written again."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from itsm.core.errors import Conflict
from itsm.core.evidence.rules import Head, Seal
from itsm.core.files.outside import keep_names
from itsm.core.texts import say


class SealFolder:
    """Seals as `seal-00000001`, `seal-00000002`, …; a desk mounts the folder where its administrators cannot write."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def numbers(self) -> list[int]:
        """The numbers of the seals that are there, ascending."""
        return sorted(int(p.name[5:]) for p in self.root.glob("seal-*") if p.name[5:].isdigit())

    def path(self, number: int) -> Path:
        """Where a seal lies."""
        return self.root / f"seal-{number:08d}"

    def read(self, number: int) -> Seal:
        """The first line of a seal; raises `ValueError` where it is none."""
        with self.path(number).open(encoding="utf-8") as file:
            return Seal.parse(file.readline())

    def heads(self, number: int) -> Iterator[Head]:
        """The heads that a seal names, one by one."""
        with self.path(number).open(encoding="utf-8") as file:
            next(file)
            yield from map(Head.parse, file)

    def digest(self, number: int) -> str:
        """The SHA-256 of a seal's file."""
        with self.path(number).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def write(self, seal: Seal, heads: Iterable[str]) -> str:
        """Write a seal; its digest. A number that is there already is refused, whoever wrote it."""
        self.root.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".new-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(seal.line() + "\n")
                file.writelines(f"{line}\n" for line in heads)
                file.flush()
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            os.link(name, self.path(seal.number))
        except FileExistsError as error:
            raise Conflict(say("Seal {number} is there already.", number=seal.number)) from error
        finally:
            Path(name).unlink(missing_ok=True)
        keep_names(self.root)
        return self.digest(seal.number)
