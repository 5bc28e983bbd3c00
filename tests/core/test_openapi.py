"""The OpenAPI page: valid 3.1, and true to what this desk offers."""

from typing import Any

from openapi_spec_validator import validate

from itsm.plugins.machinery.desk import Desk


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
