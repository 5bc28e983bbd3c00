"""Who acts, through which door and why: the part of a unit of work that ends up on every event."""

from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["live", "import", "replay"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts: a person (signed in or by token), a named machine actor, or nobody.

    `permissions` holds names such as `tickets.open`, for the whole desk; the single name `*` stands for all. `within`:
    (permission, organisation) of those that hold in one organisation only. `teams`: the groups whose tickets are the
    actor's own business, those below them too; filled for who sees no more than that. `roles`: of a person, whole even
    where a token narrows what it may; `roles_within` those of one organisation.
    """

    kind: Literal["person", "system", "nobody"] = "nobody"
    person_id: int | None = None
    name: str = "nobody"
    permissions: frozenset[str] = frozenset()
    organisation_id: int | None = None
    locale: str = "en"
    timezone: str = "UTC"
    roles: frozenset[str] = frozenset()
    within: frozenset[tuple[str, int]] = frozenset()
    teams: frozenset[int] = frozenset()
    roles_within: frozenset[tuple[str, int]] = frozenset()

    def may(self, permission: str, organisation: int | None = None) -> bool:
        """Whether this actor holds `permission` for the whole desk, or for what belongs to `organisation`."""
        if "*" in self.permissions or permission in self.permissions:
            return True
        return organisation is not None and (permission, organisation) in self.within

    def holds(self, permission: str) -> bool:
        """Whether this actor holds `permission` anywhere, be it in one organisation."""
        return self.may(permission) or any(name == permission for name, _ in self.within)

    def reach(self, permission: str) -> frozenset[int]:
        """The organisations to which `permission` is limited; empty where it holds for the whole desk or not at all."""
        if self.may(permission):
            return frozenset()
        return frozenset(organisation for name, organisation in self.within if name == permission)

    def roles_in(self, organisation: int | None) -> frozenset[str]:
        """The roles that count for what belongs to `organisation`."""
        return self.roles | {role for role, where in self.roles_within if where == organisation}


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
