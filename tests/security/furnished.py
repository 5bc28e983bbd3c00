"""A desk with something of everything in it, every text of it written by the caller."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask

from itsm.app import build
from itsm.blocks.answers.schemas import MacroSchema
from itsm.blocks.answers.verbs import save_ready
from itsm.blocks.services.verbs import add_service
from itsm.core.configuration.outside import from_text
from itsm.core.configuration.verbs import activate_document, document, save_document
from itsm.core.errors import DeskError
from itsm.core.fields.schemas import read_fields
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.shows import Badge
from itsm.core.importing.runs.verbs import ask_import
from itsm.core.tables import csv_lines
from itsm.core.work.jobs import drain
from itsm.core.work.models import OwedCall
from itsm.core.work.session import Database
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import Member
from itsm.plugins.testing.visitors import enter
from itsm.plugins.testing.worlds import Clock
from tests.fixtures import INCIDENTS, TESTER, World, fill, settings_for
from tests.real import make_tables

# From where it stands and how many characters fit there.
Words = Callable[[str, int], str]
TYPES = ("text", "long_text", "whole", "decimal", "yes_no", "date", "moment", "duration", "money", "file")
MUST_TAKE = ("core.fields", "core.topics", "workflow.incident", "oidc.providers", "rules.tickets.opening")
# A name in a multipart body ends at a double quote; browsers send %22.
FILE_NAME = str.maketrans({"/": "-", '"': None})


@dataclass
class Furnished:
    """The desk, and where its things are: values for the arguments of routes, by their names."""

    desk: Desk
    app: Flask
    world: World
    places: dict[str, list[Any]] = field(default_factory=dict)

    def api(self, who: str, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any) -> Any:
        """A call that must succeed."""
        given = {"Authorization": f"Bearer {self.world.sample.tokens[who]}", **(headers or {})}
        answer = self.app.test_client().open(f"/api/v1{path}", method=method, headers=given, buffered=True, **more)
        assert answer.status_code < 300, (method, path, answer.text)
        return answer.json if answer.data else None

    def keep(self, name: str, value: Any) -> Any:
        """Note a place."""
        self.places.setdefault(name, []).append(value)
        return value


def furnish(world: World, words: Words) -> Furnished:
    """Fill the world's desk; it is built anew, for the fields and labels that are its own now."""
    body = _fields(words)
    _configure(world, words, body)
    loud = Member("loud", "1", "loud.hooks", hooks=_loud(world, words))
    database = Database(world.desk.database.url, world.desk.database.outer)
    settings = replace(world.desk.settings, rate_people=0, rate_tokens=0, rate_strangers=0)
    desk, app = build(
        settings, ["incidents", "loud"], database=database, clock=world.clock, members=[INCIDENTS, loud],
        fields=read_fields(body),
    )  # fmt: skip
    assert not desk.aside, desk.aside
    made = Furnished(desk, app, world)
    _people(made, words)
    for _ in range(2):
        _ticket(made, words)
    _around(made, words)
    _ready(made, words)
    _accounts(made, words)
    _imports(made, words)
    while drain(desk):
        pass
    _fixed(made)
    return made


@contextmanager
def standing(folder: Path, words: Words) -> Iterator[Furnished]:
    """The same on SQLite, committed, for a real server in front of it; its clock stands still."""
    url = f"sqlite:///{folder / 'desk.sqlite3'}"
    make_tables(url)
    database, clock = Database(url), Clock(datetime.now(UTC))
    desk, app = build(settings_for(folder, url), ["incidents"], database=database, clock=clock, members=[INCIDENTS])
    made = furnish(World(None, desk, app, fill(desk), clock, [INCIDENTS]), words)  # type: ignore[arg-type]
    yield made
    made.desk.database.dispose()
    database.dispose()


def _loud(world: World, words: Words) -> Any:
    text = {"en": words("badge", 60), "ru": words("badge", 60)}
    module = ModuleType("loud.hooks")
    module.__file__ = str(world.desk.settings.data_dir / "loud" / "hooks.py")

    @hook
    def ticket_badges(uow: Any, ticket_id: int) -> Any:
        return [Badge(text)]

    vars(module)["ticket_badges"] = ticket_badges
    return module


def _fields(words: Words) -> dict[str, Any]:
    made = []
    for subject in ("ticket", "person", "organisation", "team"):
        for type in (*TYPES, "choice", "choices"):
            entry: dict[str, Any] = {"name": f"desk.{subject}_{type}", "type": type, "subject": subject, "public": True}
            entry["label"] = {"en": words("field label", 120), "ru": words("field label", 120)}
            entry["help"] = {"en": words("field help", 500), "ru": words("field help", 500)}
            if type in ("choice", "choices"):
                label = {"en": words("choice", 120), "ru": words("choice", 120)}
                entry["choices"] = [{"value": "a", "label": label}]
            made.append(entry)
    return {"fields": made}


def _configure(world: World, words: Words, fields: dict[str, Any]) -> None:
    """Every document, or its example, with our labels and reasons; what it cannot hold stays as shipped."""
    for name, declared in sorted(world.desk.registry.documents.items()):
        with world.desk.unit_of_work(TESTER, write=False) as uow:
            shipped = from_text(declared.example) if declared.example else document(uow, name).body
        body = dict(fields) if name == "core.fields" else _relabelled(shipped, words)
        with suppress(DeskError) if name not in MUST_TAKE else nullcontext(), world.desk.unit_of_work(TESTER) as uow:
            revision = save_document(uow, name=name, body=body, reason=words("reason of a revision", 500))
            activate_document(uow, revision_id=revision.id)


def _relabelled(value: Any, words: Words) -> Any:
    if isinstance(value, Mapping):
        if value and set(value) <= {"en", "ru"}:
            return {language: words("label", 120) for language in ("en", "ru")}
        return {key: _relabelled(inner, words) for key, inner in value.items()}
    return [_relabelled(inner, words) for inner in value] if isinstance(value, list | tuple) else value


def _people(made: Furnished, words: Words) -> None:
    sample = made.world.sample
    for name, person in sample.people.items():
        about = {"name": words(f"name of {name}", 200), "fields": _values(made, "person", words)}
        made.api("admin", "PATCH", f"/people/{person.id}", {"If-Match": "*"}, json=about)
        made.keep("person_id", person.id)
    mail = f"x'\"{words('address', 20)}".replace(" ", "").replace("<", "").replace(">", "")
    for type, value in (
        ("email", f"{mail}@evil.example"),
        ("chat", words("chat", 100)),
        ("external", words("ext", 100)),
    ):
        path = f"/people/{sample.people['requester'].id}/addresses"
        made.keep("address_id", made.api("admin", "POST", path, json={"type": type, "value": value})["id"])
    for organisation in sample.organisations.values():
        about = {"name": words("organisation", 200), "contracts": [{"number": words("contract", 60)}]}
        about["fields"] = _values(made, "organisation", words)
        made.api("admin", "PATCH", f"/organisations/{organisation.id}", {"If-Match": "*"}, json=about)
        made.keep("organisation_id", organisation.id)
    for team in sample.teams.values():
        label = {"en": words("team", 120), "ru": words("team", 120)}
        about = {"name": label, "fields": _values(made, "team", words)}
        made.api("admin", "PATCH", f"/teams/{team.id}", {"If-Match": "*"}, json=about)
        made.keep("team_id", team.id)
    meeting = {"type": "email", "value": "met@evil.example", "name": words("display name", 200)}
    made.api("agent", "POST", "/people/meet", json=meeting)
    with made.desk.unit_of_work(TESTER) as uow:
        made.keep("service_id", add_service(uow, key="s", label={"en": words("service", 120)}).id)


def _values(made: Furnished, subject: str, words: Words, who: str = "admin") -> dict[str, Any]:
    """A value for each of our fields; a file is named by who uploaded it."""
    content = b"<script>canary(0)</script>"
    name = words("name of a file in a field", 200).translate(FILE_NAME) + ".svg"
    file = made.api(who, "POST", "/files", data={"file": (BytesIO(content), name)})
    values: dict[str, Any] = {
        "text": words("field text", 500), "long_text": words("field long text", 4_000), "whole": 7, "decimal": 7.5,
        "yes_no": True, "date": "2026-03-02", "moment": "2026-03-02T10:00:00+00:00", "duration": 60,
        "money": "7.50 RUB", "file": {"sha256": file["sha256"], "name": file["name"]}, "choice": "a", "choices": ["a"],
    }  # fmt: skip
    return {f"desk.{subject}_{type}": value for type, value in values.items()}


def _ticket(made: Furnished, words: Words) -> None:
    sample = made.world.sample
    about = {
        "kind": "incident", "title": words("title", 300), "description": words("description", 4_000),
        "requested_for": sample.people["requester"].id, "organisation": sample.organisations["acme"].id,
        "team": sample.teams["l1"].id, "service": made.places["service_id"][0], "topic": "hardware.printer",
        "fields": _values(made, "ticket", words, "agent"), "tags": [words("tag", 60).replace("/", "-")],
    }  # fmt: skip
    number = made.keep("number", made.api("agent", "POST", "/tickets", json=about)["number"])
    for who, public in (("requester", True), ("agent", True), ("agent", False)):
        said = {"body": words("comment", 4_000), "public": public}
        made.api(who, "POST", f"/tickets/{number}/comments", json=said)
    for who in ("requester", "agent"):
        file = (BytesIO(b"<svg onload=canary(0)>"), words("name of a file", 120).translate(FILE_NAME) + ".html")
        answer = made.api(who, "POST", f"/tickets/{number}/attachments", data={"file": file})
        made.keep("attachment_id", answer["id"])


def _around(made: Furnished, words: Words) -> None:
    one, other = made.places["number"][:2]
    sample = made.world.sample
    path = f"/tickets/{one}"
    made.api("agent", "POST", f"{path}/links", json={"to": other})
    made.api("agent", "PUT", f"{path}/parent", json={"parent": other})
    made.api("agent", "POST", f"{path}/watchers", json={"person": sample.people["stranger"].id})
    made.api("agent", "POST", f"{path}/work", json={"minutes": 5, "note": words("work note", 300)})
    change = {"title": words("second title", 300)}
    made.api("agent", "PATCH", path, {"If-Match": "*", "User-Agent": words("agent", 100)}, json=change)


def _ready(made: Furnished, words: Words) -> None:
    """Answers of every use, and a macro with them; braces are no text of a template."""
    braces = {ord("{"): None, ord("}"): None}
    with made.desk.unit_of_work(TESTER) as uow:
        for use in ("reply", "note", "incidents.solution"):
            text = {language: words(use, 4_000).translate(braces) for language in ("en", "ru")}
            label = {language: words("label of an answer", 120) for language in ("en", "ru")}
            body = {"purpose": use, "text": text, "topics": ["hardware"], "kinds": []}
            key = use.rpartition(".")[2]
            made.keep("ready_id", save_ready(uow, what="answer", owner="", key=key, label=label, body=body).id)
        label = {language: words("label of a macro", 120) for language in ("en", "ru")}
        acts = {
            "reply": "reply",
            "note": "note",
            "texts": {"incidents.solution": "solution"},
            "tags": [words("tag", 60)],
        }
        body = MacroSchema().load({"key": "all", "label": label, **acts})
        body = {name: value for name, value in body.items() if name not in ("key", "label", "group")}
        save_ready(uow, what="macro", owner="", key="all", label=label, body=body)


def _accounts(made: Furnished, words: Words) -> None:
    for name in ("admin", "agent", "requester"):
        visitor = enter(made.app, name)
        answer = visitor.post(
            "/account/tokens", {"name": words("token", 120), "days": "7"}, headers={"User-Agent": words("browser", 200)}
        )
        assert answer.status_code < 400, answer.text
    with made.desk.unit_of_work(TESTER) as uow:
        call = OwedCall(name="core.expand", plugin="core", args={"event": 1}, state="dead", due=uow.now, attempts=8)
        call.error, call.created_at = words("fault", 1_000), uow.now
        uow.session.add(call)
        uow.session.flush()
        made.keep("call_id", call.id)


def _imports(made: Furnished, words: Words) -> None:
    """A file that was tried, with people who can come and lines that cannot."""
    rows = [[words("name in a file", 200), ""], [words("name of a refused line", 200), "agent@example.org"], ["", ""]]
    content = "".join(csv_lines([["name", "email"], *rows])).encode()
    name = words("name of a file to import", 120).translate(FILE_NAME) + ".csv"
    with made.desk.unit_of_work(TESTER) as uow:
        run = ask_import(uow, importer="people", store=made.desk.files, file_name=name, content=BytesIO(content))
        made.keep("run_id", run.id)


def _fixed(made: Furnished) -> None:
    """Arguments that are words, and ids that nobody was told."""
    made.places |= {
        "id_": made.places["person_id"][:1], "token_id": [1], "revision_id": [1], "kind": ["person"],
        "what": ["person"], "ready": ["answer"], "macro": ["all"],
        "subject": ["ticket"], "transition": ["take"], "part": ["core"], "file": ["desk.css"], "tag": ["x"],
        "name": ["core.topics"], "key": ["agent"], "entry": ["hardware"], "comment_id": [1],
    }  # fmt: skip
