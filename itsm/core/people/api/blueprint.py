"""The blueprint, and what every answer about people has in common."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from itsm.core.ledger.models import Event
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.seen import is_staff_of, organisation_of_row, public_of
from itsm.core.people.verbs import history_of
from itsm.core.web import ApiBlueprint
from itsm.core.web.answers import tagged
from itsm.core.work.uow import UnitOfWork

api = ApiBlueprint("people_api", __name__, description="People, organisations and groups")
MATCH = {
    "in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"},
    "description": "The ETag that you read, or * to overwrite.",
}  # fmt: skip


def person_out(uow: UnitOfWork, person: Person) -> dict[str, Any]:
    """A person without the addresses."""
    return {
        "id": person.id,
        "name": person.name,
        "organisation": person.organisation_id,
        "premium": person.premium,
        "premium_until": iso(person.premium_until),
        "provisional": person.provisional,
        "active": person.active,
        "locale": person.locale,
        "timezone": person.timezone,
        "version": person.version,
        "fields": _fields(uow, "person", person),
    }


def organisation_out(uow: UnitOfWork, row: Organisation) -> dict[str, Any]:
    """An organisation without contracts and domains."""
    return {
        "id": row.id,
        "name": row.name,
        "premium": row.premium,
        "premium_until": iso(row.premium_until),
        "active": row.active,
        "version": row.version,
        "fields": _fields(uow, "organisation", row),
    }


def team_out(uow: UnitOfWork, row: Team) -> dict[str, Any]:
    """A group without its members."""
    return {
        "id": row.id, "key": row.key, "name": row.label, "line": row.line, "level": row.level, "parent": row.parent_id,
        "head": row.head_id, "active": row.active, "version": row.version,
        "fields": _fields(uow, "team", row),
    }  # fmt: skip


def _fields(uow: UnitOfWork, subject: str, row: Any) -> dict[str, Any]:
    staff = is_staff_of(uow.act.actor, organisation_of_row(row))
    return public_of(row.fields, uow.registry.fields_of(subject), staff)


def answered(body: Mapping[str, Any], asked: int, status: int = 200) -> Response:
    """An answer with its ETag; when `asked` was merged away it is about the survivor and says so."""
    merged = {"merged_from": asked} if body["id"] != asked else {}
    return tagged({**body, **merged}, status)


def told(uow: UnitOfWork, kind: str, id_: int) -> list[dict[str, Any]]:
    """The history of one of them as plain values, the oldest first."""
    return [_event(event, texts) for event, texts in history_of(uow, kind=kind, id_=id_)]


def _event(event: Event, texts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": event.id, "seq": event.seq, "type": event.type, "occurred_at": iso(event.occurred_at),
        "actor": event.actor, "actor_id": event.actor_id, "channel": event.channel, "origin": event.origin,
        "facts": event.facts, "texts": dict(texts),
    }  # fmt: skip


def iso(moment: Any) -> str | None:
    """A moment as text."""
    return moment.isoformat() if moment is not None else None


def renamed(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The API's names as the verbs'; fields stand beside the others."""
    own = {names.get(name, name): value for name, value in data.items() if name != "fields"}
    return {**own, **data.get("fields", {})}
