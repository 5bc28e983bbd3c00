"""The entries of one list of a document as a table: what is short, in columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from itsm.core.configuration.forms.build import Maker
from itsm.core.configuration.forms.parts import fields_in_order, kind_of
from itsm.core.configuration.forms.words import WORDS
from itsm.core.texts import fold, label_text, say
from itsm.core.web.edge import locale, translated
from itsm.core.work.uow import UnitOfWork

SHORT = ("line", "number", "choice", "several", "yes_no")
MOST_COLUMNS, MOST_ROWS = 6, 300
IDENTITIES = ("key", "name", "value", "field", "id")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. ref: what it is called in addresses; place: where it stands in the list; cells: of each column."""

    ref: str
    place: int
    title: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A list of a document. codes: which columns hold keys. total: how many entries there are, of which `rows` show."""

    name: str
    title: str
    columns: Sequence[str]
    codes: Sequence[bool]
    rows: Sequence[Row]
    total: int


def table_of(uow: UnitOfWork, schema: Schema, body: Mapping[str, Any], name: str, title: str, words: str) -> Table:
    """The entries whose words contain these words; columns in which nothing stands are left out."""
    entries = body.get(name, [])
    maker, declared = Maker(uow, body), fields_in_order(schema)
    short = {n: _cell(maker, d) for n, d in declared.items() if n != "label" and kind_of(d) in SHORT}
    rows = [
        (place, title_of(one, place), {n: cell(one[n]) for n, cell in short.items() if n in one})
        for place, one in enumerate(entries)
    ]
    wanted = fold(words)
    found = [row for row in rows if wanted in fold(" ".join([row[1], *row[2].values()]))][:MOST_ROWS]
    columns = [n for n in short if any(cells.get(n) for _, _, cells in found)][:MOST_COLUMNS]
    made = [Row(ref_of(entries, p), p, t, [c.get(n, "") for n in columns]) for p, t, c in found]
    titles, codes = [_column(declared[n], n) for n in columns], [n in IDENTITIES for n in columns]
    return Table(name, title, titles, codes, made, len(entries))


def _column(declared: Any, name: str) -> str:
    told = declared.metadata.get("label") or WORDS.get(name)
    return translated(told) if told else name.replace("_", " ").capitalize()


def _cell(maker: Maker, declared: Any) -> Callable[[Any], str]:
    """What turns a value into its words; the words are looked up once for the whole column."""
    inner = getattr(declared, "inner", declared)
    words = dict(maker.options(declared, inner, ()))
    yes = translated(say("yes"))

    def cell(value: Any) -> str:
        if isinstance(value, bool):
            return yes if value else ""
        several = value if isinstance(value, list | tuple) else [value]
        return ", ".join(words.get(str(one), str(one)).strip("– ") for one in several if one not in (None, ""))

    return cell


def title_of(entry: Mapping[str, Any], place: int) -> str:
    """What people call an entry."""
    named = next((str(entry[name]) for name in IDENTITIES if entry.get(name)), "")
    return label_text(entry.get("label"), locale()) or named or str(place + 1)


def ref_of(entries: Sequence[Mapping[str, Any]], place: int) -> str:
    """What an entry is called in addresses: its key, so that nobody hits another one; its place where it has none."""
    key = str(entries[place].get("key") or entries[place].get("name") or "")
    return key if key and "/" not in key and not key.isdigit() else str(place)


def place_of(entries: Sequence[Mapping[str, Any]], ref: str) -> int | None:
    """The place of the entry that an address names."""
    for place, entry in enumerate(entries):
        if ref in (entry.get("key"), entry.get("name")):
            return place
    number = int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 6 else len(entries)
    return number if number < len(entries) else None
