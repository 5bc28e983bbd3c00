"""One row of a file of people → who it is, how to reach them, where they belong."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from itsm.core.importing.rules.cells import UNSAID, Cells, Column, Heading, Unreadable
from itsm.core.people.rules import address_fold
from itsm.core.schemas import LINE_CONTROL
from itsm.core.texts import say

LONGEST = {"addresses": 150, "contracts": 80, "domains": 253, "name": 200, "organisation": 200}


class Entry(NamedTuple):
    """What one row says; without a name it is about an organisation alone."""

    line: int
    name: str
    organisation: str
    contracts: Sequence[str]
    addresses: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    domains: Sequence[str] = ()

    @property
    def folds(self) -> Sequence[tuple[str, str]]:
        """The addresses in the form in which they are unique."""
        return list(dict.fromkeys((type, address_fold(type, value)) for type, value in self.addresses))


class Roll:
    """A mapping of people put onto the columns of one file."""

    def __init__(self, mapping: Mapping[str, Any], heading: Heading, columns: Mapping[str, Column]) -> None:
        self.mapping, self.heading, self.columns = mapping, heading, columns

    def read(self, line: int, cells: Cells) -> Entry:
        """One row. Raises `Unreadable`."""
        name, organisation = self._single(cells, "name"), self._single(cells, "organisation")
        if not name and not organisation:
            raise Unreadable("name", say("The row names neither a person nor an organisation."))
        addresses = [
            (how["type"], value)
            for how in self.mapping["addresses"]
            for value in self._several(cells, how, "addresses")
        ]
        contracts, domains = (self._of_organisation(cells, part) for part in ("contracts", "domains"))
        if contracts and not organisation:
            raise Unreadable("contracts", say("A contract needs its organisation."))
        if domains and not organisation:
            raise Unreadable("domains", say("A domain needs its organisation."))
        read = {name: self.columns[name].read(cells) for name in self.mapping["values"]}
        values = {name: value for name, value in read.items() if value is not None and value is not UNSAID}
        return Entry(line, name, organisation, contracts, addresses, values, domains)

    def _single(self, cells: Cells, name: str) -> str:
        value = self.columns[name].read(cells) if name in self.columns else None
        return "" if value is None or value is UNSAID else _line(name, str(value))

    def _of_organisation(self, cells: Cells, part: str) -> list[str]:
        return self._several(cells, self.mapping[part], part) if self.mapping[part] else []

    def _several(self, cells: Cells, how: Mapping[str, Any], place: str) -> list[str]:
        texts = [str(self.heading.text(cells, self.heading.place(column))) for column in how["from"]]
        parts = [part.strip() for text in texts for part in text.split(how["separator"])]
        return [_line(place, part) for part in dict.fromkeys(parts) if part]


def _line(place: str, text: str) -> str:
    if LINE_CONTROL.search(text) or len(text) > LONGEST[place]:
        raise Unreadable(place, say("{maximum} characters in one line at most.", maximum=LONGEST[place]))
    return text
