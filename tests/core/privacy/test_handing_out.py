"""Everything that the desk holds about one person, in one ZIP, with no secret in it."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from itsm.core.access.models import Account
from itsm.core.errors import Conflict, Forbidden
from itsm.core.ledger.verbs import history
from itsm.core.privacy.commands import erase, export
from itsm.core.privacy.verbs import erase_person, export_person
from itsm.core.tickets.verbs import add_comment, attach_file, open_ticket
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample


def a_past(desk: Desk, sample: Sample) -> int:
    """A ticket of the requester with an answer, a note and a file."""
    with desk.unit_of_work(sample.act(desk, "requester")) as uow:
        number = open_ticket(uow, kind="incident", title="Принтер", description="не печатает").id
        attach_file(uow, store=desk.files, number=number, name="снимок.txt", content=io.BytesIO(b"shot"))
    with desk.unit_of_work(sample.act(desk, "agent")) as uow:
        add_comment(uow, number=number, body="Посмотрим")
    return number


def handed_out(desk: Desk, person_id: int) -> zipfile.ZipFile:
    file = io.BytesIO()
    with desk.unit_of_work(TESTER) as uow:
        export_person(uow, person_id=person_id, store=desk.files, to=file)
    return zipfile.ZipFile(file)


def test_all_that_is_held_stands_in_it(desk: Desk, sample: Sample) -> None:
    number = a_past(desk, sample)
    person = sample.people["requester"]
    archive = handed_out(desk, person.id)
    told = {
        name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist() if ".json" in name
    }
    assert told["core.profile"][0]["name"] == person.name
    assert [ticket["title"] for ticket in told["core.tickets"]] == ["Принтер"]
    assert [comment["body"] for comment in told["core.comments"]] == ["Посмотрим"]
    assert [file["name"] for file in told["core.files"]] == ["снимок.txt"]
    assert archive.read(f"files/{told['core.files'][0]['sha256']}") == b"shot"
    assert {(e["stream"], e["subject_id"]) for e in told["core.events"]} >= {("person", person.id), ("ticket", number)}
    assert told["rows.address"][0]["value"]
    assert told["rows.account"]


def test_no_secret_stands_in_it(desk: Desk, sample: Sample) -> None:
    archive = handed_out(desk, sample.people["admin"].id)
    everything = "".join(archive.read(name).decode() for name in archive.namelist())
    with desk.unit_of_work(TESTER, write=False) as uow:
        account = uow.session.get_one(Account, sample.people["admin"].id)
        assert account.password_hash not in everything
    assert "argon2" not in everything
    assert sample.tokens["admin"] not in everything


def test_the_ledger_tells_that_it_was_handed_out(desk: Desk, sample: Sample) -> None:
    person = sample.people["requester"].id
    handed_out(desk, person)
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert history(uow.session, "person", person)[-1][0].type == "person_exported"


def test_it_asks_for_the_permission_and_for_somebody_who_is_there(desk: Desk, sample: Sample) -> None:
    person = sample.people["requester"].id
    with pytest.raises(Forbidden), desk.unit_of_work(sample.act(desk, "agent")) as uow:
        export_person(uow, person_id=person, store=desk.files, to=io.BytesIO())
    with desk.unit_of_work(TESTER) as uow:
        erase_person(uow, person_id=person, reason="x")
    with pytest.raises(Conflict, match="was erased"):
        handed_out(desk, person)


class Standing:
    """The desk as a command meets it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def unit_of_work(self, *, write: bool = True) -> Any:
        return self.desk.unit_of_work(TESTER, write=write)


def test_the_commands_know_people_by_address_and_by_number(desk: Desk, sample: Sample, tmp_path: Path) -> None:
    number = a_past(desk, sample)
    person = sample.people["requester"].id
    target = tmp_path / "her.zip"

    def run(command: Any, *arguments: str) -> Any:
        return CliRunner().invoke(command, ["person", *arguments], obj=lambda: Standing(desk), catch_exceptions=False)

    told = run(export, str(person), "--to", str(target))
    assert "core.tickets 1" in told.output
    assert target.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["her.zip"]
    assert "tickets: 1" in run(erase, f"#{person}", "--reason", "просьба", "--yes").output
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert history(uow.session, "ticket", number)[-1][0].type == "ticket_erased"


def test_the_pages_show_what_will_be_and_do_it_once_it_is_meant(signed_in: Any, sample: Sample, desk: Desk) -> None:
    a_past(desk, sample)
    person = sample.people["requester"].id
    admin = signed_in("admin")
    answer = admin.post(f"/people/{person}/export", {})
    assert zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    answer.close()
    page = admin.get(f"/people/{person}/erase")
    assert "<dd>1</dd>" in page.text
    form = {"reason": "просьба", "version": "1"}
    assert admin.post(f"/people/{person}/erase", form).status_code == 422
    assert admin.post(f"/people/{person}/erase", {**form, "sure": "1"}).status_code == 302
    assert "Erased person" in admin.get(f"/people/{person}").text
    assert signed_in("agent").get(f"/people/{person}/erase").status_code == 403
