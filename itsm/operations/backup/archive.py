"""The archive: a zip file with one part for each table, the files by their content, and the manifest last."""

import contextlib
import fcntl
import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from itsm.core.files.outside import FileStore, keep_names
from itsm.operations.backup.manifest import NAME, BadBackup, Manifest, Shape, Table, read_manifest

CHUNK = 1 << 20
MARK = ".itsm-backup-"
QUICK = 1  # the level of compression: the others cost five times as much for a tenth of the size


class Writer:
    """Writes the parts of one archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def table(self, shape: Shape, chunks: Iterable[bytes]) -> Table:
        """Write the rows of one table."""
        digest, rows = hashlib.sha256(), 0
        with self._archive.open(shape.part, "w", force_zip64=True) as part:
            for chunk in chunks:
                digest.update(chunk)
                rows += chunk.count(b"\n")
                part.write(chunk)
        return Table(shape, rows, digest.hexdigest())

    def file(self, sha256: str, place: Path) -> int | None:
        """Write one stored file; its size, or None where the store does not hold that content."""
        if not place.is_file() or _digest(place) != sha256:
            return None
        with place.open("rb") as source, self._archive.open(_part(sha256), "w", force_zip64=True) as part:
            return _copy(source, part)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest; without it an archive is no backup."""
        self._archive.writestr(NAME, manifest.dump())


@contextmanager
def new_archive(place: Path) -> Iterator[Writer]:
    """An archive that bears its name only when it is whole and on the disk; a kill leaves a `.part` at most."""
    _clear_up(place.parent)
    half = place.with_name(f"{MARK}{place.name}.part")
    handle = os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        os.rename(half, place)
    finally:
        half.unlink(missing_ok=True)
    keep_names(place.parent)


class Reader:
    """Reads the parts of one archive, each against its digest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        try:
            self.manifest = read_manifest(archive.read(NAME))
        except KeyError:
            raise BadBackup("This is no backup: it has no manifest.") from None

    def rows(self, table: Table) -> Iterator[bytes]:
        """The rows of one table; raises `BadBackup` after the last one when they are not those of the manifest."""
        digest, rows = hashlib.sha256(), 0
        for chunk in self._chunks(table.shape.part):
            digest.update(chunk)
            rows += chunk.count(b"\n")
            yield chunk
        if digest.hexdigest() != table.sha256 or rows != table.rows:
            raise BadBackup(f"The rows of {table.shape.name} are not those that were backed up.")

    def store_file(self, sha256: str, store: FileStore) -> None:
        """Put a file into a store; raises `BadBackup` when it is another content."""
        with self._part(_part(sha256)) as part:
            self._refuse_other(sha256, store.put(part)[0])

    def check(self) -> Manifest:
        """Read everything; the manifest when all of it is as it was written."""
        for table in self.manifest.tables:
            for _ in self.rows(table):
                pass
        for sha256 in self.manifest.files:
            with self._part(_part(sha256)) as part:
                self._refuse_other(sha256, hashlib.file_digest(part, "sha256").hexdigest())  # type: ignore[arg-type]
        return self.manifest

    def _refuse_other(self, sha256: str, found: str) -> None:
        if found != sha256:
            raise BadBackup(f"The file {sha256} is not the one that was backed up.")

    def _chunks(self, name: str) -> Iterator[bytes]:
        with self._part(name) as part:
            while chunk := part.read(CHUNK):
                yield chunk

    @contextmanager
    def _part(self, name: str) -> Iterator[BinaryIO]:
        try:
            with self._archive.open(name) as part:
                yield cast(BinaryIO, part)
        except KeyError:
            raise BadBackup(f"The backup lacks its part {name}.") from None
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise BadBackup(f"The part {name} of the backup is damaged: {error}") from error


@contextmanager
def open_archive(place: Path) -> Iterator[Reader]:
    """The archive in a file; raises `BadBackup` when it is none."""
    try:
        archive = zipfile.ZipFile(place)
    except (zipfile.BadZipFile, OSError) as error:
        raise BadBackup(f"{place} cannot be read as a backup: {error}") from error
    with archive:
        yield Reader(archive)


def _part(sha256: str) -> str:
    return f"files/{sha256[:2]}/{sha256}"


def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: IO[bytes], target: IO[bytes]) -> int:
    size = 0
    while chunk := source.read(CHUNK):
        size += target.write(chunk)
    return size


def _clear_up(folder: Path) -> None:
    """Remove what killed backups left; one that is being written is locked by its process."""
    for half in folder.glob(f"{MARK}*.part"):
        with half.open("rb") as file, contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            half.unlink()
