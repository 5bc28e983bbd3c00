"""Query and header parameters as the OpenAPI page describes them."""

from collections.abc import Iterable
from typing import Any

from itsm.core.hookspecs.declarations import Field
from itsm.core.tickets.rules import CATEGORIES
from itsm.core.tickets.verbs.lists.filters import CODES, NUMBERS

Parameter = dict[str, Any]


def _query(name: str, description: str) -> Parameter:
    return {"in": "query", "name": name, "required": False, "description": description, "schema": {"type": "string"}}


def _header(name: str, description: str) -> Parameter:
    return {"in": "header", "name": name, "required": False, "description": description, "schema": {"type": "string"}}


IDEMPOTENCY = _header("Idempotency-Key", "1 to 200 printable characters; a repeat gets the first answer")
MATCH = _header("If-Match", "the ETag that you read, or * to overwrite")
STREAM = _query("stream", "ticket, person, organisation, team, configuration, plugin; several by commas")
PAGE = (
    _query("after", "`next` of an earlier answer"),
    {**_query("limit", "how many at most"), "schema": {"type": "integer", "minimum": 1}},
)


def filter_parameters(declared: Iterable[Field]) -> list[Parameter]:
    """Every filter of ticket lists: the core's, and the filterable fields of this desk."""
    several = "one or several values by commas"
    found = [
        _query("q", 'a number, or words, "phrases" and beginnings* as in the search'),
        _query("kind", several),
        _query("state_category", f"{', '.join(CATEGORIES)}, or unfinished"),
        _query("tag", several),
        _query("external_id", several),
        _query("premium", "true or false"),
        _query("incomplete", "true: those that lack a mandatory field; false: the others"),
    ]
    found += [_query(name, f"{several}; `none` for not set") for name in sorted(CODES)]
    found += [_query(name, "numbers by commas, `none` or `me`") for name in sorted(NUMBERS)]
    return found + [_query(f.name, f"{f.label.get('en', f.name)}; {several}") for f in declared if f.filterable]
