"""The file store on disk: `files/ab/abcdef…`, written whole or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from itsm.core.errors import TooLarge
from itsm.core.texts import say

CHUNK = 1 << 16


def keep_names(folder: Path) -> None:
    """Have the names in a folder on the disk: a new file survives a power cut only from then on."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Staged(NamedTuple):
    """A content that was taken in, and where it will lie."""

    sha256: str
    size: int
    source: Path
    place: Path

    def keep(self) -> None:
        """Put it into the store, over the same content if that is there."""
        self.place.parent.mkdir(exist_ok=True)
        os.replace(self.source, self.place)
        for folder in self.place.parents[:2]:
            keep_names(folder)


class FileStore:
    """Content-addressed files below one folder."""

    def __init__(self, root: Path, maximum: int) -> None:
        self.root, self.maximum = root, maximum

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        """Store the stream; returns (sha256, size in bytes). Raises `TooLarge` beyond the limit."""
        with self.staged(stream) as staged:
            staged.keep()
        return staged.sha256, staged.size

    @contextmanager
    def staged(self, stream: BinaryIO) -> Iterator["Staged"]:
        """Take the stream in beside the store; it is in the store from `keep` on, and gone without it."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.root)
        try:
            with os.fdopen(handle, "wb") as target:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > self.maximum:
                        raise TooLarge(say("The file is larger than {maximum} bytes.", maximum=self.maximum))
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            yield Staged(digest.hexdigest(), size, Path(name), self.path(digest.hexdigest()))
        finally:
            Path(name).unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where a content lies; `sha256` is 64 hexadecimal digits."""
        if len(sha256) != 64 or not sha256.isalnum():
            raise ValueError("not a SHA-256")
        return self.root / sha256[:2] / sha256
