"""What codes and ids on tickets are called in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from itsm.core.configuration.verbs import document
from itsm.core.fields.shown import text_of
from itsm.core.hookspecs.decides import ServiceName
from itsm.core.people.names import Names, names_of
from itsm.core.texts import label_text, say
from itsm.core.tickets.values import PEOPLE
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.tickets.verbs.move import PARKED
from itsm.core.tickets.verbs.relate import MERGED
from itsm.core.web.edge import locale, translated
from itsm.core.work.uow import UnitOfWork

NAMES = {
    "number": say("Number"),
    "kind": say("Type"),
    "title": say("Subject"),
    "description": say("Description"),
    "priority": say("Priority"),
    "priority_pinned": say("Priority chosen by a person"),
    "source": say("Source"),
    "registered_by": say("Registered by"),
    "contact": say("Who wrote"),
    "requested_for": say("Requester"),
    "organisation": say("Organisation"),
    "service": say("Service"),
    "topic": say("Topic"),
    "closing_topic": say("Topic at closing"),
    "team": say("Group"),
    "assignee": say("Assignee"),
    "premium": say("Premium"),
    "incomplete": say("Incomplete"),
    "parent": say("Parent ticket"),
    "state": say("Status"),
    "state_category": say("Stage"),
    "outcome": say("Outcome"),
    "opened_at": say("Registered"),
    "updated_at": say("Changed"),
    "tag": say("Tag"),
    "q": say("Words"),
}
CATEGORIES = {
    "new": say("New"),
    "open": say("In progress"),
    "waiting": say("Waiting"),
    "resolved": say("Resolved"),
    "closed": say("Closed"),
}
SOURCES = {
    "web": say("Page"),
    "api": say("Another system"),
    "mail": say("E-mail"),
    "phone": say("Phone"),
    "chat": say("Chat"),
    "alert": say("Monitoring"),
    "import": say("Import"),
    "worker": say("Automatically"),
    "cli": say("Command line"),
}
LINKS = {
    ("relates", True): say("relates to"),
    ("relates", False): say("relates to"),
    ("duplicates", True): say("duplicates"),
    ("duplicates", False): say("is duplicated by"),
    ("causes", True): say("causes"),
    ("causes", False): say("is caused by"),
    ("follows", True): say("follows"),
    ("follows", False): say("is followed by"),
    ("split_from", True): say("was split from"),
    ("split_from", False): say("was split into"),
}
NOTHING = "–"


class Labels:
    """The words of one page; names of people, organisations and teams are read once for the ids that it names."""

    def __init__(self, uow: UnitOfWork, **ids: Iterable[int | None]) -> None:
        """`ids`: people, organisations, teams."""
        self.uow, self.locale = uow, locale()
        self.names: Names = names_of(uow, **ids)

    def add(self, more: Names) -> None:
        """Further names that this page may show."""
        self.names = Names(
            {**self.names.people, **more.people}, {**self.names.organisations, **more.organisations},
            {**self.names.teams, **more.teams},
        )  # fmt: skip

    @cached_property
    def priorities(self) -> Mapping[int, str]:
        """Ranks and what they are called."""
        ranks = document(self.uow, "core.priorities").body["ranks"]
        return {r["rank"]: label_text(r["label"], self.locale) for r in ranks}

    @cached_property
    def topics(self) -> Mapping[str, str]:
        """Topics by key, each with its path."""
        entries = {e["key"]: e for e in document(self.uow, "core.topics").body["entries"]}

        def path(key: str) -> str:
            above = entries[key].get("parent")
            own = label_text(entries[key]["label"], self.locale)
            return f"{path(above)} / {own}" if above in entries else own

        return {key: path(key) for key in entries}

    @cached_property
    def services(self) -> Mapping[int, ServiceName]:
        """All services by id, parents before their children."""
        return {s.id: s for s in self.uow.hook.call("service_names", uow=self.uow)}

    def name(self, name: str) -> str:
        """What a value of a ticket is called."""
        field = self.uow.registry.fields_of("ticket").get(name)
        if field is not None:
            return label_text(field.label, self.locale)
        return translated(NAMES[name]) if name in NAMES else name

    def kind(self, kind: str) -> str:
        """A type of ticket; one whose plugin is off keeps its code."""
        known = self.uow.registry.kinds.get(kind)
        return label_text(known.label, self.locale) if known else kind

    def state(self, kind: str, state: str) -> str:
        """A status of a type."""
        if kind in self.uow.registry.kinds:
            known = workflow_of(self.uow, kind)[1].states.get(state)
            if known is not None:
                return label_text(known.label, self.locale)
        return next((label_text(s.label, self.locale) for s in (MERGED, PARKED) if s.key == state), state)

    def person(self, id_: int | None) -> str:
        """A person's name."""
        return self.names.people.get(id_, f"#{id_}") if id_ else ""

    def team(self, id_: int | None) -> str:
        """A team's name."""
        return label_text(self.names.teams.get(id_), self.locale) or f"#{id_}" if id_ else ""

    def service(self, id_: int | None) -> str:
        """A service's name."""
        if not id_:
            return ""
        return label_text(self.services[id_].label, self.locale) if id_ in self.services else f"#{id_}"

    def shown(self, name: str, value: Any, kind: str = "") -> str:
        """Any value of a ticket as people read it."""
        if value in (None, "", []):
            return NOTHING
        field = self.uow.registry.fields_of("ticket").get(name)
        if field is not None:
            return text_of(self.uow, field, value)
        if isinstance(value, bool):
            return translated(say("yes") if value else say("no"))
        if name in PEOPLE:
            return self.person(value)
        if name == "state":
            return self.state(kind, value)
        return str(self._readers[name](value)) if name in self._readers else str(value)

    @cached_property
    def _readers(self) -> Mapping[str, Callable[[Any], Any]]:
        return {
            "team": self.team,
            "service": self.service,
            "organisation": lambda id_: self.names.organisations.get(id_, f"#{id_}"),
            "priority": lambda rank: self.priorities.get(rank, str(rank)),
            "topic": lambda key: self.topics.get(key, key),
            "closing_topic": lambda key: self.topics.get(key, key),
            "incomplete": lambda names: ", ".join(map(self.name, names)),
            "parent": lambda number: f"#{number}",
            "source": lambda code: translated(SOURCES[code]) if code in SOURCES else code,
        }
