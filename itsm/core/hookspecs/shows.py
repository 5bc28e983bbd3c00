"""*Shows*: what a plugin puts on a page. A failure leaves a card that names the plugin, and the page stands."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itsm.core.hookspecs.marks import spec
from itsm.core.texts import Label, Message

if TYPE_CHECKING:
    from itsm.core.hookspecs.guards import Draft
    from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Badge:
    """A short mark beside a ticket's title; `tone` is one of calm, info, warn, alarm."""

    text: Label
    tone: str = "info"
    order: int = 100


@dataclass(frozen=True, slots=True)
class NavMark:
    """A number beside the entry of the navigation that leads to `endpoint`; 0 shows nothing."""

    endpoint: str
    count: int


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that an administrator should look at, in one sentence that says what to do.

    permission: who is told. endpoint, values: the page where it is mended. tone: warn, or alarm for what harms now.
    """

    message: Message
    permission: str
    endpoint: str = ""
    tone: str = "warn"
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadyText:
    """A text that stands ready for the long text `field` of a ticket; `label` is what it is called."""

    field: str
    label: Label
    text: str


@spec("shows")
def needs_attention(uow: "UnitOfWork") -> Iterable[Attention] | None:
    """What stands at the head of the page *Administration*; asked only there."""


@spec("shows")
def nav_marks(uow: "UnitOfWork") -> Iterable[NavMark] | None:
    """Numbers beside entries of the navigation, such as unread notices; asked once for each page."""


@spec("shows")
def ticket_badges(uow: "UnitOfWork", ticket_id: int) -> Iterable[Badge] | None:
    """Marks for the head of a ticket's page, such as *major incident*."""


@spec("shows")
def ready_texts(uow: "UnitOfWork", draft: "Draft", names: "Collection[str]") -> Iterable[ReadyText] | None:
    """Texts to choose from, below the inputs of these long texts: in the form of a step, and of *resolve at once*,
    where the ticket of `draft` has no number yet. In the order in which they are offered."""
