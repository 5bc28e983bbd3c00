"""Hostile requests, made from what the desk itself offers: its routes, the forms on its pages, its OpenAPI page."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from werkzeug.routing import Rule

from itsm.plugins.testing.forms import Form, forms_of
from tests.security.furnished import Furnished
from tests.security.hostile import BODIES, HEADERS, STEPS, TEXTS, VALUES, share

ARGUMENT = re.compile(r"<(?:[^<>:]+:)?(\w+)>")
# A little that is true, so that what is hostile is reached and not refused for its neighbours.
TRUE = {
    "kind": "incident", "title": "x", "name": "x", "body": "x", "type": "email", "value": "y@example.org",
    "transition": "take", "reason": "because", "key": "k" * 9, "minutes": 5, "tag": "x", "to": 2, "into": 2,
    "parent": 2, "comments": [1], "person": 1, "public": True,
}  # fmt: skip


@dataclass
class Shot:
    """One request. about: which part of it is hostile, for people who read a failure."""

    method: str
    path: str
    about: str
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path[:160]} [{self.about[:160]}]"


def address(rule: Rule, places: Mapping[str, list[Any]], turn: int = 0, **instead: str) -> str:
    """A rule with values for its arguments; those `instead` are escaped already."""

    def value(found: re.Match[str]) -> str:
        if found[1] in instead:
            return instead[found[1]]
        known = places.get(found[1]) or [1]
        return quote(str(known[turn % len(known)]), safe="")

    return ARGUMENT.sub(value, rule.rule)


def forms_on(made: Furnished, visitor: Any, pages: Iterable[str]) -> Iterator[tuple[str, Form]]:
    """Every form of these pages once: by the route it is sent to and the names of its fields."""
    seen = set()
    router = made.app.url_map.bind("localhost")
    for page in pages:
        shown = visitor.get(page)
        for form in forms_of(shown.text) if shown.mimetype == "text/html" else ():
            if form.method == "dialog":
                continue  # sent to nobody
            place = urlsplit(form.action or page).path
            endpoint, _ = router.match(place, method=form.method.upper())
            key = (endpoint, form.method, frozenset(control.name for control in form.controls))
            if key not in seen:
                seen.add(key)
                yield page, form


def shots_at_form(page: str, form: Form, turn: Iterator[int], most: int | None) -> Iterator[Shot]:
    """One field hostile at a time, then missing, doubled, unknown ones, then bodies that are no forms."""
    base = {c.name: [_filled(c.name, v) for v in c.values] or [_filled(c.name, "")] for c in form.controls}
    names = [name for name in base if name != "csrf_token"]
    for name in names:
        for value in share(TEXTS, next(turn), most):
            yield _sent(page, form, {**base, name: [value]}, f"{name}={value[:60]!r}")
        yield _sent(page, form, {k: v for k, v in base.items() if k != name}, f"without {name}")
        yield _sent(page, form, {**base, name: ["a", "b"]}, f"{name} twice")
    yield _sent(page, form, {**base, "is_admin": ["1"]}, "a field that the form does not have")
    yield _sent(page, form, {**base, "fields[0]\x00": ["1"]}, "a name that is none")
    if form.method == "post":
        token = {"csrf_token": base.get("csrf_token", [""])}
        yield _sent(page, form, token, "nothing but the token")
        for name in names[:3]:
            file = (BytesIO(b"x"), '../\u202e<svg onload=canary(1)>".html')
            yield _sent(page, form, {**base, name: [file]}, f"a file as {name}")
        for body, kind in share(BODIES, next(turn), most):
            yield Shot("POST", form.action or page, f"a body of {kind!r}", body, {"X-CSRFToken": "?"}, kind)


def _filled(name: str, value: str) -> Any:
    return value if value or name not in TRUE else str(TRUE[name])


def _sent(page: str, form: Form, values: Mapping[str, list[Any]], about: str) -> Shot:
    where = (form.action or page).split("#")[0]
    if form.method == "post":
        return Shot("POST", where, about, dict(values))
    return Shot("GET", f"{where.split('?')[0]}?{urlencode(values, doseq=True)}", about)


def shots_at_rule(made: Furnished, rule: Rule, turn: Iterator[int], most: int | None) -> Iterator[Shot]:
    """Hostile steps of the path, headers, parameters; for routes that change things, bodies too."""
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        for argument in sorted(rule.arguments):
            for step in share(STEPS, next(turn), most):
                yield Shot(method, address(rule, made.places, **{argument: step}), f"{argument}={step[:60]!r}")
        for name, value in share(HEADERS, next(turn), most):
            yield Shot(method, address(rule, made.places, next(turn)), f"{name}: {value[:60]!r}", headers={name: value})
        for value in share(TEXTS, next(turn), most):
            asked = urlencode({"q": value, "x" + value[:9]: value[:2_000]})
            yield Shot(method, f"{address(rule, made.places)}?{asked}", f"?q={value[:60]!r}")
        if method != "GET":
            for body, kind in share(BODIES, next(turn), most):
                yield Shot(method, address(rule, made.places), f"a body of {kind!r}", body, content_type=kind)


def shots_at_api(made: Furnished, spec: Mapping[str, Any], turn: Iterator[int], most: int | None) -> Iterator[Shot]:
    """Every parameter and every property of every operation, one hostile at a time."""
    shapes = spec["components"]["schemas"]
    for template, operations in spec["paths"].items():
        path = template.format_map(_Steps((k, quote(str(v[0]), safe="")) for k, v in made.places.items()))
        for method in sorted(set(operations) & {"get", "post", "put", "patch", "delete"}):
            operation = operations[method]
            for asked in operation.get("parameters", ()):
                if isinstance(asked, dict) and asked.get("in") == "query":
                    for value in share(TEXTS, next(turn), most):
                        yield Shot(
                            method.upper(),
                            f"{path}?{urlencode({asked['name']: value})}",
                            f"?{asked['name']}={value[:60]!r}",
                        )
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                yield from _bodies(method.upper(), path, _properties(content["schema"], shapes), turn, most)


class _Steps(dict[str, str]):
    """Values for a path; what nobody knows is tried as 1."""

    def __missing__(self, key: str) -> str:
        return "1"


def _properties(shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in shape:
        shape = shapes[shape["$ref"].rsplit("/", 1)[1]]
    found = dict(shape.get("properties", {}))
    for part in (*shape.get("allOf", ()), *shape.get("anyOf", ())):
        found |= _properties(part, shapes)
    return found


def _bodies(method: str, path: str, names: Mapping[str, Any], turn: Iterator[int], most: int | None) -> Iterator[Shot]:
    base = {name: TRUE[name] for name in names if name in TRUE}
    matching = {"If-Match": "*"}
    for name in names:
        for value in share(VALUES, next(turn), most):
            yield _json(method, path, {**base, name: value}, f"{name}: {str(value)[:60]!r}", matching)
        for inner in share(sorted(names[name].get("properties", {})), next(turn), most):
            for value in share(VALUES, next(turn), 1 if most else None):
                about = f"{name}.{inner}: {str(value)[:60]!r}"
                yield _json(method, path, {**base, name: {inner: value}}, about, matching)
    yield _json(method, path, {**base, "is_admin": True}, "a property that is unknown", matching)
    yield _json(method, path, [base], "a list around it", matching)


def _json(method: str, path: str, body: Any, about: str, headers: Mapping[str, str]) -> Shot:
    return Shot(method, path, about, json.dumps(body).encode(), dict(headers), "application/json")
