"""Pages over the wire: forms sent in place, texts packed, what a phone installs."""

import gzip
from collections.abc import Callable

from flask.testing import FlaskClient

from itsm.plugins.testing.visitors import Visitor

BROWSER = {"Accept-Encoding": "gzip, br"}


def test_a_form_in_place_that_leads_elsewhere_sends_the_browser_there(
    signed_in: Callable[[str], Visitor], new_ticket: Callable[..., int]
) -> None:
    agent = signed_in("agent")
    one, other = new_ticket(), new_ticket()
    there = {"HX-Request": "true", "HX-Current-URL": f"http://localhost/tickets/{one}"}
    same = agent.post(f"/tickets/{one}/tags", {"tag": "vip"}, headers=there)
    assert (same.status_code, same.headers["Location"]) == (302, f"/tickets/{one}")
    away = agent.post(f"/tickets/{one}/merge", {"number": str(other)}, headers=there)
    assert (away.status_code, away.headers["HX-Redirect"]) == (204, f"/tickets/{other}")
    assert "Location" not in away.headers
    assert f"#{one} was merged" in agent.get(f"/tickets/{other}").text


def test_a_refusal_in_place_is_the_page_again_and_no_error_of_the_browser(
    signed_in: Callable[[str], Visitor], new_ticket: Callable[..., int]
) -> None:
    agent, path = signed_in("agent"), f"/tickets/{new_ticket()}/work"
    refused = agent.post(path, {"minutes": "many"}, headers={"HX-Request": "true"})
    assert (refused.status_code, refused.headers["HX-Refused"]) == (200, "422")
    assert agent.post(path, {"minutes": "many"}).status_code == 422
    assert agent.post("/tickets/9999/work", {"minutes": "5"}, headers={"HX-Request": "true"}).status_code == 404


def test_texts_are_packed_for_who_takes_that_and_the_api_never(client: FlaskClient) -> None:
    plain = client.get("/sign-in")
    packed = client.get("/sign-in", headers=BROWSER)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    assert b"</html>" in gzip.decompress(packed.data)
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert "Content-Encoding" not in client.get("/api/v1/openapi.json", headers=BROWSER).headers


def test_scripts_of_others_are_served_by_ourselves_and_packed_once(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    address = next(part for part in page.split('"') if "htmx.min.js" in part)
    packed = client.get(address, headers=BROWSER, buffered=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "immutable" in packed.headers["Cache-Control"]
    assert gzip.decompress(packed.data) == client.get(address, buffered=True).data
    again = client.get(address, headers={**BROWSER, "If-None-Match": packed.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_a_phone_can_install_the_desk(client: FlaskClient) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    assert manifest.json is not None
    assert (manifest.json["display"], manifest.json["start_url"]) == ("standalone", "/start")
    assert client.get(manifest.json["icons"][0]["src"], buffered=True).mimetype == "image/svg+xml"
