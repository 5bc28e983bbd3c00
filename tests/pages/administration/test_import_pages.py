"""Import from a page: tried first, decided with what it would do before the eyes, done in the background."""

import gzip
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from sqlalchemy import select

from itsm.core.failpoints import Failpoint
from itsm.core.files.models import StoredFile
from itsm.core.ledger.models import Event
from itsm.core.people.models import Address, Person
from itsm.core.work.jobs import drain
from itsm.plugins.testing.visitors import Visitor, enter
from tests.core.importing.test_plugins import register_importers
from tests.fixtures import TESTER, Clock, World
from tests.statements import statements

SignedIn = Callable[[str], Visitor]
PEOPLE = (
    "name,organisation,email,phone\n"
    "Вера Ли,Ромашка,vera@romashka.example,\n"
    ",,nobody@romashka.example,\n"
    "<b>Hostile</b>,=cmd|x!A1,agent@example.org,\n"
)
LOG = """
source: old
kind: incident
mode: event_log
dates: [iso]
zone: UTC
id: number
at: at
watch: [state]
values:
  state: {from: state, values: {new: new, closed: closed}}
  title: title
"""


def upload(visitor: Visitor, content: str | bytes, name: str = "people.csv", **values: Any) -> str:
    """Send a file; the address of its import."""
    data = content.encode() if isinstance(content, str) else content
    sent = visitor.submit("/import", "/import", {"importer": "people", "file": [(BytesIO(data), name)], **values})
    assert sent.status_code == 302, sent.text
    return str(sent.location)


def people(world: World) -> set[str]:
    """The names of all."""
    with world.desk.unit_of_work(TESTER, write=False) as uow:
        return set(uow.session.scalars(select(Person.name)))


def files(world: World) -> int:
    """How many contents the desk keeps."""
    with world.desk.unit_of_work(TESTER, write=False) as uow:
        return len(uow.session.scalars(select(StoredFile.sha256)).all())


def test_a_file_is_tried_shown_and_then_brought_in(signed_in: SignedIn, world: World, work: Callable[[], int]) -> None:
    admin, before, kept = signed_in("admin"), people(world), files(world)
    place = upload(admin, PEOPLE)
    waiting = admin.get(place).text
    assert f'hx-get="{place}/live"' in waiting
    assert 'action="/import/' not in waiting, "nothing to decide yet"
    work()
    tried = admin.get(place).text
    assert "Tried; nothing is changed yet" in tried
    assert "hx-trigger" not in tried.split('id="import"')[1].split(">")[0]
    assert "Вера Ли" in tried
    assert "&lt;b&gt;Hostile&lt;/b&gt;" in tried
    assert "<b>Hostile" not in tried
    assert "The row names neither a person nor an organisation." in tried
    assert people(world) == before
    assert files(world) == kept + 1
    admin.submit(place, f"{place}/do", {"reason": "Переезд"})
    assert admin.post(f"{place}/do", {"reason": "once more"}).status_code == 409
    work()
    done = admin.get(place).text
    assert re.search(r"<dt>Created</dt><dd class=\"number\">1<", done)
    assert re.search(r"<dt>Refused</dt><dd class=\"number\">2<", done)
    assert "Переезд" in done
    assert people(world) - before == {"Вера Ли"}
    work()
    assert files(world) == kept, "the file is kept only until it is done"
    with world.desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.scalars(select(Address).where(Address.value == "vera@romashka.example")).one()
        types = uow.session.scalars(select(Event.type).where(Event.type.startswith("import_")).order_by(Event.id)).all()
    assert types == ["import_asked", "import_reported", "import_begun", "import_reported"]
    assert "people.csv" in admin.get("/import").text, "the report stays"


def test_all_that_was_refused_is_a_file_without_formulas(
    signed_in: SignedIn, work: Callable[[], int], world: World
) -> None:
    admin = signed_in("admin")
    place = upload(admin, "name,email\n" + "".join(f"=Name {n},agent@example.org\n" for n in range(130)))
    work()
    shown = admin.get(place).text
    assert shown.count("=Name ") == 100
    assert "The first 100." in shown
    lines = admin.get(f"{place}/refused.csv").text.splitlines()
    assert len(lines) == 131
    assert '"\'=Name 129"' in lines[-1]
    assert "Duplicate" in lines[-1]
    kept = files(world)
    admin.submit(place, f"{place}/drop")
    work()
    assert "Not imported" in admin.get(place).text
    assert files(world) == kept - 1, "the file is gone, the refused lines stay"


def test_tickets_come_with_a_mapping_of_ones_own_in_the_readers_language(
    signed_in: SignedIn, work: Callable[[], int], world: World
) -> None:
    admin = signed_in("admin")
    log = "number,at,state,title\nA1,2026-01-01T10:00:00+00:00,new,Сбой\nA2,2026-01-01T10:00:00+00:00,open,Второй\n"
    own = {"importer": "tickets", "own": [(BytesIO(LOG.encode()), "my.yaml")]}
    place = upload(admin, gzip.compress(log.encode()), "log.csv.gz", **own)
    work()
    admin.post("/looks", {"language": "ru"})
    tried = admin.get(place).text
    assert re.search(r"Будет создано</dt><dd class=\"number\">1<", tried)
    assert "A1" in tried
    admin.submit(place, f"{place}/do", {"reason": "x"})
    work()
    assert "Сбой" in admin.get("/?q=Сбой").text
    missing = upload(admin, log, "log.csv", importer="tickets")
    work()
    assert "Отклонён целиком" in admin.get(missing).text
    assert "mapping" in admin.get(missing).text


def test_no_path_of_the_machine_is_a_mapping(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    for mapping in ("/etc/passwd", "../people", "people.yaml"):
        sent = admin.post(
            "/import", {"importer": "people", "file": (BytesIO(b"name\nA\n"), "a.csv"), "mapping": mapping}
        )
        assert sent.status_code == 422
        assert "There is no such mapping." in sent.text
    assert admin.post("/import", {"importer": "config", "file": (BytesIO(b"x"), "a.yaml")}).status_code == 422
    assert "Choose a file." in admin.post("/import", {"importer": "people"}).text


def test_what_is_too_large_is_told_in_a_sentence(signed_in: SignedIn, world: World) -> None:
    most = world.desk.settings.max_body
    admin = signed_in("admin")
    assert "25 MB" in admin.get("/import").text
    sent = admin.client.post("/import", environ_overrides={"CONTENT_LENGTH": str(most + 1)}, data={"importer": "x"})
    assert sent.status_code == 413
    assert "larger than this desk accepts" in sent.text


def test_only_who_may_import_sees_any_of_it(signed_in: SignedIn, work: Callable[[], int]) -> None:
    place = upload(signed_in("admin"), PEOPLE)
    work()
    for path in ("/import", place, f"{place}/live", f"{place}/refused.csv"):
        assert signed_in("head").get(path).status_code == 403
    assert signed_in("admin").get("/import/999999").status_code == 404


def test_a_plugins_importer_is_offered_and_its_failure_is_told(with_plugin: Callable[..., Any], world: World) -> None:
    desk, app = with_plugin("buying", register_importers=register_importers)
    admin = enter(app, "admin")
    assert "Suppliers" in admin.get("/import").text
    place = upload(admin, "Ромашка Аб Лютик", "names.txt", importer="suppliers")
    assert "Being tried" in admin.get(place).text
    while drain(desk):
        pass
    shown = admin.get(place).text
    assert "Too short." in shown
    assert re.search(r"<dt>Would be created</dt><dd class=\"number\">2<", shown)


def test_the_page_of_a_running_import_costs_little_while_nothing_moves(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    place = upload(admin, PEOPLE)
    tag = re.search(r'data-live="([^"]+)"', admin.get(place).text)
    assert tag
    with statements(world) as seen:
        assert admin.get(f"{place}/live", headers={"If-None-Match": f'"{tag[1]}"'}).status_code == 304
    assert len(seen) <= 3, seen


def test_an_import_that_was_interrupted_begins_anew_and_doubles_nothing(
    signed_in: SignedIn, world: World, work: Callable[[], int], clock: Clock
) -> None:
    admin, before = signed_in("admin"), people(world)
    place = upload(admin, PEOPLE)
    work()
    admin.submit(place, f"{place}/do", {"reason": "Переезд"})
    world.desk.point = Failpoint.parse("after_outside:raise")
    work()
    assert people(world) - before == {"Вера Ли"}, "the importer was through, its report was not"
    assert "Being imported" in admin.get(place).text
    world.desk.point = Failpoint()
    clock.forward(hours=1)
    work()
    done = admin.get(place).text
    assert re.search(r"<dt>Stayed as they were</dt><dd class=\"number\">1<", done)
    assert re.search(r"<dt>Created</dt><dd class=\"number\">0<", done)
    assert people(world) - before == {"Вера Ли"}


def test_old_reports_are_forgotten_with_their_files(
    signed_in: SignedIn, world: World, work: Callable[[], int], clock: Clock, run_schedule: Callable[[str], int]
) -> None:
    admin, kept = signed_in("admin"), files(world)
    place = upload(admin, "name,email\n" + "".join(f"Name {n},agent@example.org\n" for n in range(130)))
    work()
    clock.forward(days=360)
    run_schedule("core.forget_old")
    assert signed_in("admin").get(place).status_code == 200
    clock.forward(days=10)
    run_schedule("core.forget_old")
    work()
    assert signed_in("admin").get(place).status_code == 404
    assert files(world) == kept
