"""Strict addresses and strict JSON in, and the blueprint class of every API."""

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

from flask import Request, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.routing import IntegerConverter

from itsm.core.errors import Invalid
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say

DEEPEST = 60
V = TypeVar("V", bound=Callable[..., Any])


class Id(IntegerConverter):
    """`<int:…>` in a path: a number that no id can be is one that nobody has, for neither database takes it.

    Not the converter's own maximum: werkzeug then answers 405 where the path has other methods too. And its pattern
    takes ٣ for 3.
    """

    regex = r"[0-9]+"

    def to_python(self, value: str) -> int:
        return min(int(super().to_python(value)), MAX_ID) if len(value) < 20 else MAX_ID


def refuse_nul() -> None:
    """No parameter of an address holds a NUL: SQLite looks for it and finds nothing, PostgreSQL refuses it."""
    if b"%00" not in request.query_string:
        return
    for name, value in request.args.items(multi=True):
        if "\x00" in name + value:
            raise Invalid.field(name.replace("\x00", "")[:80], say("Control characters are not allowed here."))


class StrictParser(FlaskParser):
    """Reads bodies that are JSON and nothing else: no NaN, no depth bomb, no numbers of a thousand digits; refuses
    unknown parameters by name."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012  (the schema itself says)

    def load_json(self, req: Request, schema: Any) -> Any:
        body = req.get_data(cache=True)
        if body and not req.is_json:
            raise UnsupportedMediaType("Send application/json.")
        if not body:
            return {}
        return parse_json(body)


def parse_json(body: bytes) -> Any:
    """The value of a JSON text; `BadRequest` says what is wrong with it and where."""
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        raise BadRequest("The JSON is nested too deeply.") from None
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"Not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from None
    except ValueError:
        raise BadRequest("The JSON holds a number that is too long.") from None
    if _depth(value) > DEEPEST:
        raise BadRequest("The JSON is nested too deeply.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise BadRequest(f"{name} is not JSON.")


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        inner = [v for v in level if isinstance(v, dict | list)]
        level = [item for v in inner for item in (v.values() if isinstance(v, dict) else v)]
        depth += 1
    return depth


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose routes appear in the OpenAPI page and parse strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def route(self, rule: str, **options: Any) -> Callable[[V], V]:
        """Serve a view at `rule`."""
        return cast(Callable[[V], V], super().route(rule, **options))

    def arguments(self, schema: Any, **options: Any) -> Callable[[V], V]:
        """Parse the body (or `location=`) by a marshmallow schema; what it refuses is a 422 that names the field."""
        return cast(Callable[[V], V], super().arguments(schema, **{"error_status_code": 422, **options}))

    def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[V], V]:
        """Document the answer."""
        return cast(Callable[[V], V], super().response(status, schema, **options))

    def doc(self, **described: Any) -> Callable[[V], V]:
        """Describe what schemas do not: query and header parameters."""
        return cast(Callable[[V], V], super().doc(**described))
