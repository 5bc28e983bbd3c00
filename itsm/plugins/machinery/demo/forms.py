"""The outsourced dispatcher of the demo: a role within one organisation, with one form of few fields."""

from collections.abc import Mapping
from typing import Any

from itsm.core.access.verbs import grant_role, save_role
from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.people.models import Person
from itsm.core.texts import Label
from itsm.core.work.uow import UnitOfWork

ROLE = "dispatcher"
MAY = frozenset({"tickets.open", "tickets.read", "tickets.read_all", "tickets.comment"})


def _field(name: str, type: str, english: str, russian: str, **more: Any) -> dict[str, Any]:
    label = {"en": english, "ru": russian}
    return {"name": f"desk.{name}", "type": type, "label": label, "on_form": False, "public": True, **more}


def _choice(value: str, english: str, russian: str) -> dict[str, Any]:
    return {"value": value, "label": {"en": english, "ru": russian}}


FIELDS = {
    "fields": [
        _field("call_type", "choice", "Incident or service request", "Инцидент или запрос на обслуживание", choices=[
            _choice("incident", "Incident", "Инцидент"),
            _choice("request", "Service request", "Запрос на обслуживание"),
        ]),
        _field("lottery", "choice", "Lottery", "Лотерея", choices=[
            _choice("eight", "Lucky Eight", "Счастливая восьмёрка"),
            _choice("evening", "Evening Draw", "Вечерний тираж"),
            _choice("instant", "Instant tickets", "Моментальные билеты"),
        ]),
        _field("phone", "text", "Caller's phone", "Телефон звонящего", maximum=40),
    ]
}  # fmt: skip
FORMS = {
    "forms": [
        {
            "key": "call",
            "label": {"en": "Lottery call", "ru": "Звонок по лотерее"},
            "kinds": ["incident"],
            "roles": [ROLE],
            "fields": ["desk.call_type", "desk.lottery", "desk.phone", "title", "description"],
            "mandatory": [{"field": "desk.call_type"}, {"field": "desk.lottery"}, {"field": "desk.phone"}],
            "preset": {"service": "terminals", "team": "l1"},
            "source": "phone",
        }
    ]
}


def outsource(uow: UnitOfWork, person: Person) -> None:
    """Give the person their role within their own organisation, and the role its form."""
    label: Label = {"en": "Outsourced dispatcher", "ru": "Внешний диспетчер"}
    save_role(uow, key=ROLE, label=label, permissions=MAY)
    grant_role(uow, person_id=person.id, role=ROLE, organisation_id=person.organisation_id)
    documents: Mapping[str, Any] = {"core.fields": FIELDS, "core.forms": FORMS}
    for name, body in documents.items():
        revision = save_document(uow, name=name, body=body, reason="demo")
        activate_document(uow, revision_id=revision.id)
