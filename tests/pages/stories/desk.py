"""The desk of the stories: people, services and forms as a call centre has them, before the first act."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from itsm.app import build
from itsm.blocks.services.verbs import add_service
from itsm.core.access.verbs import add_account, grant_role, save_role
from itsm.core.act import Act, Actor
from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.desk.verbs import generation
from itsm.core.people.verbs import add_address, add_organisation, add_person, change_own_settings
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.demo.forms import FORMS, outsource
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.desk_fields import stored_fields
from itsm.plugins.machinery.front import Front
from tests.fixtures import INCIDENTS, TESTER, Sample, fill, settings_for
from tests.pages.browser import Site, serving
from tests.real import make_tables

DATABASE = "site.sqlite3"
DISPATCHER = ("tickets.open", "tickets.read", "tickets.read_all", "tickets.work", "tickets.comment", "tickets.internal")
CALL = {
    "key": "desk",
    "label": {"en": "Call", "ru": "Звонок"},
    "kinds": ["incident"],
    "roles": ["operator"],
    "fields": ["requested_for", "title", "service", "desk.lottery", "desk.phone", "description"],
    "mandatory": [
        {"field": "requested_for"},
        {"field": "desk.phone"},
        {"field": "desk.lottery", "services": ["terminals"]},
    ],
    "source": "phone",
    "resolve": True,
}


@dataclass
class Stage(Site):
    """The desk of one story; it follows its generations, as those of people do."""

    def opened(self, title: str, **more: Any) -> int:
        """A ticket that is there before the story begins; its number."""
        with self.desk.unit_of_work(TESTER) as uow:
            about = {"kind": "incident", "requested_for": self.sample.people["requester"].id, **more}
            return int(open_ticket(uow, title=title, **about).id)

    def speaks(self, who: str, language: str) -> None:
        """Somebody reads this language."""
        person = self.sample.people[who]
        with self.desk.unit_of_work(Act(Actor("person", person.id, person.name), channel="web")) as uow:
            change_own_settings(uow, locale=language)

    def work_off(self) -> None:
        """Let the background jobs be done."""
        while drain(self.desk):
            pass


def furnished(folder: Path) -> Sample:
    """Make the desk in this folder."""
    database = _new_database(folder)
    desk, _ = _built(folder, database)
    sample = fill(desk)
    with desk.unit_of_work(TESTER) as uow:
        _services(uow)
        _dispatchers(uow, sample)
        body = {"forms": [*FORMS["forms"], CALL]}
        activate_document(uow, revision_id=save_document(uow, name="core.forms", body=body, reason="the stage").id)
    database.dispose()
    return sample


@contextmanager
def standing(template: Path, folder: Path, sample: Sample) -> Iterator[Stage]:
    """A copy of it behind a server."""
    shutil.copy(template / DATABASE, folder / DATABASE)
    database = Database(f"sqlite:///{folder / DATABASE}")
    front = Front(lambda: _built(folder, database))
    with serving(front) as address:  # type: ignore[arg-type]  # any WSGI application
        yield Stage(address, front.desk, sample)
    database.dispose()


def _new_database(folder: Path) -> Database:
    url = f"sqlite:///{folder / DATABASE}"
    make_tables(url)
    return Database(url)


def _built(folder: Path, database: Database) -> tuple[Desk, Flask]:
    desk, app = build(
        settings_for(folder, database.url, timezone="Europe/Moscow"), ["incidents"], database=database,
        clock=lambda: datetime.now(UTC), members=[INCIDENTS], fields=stored_fields(database).fields,
    )  # fmt: skip
    with database.session(write=False) as session:
        session.ours = True
        desk.generation = generation(session)
    return desk, app


def _services(uow: UnitOfWork) -> None:
    add_service(uow, key="terminals", label={"en": "Lottery terminals", "ru": "Терминалы лотерей"})
    workplace = add_service(uow, key="workplace", label={"en": "Workplace", "ru": "Рабочее место"}).id
    add_service(uow, key="workplace.print", label={"en": "Printing", "ru": "Печать"}, parent_id=workplace)


def _dispatchers(uow: UnitOfWork, sample: Sample) -> None:
    """The one of the house, who has a form of the call centre, and the one of another house."""
    add_address(uow, person_id=sample.people["requester"].id, type="phone", value="+7 912 000-20-02")
    lotto = sample.organisations["lotto"] = add_organisation(uow, name="Лотереи «Восьмёрка»")
    for name, where in (("operator", None), ("outsider", lotto.id)):
        mail = f"{name}@example.org"
        person = add_person(uow, name=name.title(), addresses=[("email", mail)], organisation_id=where)
        add_account(uow, person_id=person.id, login=mail, password=f"password of {name}", roles=[])
        sample.people[name] = person
    may = {*DISPATCHER, "people.read", "people.meet"}
    save_role(uow, key="operator", label={"en": "Dispatcher", "ru": "Диспетчер"}, permissions=may)
    grant_role(uow, person_id=sample.people["operator"].id, role="operator")
    outsource(uow, sample.people["outsider"])
