"""The sample people of every test: staff and requesters of two organisations, two teams, tokens for the API."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher

from itsm.core.access.verbs import actor_of_token, add_account, add_token, grant_defaults, passwords
from itsm.core.act import Act, system
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.verbs import add_organisation, add_person, add_team
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk

TESTER = Act(system("test"), channel="test")
# Name → role and organisation.
PEOPLE = {
    "agent": ("agent", ""),
    "second": ("agent", ""),
    "head": ("head", ""),
    "admin": ("administrator", ""),
    "requester": ("requester", "acme"),
    "stranger": ("requester", "other"),
}


@dataclass
class Sample:
    """People by name (agent, second, head, admin, requester of `acme`, stranger of the premium `other`), teams l1 and
    l2, organisations, tokens."""

    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def act(self, desk: Desk, name: str, **more: Any) -> Act:
        """An act of one of the people, with the permissions they have."""
        with desk.unit_of_work(TESTER, write=False) as uow:
            actor = actor_of_token(uow, self.tokens[name])
        return Act(actor, channel="web", **more)


def hash_quickly() -> None:
    """Passwords of tests are no secrets: in this process a hash costs as little as argon2 allows."""
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def fill(desk: Desk) -> Sample:
    """Put the sample people into a desk."""
    sample = Sample()
    with desk.unit_of_work(TESTER) as uow:
        grant_defaults(uow, desk.registry.permissions.values())
        acme = add_organisation(uow, name="Акме", contracts=["Д-17"])
        sample.organisations = {"acme": acme, "other": add_organisation(uow, name="Other Ltd", premium=True)}
        for name, (role, organisation) in PEOPLE.items():
            home = sample.organisations.get(organisation)
            sample.people[name] = _employ(uow, name, role, home.id if home else None)
            sample.tokens[name] = add_token(uow, person_id=sample.people[name].id, name="tests")
        sample.teams = dict(_teams(uow, sample.people))
    return sample


def _employ(uow: UnitOfWork, name: str, role: str, organisation: int | None) -> Person:
    mail = f"{name}@example.org"
    person = add_person(uow, name=name.title(), addresses=[("email", mail)], organisation_id=organisation)
    add_account(uow, person_id=person.id, login=mail, password=f"password of {name}", roles=[role])
    return person


def _teams(uow: UnitOfWork, people: dict[str, Person]) -> Iterable[tuple[str, Team]]:
    members = [people["agent"].id, people["second"].id]
    label = {"en": "First line", "ru": "Первая линия"}
    yield "l1", add_team(uow, key="l1", label=label, line="L1", members=members)
    yield "l2", add_team(uow, key="l2", label={"en": "Second line"}, line="L2", head_id=people["head"].id)
