"""What an importer is given and what it reports; both the same for every `itsm import <name> FILE`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, Protocol

from itsm.core.texts import Message

if TYPE_CHECKING:
    from itsm.core.act import Act
    from itsm.core.work.uow import UnitOfWork


FIRST = 100


class Contents(Protocol):
    """Where the contents of files go (the desk's file store)."""

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        """Store a stream; (sha256, size in bytes)."""
        ...


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One import, as asked for on the command line.

    unit_of_work(act, write=True): a new unit of work; use one per some hundred rows, so that others can write too.
    act: who imports, with origin `import`. mapping: a shipped mapping's name or a path. activate: start the timers of
    tickets that are not closed. dry_run: report as usual, change nothing. files: the folder of the attachments.
    reason: why, for the history.
    progress(done, total): call it now and then.
    """

    path: Path
    unit_of_work: "Callable[..., UnitOfWork]"
    act: "Act"
    mapping: str = ""
    activate: bool = False
    dry_run: bool = False
    files: Path | None = None
    reason: str = ""
    store: Contents | None = None
    progress: Callable[[int, int], None] = lambda done, total: None


class RefusedLine(NamedTuple):
    """A line of the file that was not taken, what it is about (an external id, a name) and why."""

    line: int
    subject: str
    reason: Message


@dataclass(slots=True)
class ImportReport:
    """What became of a file. `refused` counts things (tickets, people); `reasons` may name several lines of each.

    taken: verdict → (line, what it is about) of the first ones; `take` fills it, and counts. told: what else is to be
    printed, such as what a dry run of a configuration would change.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    events: int = 0
    reasons: list[RefusedLine] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)
    taken: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def take(self, verdict: Literal["created", "updated", "unchanged"], line: int, subject: str) -> None:
        """One thing of the file was, or would be, created, updated or left unchanged."""
        setattr(self, verdict, getattr(self, verdict) + 1)
        shown = self.taken.setdefault(verdict, [])
        if len(shown) < FIRST:
            shown.append((line, subject))

    def counts(self) -> Mapping[str, Any]:
        """The one line that `--json` ends with."""
        return {name: getattr(self, name) for name in ("created", "updated", "unchanged", "refused", "events")}
