"""Links, parents, merge, split, tags, watchers, work time and files over the API."""

from io import BytesIO
from typing import Any

import pytest


@pytest.fixture
def two(api: Any) -> list[int]:
    """The numbers of two incidents."""
    made = [api("agent", "POST", "/tickets", json={"kind": "incident", "title": f"T{n}"}) for n in range(2)]
    return [m.json["number"] for m in made]


def test_what_hangs_around_a_ticket_leaves_its_etag_alone(api: Any, two: list[int]) -> None:
    one, other = two
    path = f"/tickets/{one}"
    etag = api("agent", "GET", path).headers["ETag"]
    assert api("agent", "POST", f"{path}/links", json={"to": other}).status_code == 204
    assert api("agent", "POST", f"{path}/tags", json={"tag": "Касса"}).status_code == 204
    assert api("agent", "POST", f"{path}/watchers", json={}).status_code == 204
    assert api("agent", "POST", f"{path}/work", json={"minutes": 15}).status_code == 201
    assert api("agent", "GET", path).headers["ETag"] == etag
    assert [t["number"] for t in api("agent", "GET", "/tickets?tag=касса").json["items"]] == [one]
    assert api("agent", "DELETE", f"{path}/tags/КАССА").status_code == 204
    assert api("agent", "GET", "/tickets/count?tag=касса").json["count"] == 0


def test_a_child_and_a_merge(api: Any, two: list[int]) -> None:
    one, other = two
    assert api("agent", "PUT", f"/tickets/{one}/parent", json={"parent": other}).json["parent"] == other
    assert api("agent", "PUT", f"/tickets/{one}/parent", json={"parent": one}).status_code == 422
    assert api("agent", "PUT", f"/tickets/{one}/parent", json={"parent": None}).json["parent"] is None
    assert api("agent", "POST", f"/tickets/{one}/merge", json={"into": other}).json["number"] == other
    assert api("agent", "GET", f"/tickets/{one}").json["merged_into"] == other


def test_messages_are_split_off(api: Any, two: list[int]) -> None:
    comment = api("agent", "POST", f"/tickets/{two[0]}/comments", json={"body": "и ещё сканер"}).json["id"]
    split = api("agent", "POST", f"/tickets/{two[0]}/split", json={"comments": [comment], "title": "Сканер"})
    assert (split.status_code, split.json["description"]) == (201, "и ещё сканер")


@pytest.mark.parametrize("name", ["кот.pdf", "../../etc/passwd", "<script>.svg", "C:/tmp/c.log"])
def test_a_file_keeps_its_name_and_comes_back_as_a_download(api: Any, two: list[int], name: str) -> None:
    content = b"\x00<script>alert(1)</script>"
    path = f"/tickets/{two[0]}/attachments"
    made = api("agent", "POST", path, data={"file": (BytesIO(content), name)})
    assert made.status_code == 201, made.json
    assert made.json["name"] == name.replace("\\", "/").rsplit("/", 1)[-1]
    got = api("agent", "GET", f"/attachments/{made.json['id']}")
    assert got.data == content
    got.close()
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert api("stranger", "GET", f"/attachments/{made.json['id']}").status_code == 404


@pytest.mark.parametrize("public", ["", "yes", "True", "0"])
def test_whether_a_file_is_public_is_said_as_the_page_of_the_api_says(api: Any, two: list[int], public: str) -> None:
    data = {"file": (BytesIO(b"x"), "x.txt"), "public": public}
    refused = api("agent", "POST", f"/tickets/{two[0]}/attachments", data=data)
    assert (refused.status_code, [error["field"] for error in refused.json["errors"]]) == (422, ["public"])


def test_an_internal_file_is_for_staff(api: Any, sample: Any) -> None:
    who = sample.people["requester"].id
    body = {"kind": "incident", "title": "x", "requested_for": who}
    number = api("agent", "POST", "/tickets", json=body).json["number"]
    data = {"file": (BytesIO(b"x"), "x.txt"), "public": "false"}
    made = api("agent", "POST", f"/tickets/{number}/attachments", data=data).json
    assert api("requester", "GET", f"/tickets/{number}").status_code == 200
    assert api("requester", "GET", f"/attachments/{made['id']}").status_code == 404
