"""Who acts, through which door and why: the part of a unit of work that ends up on every event."""

from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["live", "import", "replay"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts: a person (signed in or by token), a named machine actor, or nobody.

    `permissions` holds names such as `tickets.open`; the single name `*` stands for all. `roles`: of a person, whole
    even where a token narrows what it may.
    """

    kind: Literal["person", "system", "nobody"] = "nobody"
    person_id: int | None = None
    name: str = "nobody"
    permissions: frozenset[str] = frozenset()
    organisation_id: int | None = None
    locale: str = "en"
    timezone: str = "UTC"
    roles: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Whether this actor holds `permission`."""
        return "*" in self.permissions or permission in self.permissions


NOBODY = Actor()


def system(name: str) -> Actor:
    """A named machine actor that may do everything: background work, start-up, import."""
    return Actor(kind="system", name=name, permissions=frozenset({"*"}))


@dataclass(frozen=True, slots=True)
class Act:
    """One act: actor, channel (web, api, cli, worker, mail, …), request id, reason, origin."""

    actor: Actor = field(default=NOBODY)
    channel: str = "cli"
    request_id: str = ""
    reason: str = ""
    origin: Origin = "live"

    @property
    def locale(self) -> str:
        """The language in which this act is answered."""
        return self.actor.locale
