"""What an address asks of the queue. Without its place in the list this is a view, which can be kept by a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

UNFINISHED = {"state_category": "unfinished"}
URGENT_FIRST = {"group": "priority", "sort": "number"}  # and the older one of two that are as urgent
PLACES = ("after", "before")
SHAPES = ("sort", "group", "columns")
SHOWN = "shown"  # the columns of a page that refreshes itself, whatever is preferred meanwhile
OPEN = "open"  # the panel of tools that is unfolded
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """filters: as typed; `applied` are those that narrow. columns: names, () for the usual ones of this person."""

    filters: Mapping[str, str]
    sort: str = ""
    group: str = ""
    columns: tuple[str, ...] = ()
    after: str = ""
    before: str = ""
    shown: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: "MultiDict[str, str]") -> "Asked":
        """Read the query of an address; a name that stands there several times has several values."""
        texts = {name: _joined(given.getlist(name)) for name in given}
        filters = {name: text for name, text in texts.items() if text and name not in (*PLACES, *SHAPES, SHOWN, OPEN)}
        columns, shown = (tuple(dict.fromkeys(texts.get(name, "").split(","))) for name in ("columns", SHOWN))
        shapes = {name: texts.get(name, "") for name in ("sort", "group", *PLACES)}
        return cls(filters or UNFINISHED, columns=_named(columns), shown=_named(shown), **shapes)

    @property
    def applied(self) -> dict[str, str]:
        """The filters without that which asks for all."""
        return {name: value for name, value in self.filters.items() if (name, value) != ("state_category", "all")}

    @property
    def view(self) -> dict[str, str]:
        """What stands in the address, but for the place in the list."""
        shape = {"sort": self.sort, "group": self.group, "columns": ",".join(self.columns)}
        return {**self.filters, **{name: value for name, value in shape.items() if value}}

    def url(self, endpoint: str = "tickets.queue", **places: str) -> str:
        """The address of this list, from a place on."""
        return address({**self.view, **places}, endpoint)

    def here(self, endpoint: str = "tickets.queue", **more: str) -> str:
        """The address of this page of the list."""
        places = {"after": self.after, "before": self.before, **more}
        return self.url(endpoint, **{name: value for name, value in places.items() if value})

    def live(self) -> str:
        """The address of the rows of this page alone."""
        return self.here("tickets.rows", **{SHOWN: ",".join(self.shown)})

    def sorted(self, sort: str) -> "Asked":
        """The same in another order, from its beginning."""
        return replace(self, sort=sort, after="", before="")


def address(query: Mapping[str, str], endpoint: str = "tickets.queue") -> str:
    """Not by `url_for`, to which names from an address could be instructions."""
    return f"{url_for(endpoint)}?{urlencode(query)}"


def _joined(texts: Sequence[str]) -> str:
    return ",".join(text.strip() for text in texts if text.strip())


def _named(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in parts if part.strip())
