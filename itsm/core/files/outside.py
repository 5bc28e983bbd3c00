"""The file store on disk: `files/ab/abcdef…`, written whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from itsm.core.errors import TooLarge
from itsm.core.texts import say

CHUNK = 1 << 16


class FileStore:
    """Content-addressed files below one folder."""

    def __init__(self, root: Path, maximum: int) -> None:
        self.root, self.maximum = root, maximum

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        """Store the stream; returns (sha256, size in bytes). Raises `TooLarge` beyond the limit."""
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
            place = self.path(digest.hexdigest())
            place.parent.mkdir(exist_ok=True)
            os.replace(name, place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return digest.hexdigest(), size

    def path(self, sha256: str) -> Path:
        """Where a content lies; `sha256` is 64 hexadecimal digits."""
        if len(sha256) != 64 or not sha256.isalnum():
            raise ValueError("not a SHA-256")
        return self.root / sha256[:2] / sha256
