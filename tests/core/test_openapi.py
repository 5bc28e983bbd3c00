"""The OpenAPI page: valid 3.1, and true to what this desk offers."""

from typing import Any

import pytest
from openapi_spec_validator import validate

from itsm.core.web.described import JSON, operations, path_of
from itsm.plugins.machinery.desk import Desk

DOWNLOAD = "application/octet-stream"


@pytest.fixture
def page(client: Any) -> Any:
    return client.get("/api/v1/openapi.json").json


def test_it_is_valid_and_lists_what_plugins_add(client: Any, desk: Desk) -> None:
    page = client.get("/api/v1/openapi.json").json
    validate(page)
    assert page["openapi"].startswith("3.1")
    opening = page["components"]["schemas"]["TicketOpenIn"]["properties"]["fields"]["properties"]
    assert set(opening) == set(desk.registry.fields_of("ticket"))
    listed = {p["name"] for p in page["paths"]["/api/v1/tickets"]["get"]["parameters"]}
    assert {"team", "assignee", "incidents.impact", "after", "limit"} <= listed
    assert "incidents.problem" not in listed


def test_every_documented_filter_is_taken(api: Any, client: Any) -> None:
    page = client.get("/api/v1/openapi.json").json
    values = {
        "state_category": "open",
        "premium": "true",
        "incomplete": "true",
        "incidents.major": "true",
        "incidents.impact": "high",
    }
    for parameter in page["paths"]["/api/v1/tickets/count"]["get"]["parameters"]:
        name = parameter["name"]
        answer = api("agent", "GET", "/tickets/count", query_string={name: values.get(name, "1")})
        assert answer.status_code == 200 or "Must be one of" in answer.text, (name, answer.text)


def test_every_route_of_the_api_stands_on_the_page(page: Any, world: Any) -> None:
    listed = {(path, method.upper()) for path, method, _, _ in operations(page)}
    served = {
        (path_of(rule.rule), method)
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert listed == served


def test_every_operation_says_what_it_answers(page: Any) -> None:
    """A shape that is named and closed, a download, or nothing; and every problem that can come instead."""
    vague = []
    for path, method, operation, _ in operations(page):
        if path == "/api/v1/openapi.json":
            continue
        answers = operation["responses"]
        good = {status: answer for status, answer in answers.items() if status.startswith("2")}
        shapes = [answer.get("content", {}).get(JSON, {}).get("schema") for answer in good.values()]
        closed = [page["components"]["schemas"][s["$ref"].rpartition("/")[2]] for s in shapes if s and "$ref" in s]
        plain = [status for status, answer in good.items() if status == "204" or DOWNLOAD in answer.get("content", {})]
        named = all(schema.get("additionalProperties") is False for schema in closed)
        if not good or not named or len(closed) + len(plain) != len(good):
            vague.append(f"{method.upper()} {path}: name an answer, @api.response(200, SomethingOut)")
        if not {"400", "401", "403", "429", "503"} <= set(answers) or "default" in answers:
            vague.append(f"{method.upper()} {path}: problems are missing")
    assert vague == []


def test_what_is_made_leads_to_what_can_be_done_with_it(page: Any) -> None:
    links = page["paths"]["/api/v1/tickets"]["post"]["responses"]["201"]["links"]
    assert links["tickets_api_read_one"]["parameters"] == {"number": "$response.body#/number"}


def test_fields_of_people_are_described(page: Any, desk: Desk) -> None:
    described = page["components"]["schemas"]["PersonIn"]["properties"]["fields"]
    assert set(described["properties"]) == set(desk.registry.fields_of("person"))
    assert described["additionalProperties"] is False
