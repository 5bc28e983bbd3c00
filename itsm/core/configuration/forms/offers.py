"""What may be chosen where a schema says `metadata={"offers": …}`: types, roles, states, fields and so on."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from itsm.core.access.verbs import role_labels
from itsm.core.configuration.verbs import document
from itsm.core.people.names import list_teams
from itsm.core.texts import label_text
from itsm.core.tickets.pages.labels import CATEGORIES, NAMES
from itsm.core.tickets.values import EDITABLE
from itsm.core.web.edge import locale, translated
from itsm.core.work.uow import UnitOfWork

Body = Mapping[str, Any]
Offered = list[tuple[str, str]]


def offered(uow: UnitOfWork, source: str, body: Body) -> Offered:
    """(value, label) of everything that the source offers; nothing for one that nobody knows.

    `.states.key` are the entries of the list `states` of the same document, by their `key`.
    """
    if source.startswith("."):
        _, part, name = source.split(".")
        return _entries([one for one in body.get(part, ()) if name in one], name)
    return SOURCES[source](uow, body) if source in SOURCES else []


def _entries(entries: Iterable[Body], name: str = "key") -> Offered:
    return [(str(one[name]), label_text(one.get("label"), locale()) or str(one[name])) for one in entries]


def _states(uow: UnitOfWork, body: Body) -> Offered:
    found = (state for kind in uow.registry.kinds for state in document(uow, f"workflow.{kind}").body["states"])
    return list(dict(_entries(found)).items())


def _kinds(uow: UnitOfWork, body: Body) -> Offered:
    kinds = sorted(uow.registry.kinds.values(), key=lambda kind: (kind.order, kind.name))
    return [(kind.name, label_text(kind.label, locale())) for kind in kinds]


def _permissions(uow: UnitOfWork, body: Body) -> Offered:
    found = ((name, label_text(one.label, locale())) for name, one in uow.registry.permissions.items())
    return sorted(found, key=lambda pair: pair[1])


def _ticket_values(uow: UnitOfWork, body: Body) -> Offered:
    own = [(name, translated(NAMES[name])) for name in NAMES if name in EDITABLE]
    fields = sorted(uow.registry.fields_of("ticket").values(), key=lambda one: (one.order, one.name))
    return own + [(one.name, label_text(one.label, locale())) for one in fields if one.written_by == "people"]


def _services(uow: UnitOfWork, body: Body) -> Offered:
    found = uow.hook.call("service_names", uow=uow)
    return [(one.key, f"{'– ' * one.depth}{label_text(one.label, locale())}") for one in found]


def _roles(uow: UnitOfWork, body: Body) -> Offered:
    return [(key, label_text(label, locale())) for key, label in role_labels(uow).items()]


def _groups(uow: UnitOfWork, body: Body) -> Offered:
    return [(team.key, label_text(team.label, locale())) for team in list_teams(uow)]


def _references(uow: UnitOfWork, body: Body) -> Offered:
    return [(kind, label_text(one.label, locale())) for kind, one in sorted(uow.registry.references.items())]


SOURCES: Mapping[str, Callable[[UnitOfWork, Body], Offered]] = {
    "categories": lambda uow, body: [(key, translated(word)) for key, word in CATEGORIES.items()],
    "groups": _groups,
    "kinds": _kinds,
    "permissions": _permissions,
    "ranks": lambda uow, body: _entries(document(uow, "core.priorities").body["ranks"], "rank"),
    "references": _references,
    "roles": _roles,
    "services": _services,
    "states": _states,
    "ticket_values": _ticket_values,
    "topics": lambda uow, body: _entries(document(uow, "core.topics").body["entries"]),
}
