"""CSV files, plain or gzip."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, cast

from itsm.core.errors import Invalid, TooLarge
from itsm.core.importing.outside.limits import Row, most_unpacked
from itsm.core.texts import say


def csv_rows(stack: ExitStack, path: Path, how: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a CSV file with the numbers of their first lines; bytes of another encoding become surrogates."""
    encoding = _encoding(how["encoding"])
    delimiter = {"tab": "\t", "\\t": "\t"}.get(how["delimiter"], how["delimiter"])
    if len(delimiter) != 1:
        raise Invalid.field("file.delimiter", say("One character, or `tab`."))
    wide = encoding.startswith(("utf-16", "utf-32"))
    text = stack.enter_context(
        io.TextIOWrapper(_opened(stack, path), encoding, "strict" if wide else "surrogateescape", newline="")
    )
    return _rows(csv.reader(text, delimiter=delimiter, quotechar=how["quote"], strict=True))


def _opened(stack: ExitStack, path: Path) -> BinaryIO:
    raw = stack.enter_context(path.open("rb"))
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    if not packed:
        return raw
    inner = cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=raw)))
    return io.BufferedReader(_Bounded(inner, path.stat().st_size))


def _encoding(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise Invalid.field("file.encoding", say("There is no encoding {name}.", name=name)) from None
    if not found._is_text_encoding:
        raise Invalid.field("file.encoding", say("There is no encoding {name}.", name=name))
    return "utf-8-sig" if found.name == "utf-8" else found.name


def _rows(reader: Any) -> Iterator[Row]:
    """A row that the reader cannot make sense of is told with its line; the reader goes on behind it."""
    while True:
        line = reader.line_num + 1
        try:
            yield Row(line, next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, (), say("This is no row of a CSV file: {why}.", why=error))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Invalid.field(f"line {line}", say("The gzip file is damaged: {why}.", why=error)) from error
        except UnicodeError as error:
            told = say("Bytes that are not of the encoding in `file.encoding`: {why}.", why=error)
            raise Invalid.field(f"line {line}", told) from error


class _Bounded(io.RawIOBase):
    """What comes out of a packed file, up to a size and a ratio that no honest table has."""

    def __init__(self, inner: BinaryIO, packed: int) -> None:
        self.inner, self.most, self.read_so_far = inner, most_unpacked(packed), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self.inner.read(len(buffer))
        self.read_so_far += len(chunk)
        if self.read_so_far > self.most:
            raise TooLarge(say("Unpacked, the file is larger than {maximum} bytes.", maximum=self.most))
        buffer[: len(chunk)] = chunk
        return len(chunk)
