"""The OpenAPI page completed: which problems each operation answers, its name, and where its answers lead."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from flask import Flask

from itsm.core.fields.schemas import FIELDS_OF, described_values
from itsm.core.hookspecs.registry import Registry
from itsm.core.web.edge import EXTENSION, PUBLIC

Page = dict[str, Any]
Operation = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
TYPE = "application/problem+json"
PROBLEMS = {
    400: "What was sent cannot be read.",
    401: "The token is missing, unknown, expired or revoked.",
    403: "The token's holder may not do this.",
    404: "It is not there, or not visible to you.",
    409: "The wrong moment: somebody was quicker, or the state does not allow it.",
    412: "It changed since it was read; read it again.",
    413: "More than this desk takes.",
    415: "Another content type is wanted.",
    422: "Refused; `errors` names each field.",
    428: "Send `If-Match`.",
    429: "Too many calls; `Retry-After` says how many seconds to wait.",
    503: "The desk is not ready; try again.",
    507: "There is no room left on the desk's disk; nothing was changed.",
}
ENTRY = {
    "type": "object",
    "properties": {"field": {"type": "string"}, "message": {"type": "string"}, "source": {"type": "string"}},
    "required": ["field", "message", "source"],
    "additionalProperties": False,
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `errors` names the fields that are refused, and who refused them.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": ENTRY},
        "request_id": {"type": "string"},
    },
    "required": ["type", "title", "status"],
    "additionalProperties": False,
}
VARIABLE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


def page_of(app: Flask) -> Page:
    """The OpenAPI page of an application: what its blueprints say of their routes, completed."""
    written: Page = deepcopy(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict())
    views = {
        (path_of(rule.rule), method.lower()): (
            rule.endpoint,
            getattr(app.view_functions[rule.endpoint], "itsm_permission", ""),
        )
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    _put_fields(written, app.extensions[EXTENSION].registry)
    return complete(written, views)


def _put_fields(page: Page, registry: Registry) -> None:
    """Schemas that are made before the desk name only whose fields they take."""
    for schema in page["components"]["schemas"].values():
        values = schema.get("properties", {}).get("fields", {})
        subject = values.pop(FIELDS_OF, None)
        if subject is not None:
            values.update(described_values(registry.fields_of(subject).values()))


def path_of(rule: str) -> str:
    """`/tickets/<int:number>` as the page writes it."""
    return VARIABLE.sub(r"{\1}", rule)


def complete(page: Page, views: Mapping[tuple[str, str], tuple[str, str]]) -> Page:
    """Add to each operation its name, the problems it may answer, and links. views: (path, method) → (endpoint,
    permission)."""
    parts = page.setdefault("components", {})
    parts["responses"] = {f"Problem{status}": _response(status) for status in PROBLEMS}
    parts["schemas"] = {**parts.get("schemas", {}), "Problem": PROBLEM}
    for name in ("Error", "PaginationMetadata"):  # of the library; nothing here answers so
        parts["schemas"].pop(name, None)
    for path, method, operation, shared in operations(page):
        endpoint, permission = views.get((path, method), ("", ""))
        operation["operationId"] = endpoint.replace(".", "_")
        if permission == PUBLIC:
            operation["security"] = []
        answers = operation["responses"]
        own = {int(status) for status in answers if str(status).startswith("4")}
        for name in ("default", *map(str, own)):
            answers.pop(name, None)
        parameters = [*shared, *operation.get("parameters", ())]
        for status in sorted(own | _statuses(method, operation, parameters, public=permission == PUBLIC)):
            answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    _tag(page)
    _link(page)
    return page


def operations(page: Page) -> Iterator[tuple[str, str, Operation, list[Page]]]:
    """(path, method, operation, the parameters that the path's operations share) of a page."""
    for path, item in page["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method], item.get("parameters", [])


def _response(status: int) -> Page:
    answer: Page = {
        "description": PROBLEMS[status],
        "content": {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 429:
        wait = {"description": "seconds", "required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
        answer["headers"] = {"Retry-After": wait}
    return answer


def _statuses(method: str, operation: Operation, parameters: list[Page], *, public: bool) -> set[int]:
    """What can go wrong follows from what an operation takes."""
    found = {400, 401, 429, 503} if public else {400, 401, 403, 429, 503}
    places = {parameter["in"] for parameter in parameters}
    headers = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "header"}
    if "path" in places:
        found.add(404)
    if "query" in places:
        found.add(422)
    if method != "get":
        found |= {404, 409, 422, 507}
    if "requestBody" in operation:
        found |= {413, 415}
    if "If-Match" in headers:
        found |= {412, 428} if headers["If-Match"].get("required") else {412}
    return found


def _tag(page: Page) -> None:
    """What has a version is answered with an ETag."""
    etag = {"description": "for `If-Match`", "required": True, "schema": {"type": "string"}}
    for _, _, operation, _ in operations(page):
        for answer in operation["responses"].values():
            shape = _shape(page, answer.get("content", {}).get(JSON, {}).get("schema", {}))
            if "version" in shape.get("properties", {}):
                answer.setdefault("headers", {})["ETag"] = etag


def _link(page: Page) -> None:
    """From what was made to what can be done with it: `POST /tickets` leads to all of `/tickets/{number}…`."""
    for path, method, operation, _ in list(operations(page)):
        made = operation["responses"].get("201", {})
        shape = _shape(page, made.get("content", {}).get(JSON, {}).get("schema", {}))
        for key in ("number", "id"):
            if method == "post" and key in shape.get("properties", {}):
                made["links"] = {
                    other["operationId"]: {
                        "operationId": other["operationId"],
                        "parameters": {variable: f"$response.body#/{key}"},
                    }
                    for place, _, other, _ in operations(page)
                    if (variable := _only_variable(place, path))
                }
                break


def _shape(page: Page, schema: Page) -> Page:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Page = page["components"]["schemas"].get(name, schema)
    return found


def _only_variable(place: str, path: str) -> str:
    """The variable of `place`, when that is `path` with one variable and perhaps more words behind it."""
    found = re.fullmatch(re.escape(path) + r"/\{([^{}]+)\}(/[^{}]*)?", place)
    return found.group(1) if found else ""
