"""What people attach: kept by content, shown by a name that misleads nobody, never looked into."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.files.rules import ending_of, shown_name

NAMES = [
    ("кот.pdf", "кот.pdf"),
    ("../../etc/passwd", "passwd"),
    ("C:\\Users\\x\\note.txt", "note.txt"),
    ("a\r\nContent-Type: text/html.txt", "html.txt"),
    ("photo\u202efdp.png", "photofdp.png"),
    ("a\x00b.txt", "ab.txt"),
    ("\u200b\ufeffx.txt", "x.txt"),
    ("a\u2066b\u2069.txt", "ab.txt"),
]


@pytest.mark.parametrize(("given", "shown"), NAMES)
def test_a_name_is_its_last_part_without_what_nobody_sees(given: str, shown: str) -> None:
    assert shown_name(given) == shown


@pytest.mark.parametrize("given", ["", ".", "..", "/", "\u202e", "a/", "\x00", " "])
def test_what_is_no_name_is_none(given: str) -> None:
    assert shown_name(given) == ""


def test_a_long_name_keeps_its_ending() -> None:
    assert shown_name("x" * 4_000 + ".pdf") == "x" * 251 + ".pdf"
    assert len(shown_name("x." + "y" * 4_000)) == 255


@pytest.mark.parametrize(
    ("name", "ending"), [("Invoice.pdf.EXE. ", "exe"), ("a", ""), (".bashrc", "bashrc"), ("a.", "")]
)
def test_the_ending_is_the_one_that_counts(name: str, ending: str) -> None:
    assert ending_of(name) == ending


@pytest.fixture
def attach(api: Any, new_ticket: Callable[..., int]) -> Callable[..., Any]:
    number = new_ticket()

    def sent(name: str, content: bytes = b"x") -> Any:
        return api("agent", "POST", f"/tickets/{number}/attachments", data={"file": (BytesIO(content), name)})

    return sent


def test_what_runs_at_a_double_click_is_refused_by_its_name(attach: Callable[..., Any]) -> None:
    for name in ("a.exe", "Invoice.pdf.EXE", "a.js", "a.lnk", "invoice\u202efdp.exe", "x" * 4_000 + ".exe", "a.exe. "):
        refused = attach(name)
        assert refused.status_code == 422, name
        assert [error["field"] for error in refused.json["errors"]] == ["file"]
    assert attach("a.pdf").status_code == 201


def test_a_desk_says_itself_which_kinds_it_takes(attach: Callable[..., Any], as_: Callable[..., Any]) -> None:
    with as_("admin") as uow:
        body = {"refused": [], "allowed": [".PDF", "png"]}
        saved = save_document(uow, name="core.uploads", body=body, reason="audit")
        activate_document(uow, revision_id=saved.id)
    assert [attach(name).status_code for name in ("a.pdf", "b.PNG", "c.exe", "d")] == [201, 201, 422, 422]


def test_an_archive_is_kept_and_never_opened(attach: Callable[..., Any]) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"0" * (20 << 20))
    made = attach("logs.zip", bomb.getvalue())
    assert (made.status_code, made.json["size"]) == (201, len(bomb.getvalue()))


@pytest.mark.parametrize("name", ["x.svg", "x.html", "x.xhtml", "x.xml", "x.pdf", "x.md"])
def test_whatever_it_says_it_is_it_comes_back_as_bytes_to_be_saved(
    attach: Callable[..., Any], api: Any, name: str
) -> None:
    made = attach(name, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    got = api("agent", "GET", f"/attachments/{made.json['id']}", buffered=True)
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("extra", [{"x": "y"}, {"public": "perhaps"}, {"file2": "b.txt"}])
def test_a_form_with_other_members_is_refused(api: Any, new_ticket: Callable[..., int], extra: dict[str, Any]) -> None:
    files = {
        name: (BytesIO(b"x"), file) for name, file in {"file": "a.txt", **extra}.items() if name.startswith("file")
    }
    data = {**extra, **files}
    assert api("agent", "POST", f"/tickets/{new_ticket()}/attachments", data=data).status_code == 422


def test_thousands_of_parts_are_refused_before_they_are_read(api: Any, new_ticket: Callable[..., int]) -> None:
    data = {"file": (BytesIO(b"x"), "a.txt"), **{f"x{n}": "y" for n in range(2_100)}}
    assert api("agent", "POST", f"/tickets/{new_ticket()}/attachments", data=data).status_code == 413
