"""One timeline of a ticket from the ledger: who, when, what, why; ids as names, replies and notes with their files."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from itsm.core.ledger.models import Event
from itsm.core.texts import say
from itsm.core.tickets.models import Attachment, Comment
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.seen import seen
from itsm.core.tickets.values import PEOPLE
from itsm.core.web.edge import translated
from itsm.core.web.words import local_day, retold

Told = tuple[Event, Mapping[str, Any]]
SENTENCES = {
    "ticket_opened": say("registered the ticket"),
    "ticket_changed": say("changed"),
    "ticket_moved": say("changed the status"),
    "ticket_taken": say("took it into work"),
    "tag_added": say("added the tag “{tag}”"),
    "tag_removed": say("removed the tag “{tag}”"),
    "watcher_added": say("lets {person} watch"),
    "watcher_removed": say("ended watching by {person}"),
    "work_logged": say("recorded {minutes} min of work"),
    "link_added": say("linked #{other}"),
    "link_removed": say("removed the link to #{other}"),
    "ticket_absorbed": say("merged #{merged} into this ticket"),
    "ticket_erased": say("erased the texts"),
    "file_attached": say("attached “{name}”"),
    "plugin_failed": say("the plugin {plugin} failed here; the ticket was saved without it"),
}
MOST_LINES, MOST_CHARACTERS = 40, 4_000  # longer texts are folded
SHOWN_LINES, SHOWN_CHARACTERS = 24, 2_400  # to this beginning
SILENT = frozenset({"category", "outcome", "priority_pinned", "description", "voices"})


@dataclass(slots=True)
class Entry:
    """One entry: `look` is event, public or internal; `changes` are (name, old, new); lines: how many were folded;
    answer: whether staff wrote it."""

    id: int
    at: datetime
    who: str
    sentence: str
    look: str = "event"
    body: str | None = None
    lines: int = 0
    comment: int | None = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    files: Sequence[Attachment] = ()
    why: str = ""
    imported: bool = False
    answer: bool = False

    @property
    def day(self) -> date:
        """The reader's day on which it happened."""
        return local_day(self.at)


def folded(text: str) -> tuple[str, int]:
    """(the beginning of a long text, how many lines are left out); a short one is whole."""
    lines = text.splitlines()
    if len(lines) <= MOST_LINES and len(text) <= MOST_CHARACTERS:
        return text, 0
    kept = "\n".join(lines[:SHOWN_LINES])[:SHOWN_CHARACTERS]
    return kept, max(1, len(lines) - kept.count("\n") - 1)


def ids_in(events: Iterable[Told]) -> dict[str, set[int | None]]:
    """Whose names the timeline will need, by kind."""
    found: dict[str, set[int | None]] = {"people": set(), "organisations": set(), "teams": set()}
    for event, _ in events:
        found["people"].add(event.actor_id)
        for name, value in event.facts.items():
            group = "people" if name in (*PEOPLE, "person") else f"{name}s"
            if group in found:
                found[group].update(v for v in (value if isinstance(value, list) else [value]) if isinstance(v, int))
    return found


def timeline(
    events: Iterable[Told], comments: Mapping[int, Comment], files: Sequence[Attachment], labels: Labels, staff: bool,
    customers: Collection[int | None] = (),
) -> list[Entry]:  # fmt: skip
    """The entries that this reader may see, in the order in which things happened; customers: whose it is."""
    on_comment: dict[int, list[Attachment]] = {}
    for file in files:
        if file.comment_id is not None:
            on_comment.setdefault(file.comment_id, []).append(file)
    loose = {file.id: file for file in files if file.comment_id is None}
    entries = []
    for event, texts in events:
        if event.type == "comment_added":
            entry = _message(event, texts, comments, on_comment, labels, staff, customers)
        elif event.type == "file_attached":
            entry = _file(event, texts, loose, labels, staff)
        else:
            entry = _event(event, texts, labels, staff)
        if entry is not None:
            entries.append(entry)
    return entries


def _who(event: Event, texts: Mapping[str, Any], labels: Labels) -> str:
    if event.actor_id is not None and not texts.get("by"):
        return labels.person(event.actor_id)
    return str(texts.get("by") or translated(say("Automatically")))


def _entry(event: Event, texts: Mapping[str, Any], labels: Labels, sentence: str, staff: bool) -> Entry:
    why = str(texts.get("reason") or "") if staff else ""
    imported = event.origin == "import"
    return Entry(event.id, event.occurred_at, _who(event, texts, labels), sentence, why=why, imported=imported)


def _message(
    event: Event, texts: Mapping[str, Any], comments: Mapping[int, Comment],
    files: Mapping[int, Sequence[Attachment]], labels: Labels, staff: bool, customers: Collection[int | None],
) -> Entry | None:  # fmt: skip
    comment = comments.get(event.facts.get("comment", 0))
    if comment is None:
        return None
    entry = _entry(event, texts, labels, translated(say("wrote") if comment.public else say("noted")), staff)
    entry.look = "public" if comment.public else "internal"
    (entry.body, entry.lines), entry.comment = folded(comment.body), comment.id
    entry.files = files.get(comment.id, ())
    entry.answer = comment.author_id is None or comment.author_id not in customers
    return entry


def _file(
    event: Event, texts: Mapping[str, Any], loose: Mapping[int, Attachment], labels: Labels, staff: bool
) -> Entry | None:  # fmt: skip
    """A file that stands alone; those of a message are shown there."""
    file = loose.get(event.facts.get("attachment", 0))
    if file is None:
        return None
    entry = _entry(event, texts, labels, translated(say("attached a file")), staff)
    entry.look = "public" if file.public else "internal"
    entry.files = [file]
    return entry


def _event(event: Event, texts: Mapping[str, Any], labels: Labels, staff: bool) -> Entry:
    entry = _entry(event, texts, labels, _sentence(event, texts, labels), staff)
    if event.facts.get("mapped"):
        entry.who, entry.sentence = translated(say("Automatically")), translated(say("followed the changed life cycle"))
    if event.type in ("ticket_changed", "ticket_moved"):
        kind = event.kind or ""
        entry.changes = [
            (labels.name(name), labels.shown(name, pair[0], kind), labels.shown(name, pair[1], kind))
            for name, pair in seen(staff, {**event.facts, **texts}, labels.uow.registry.fields_of("ticket")).items()
            if isinstance(pair, list) and len(pair) == 2 and name not in SILENT
        ]
    return entry


def _sentence(event: Event, texts: Mapping[str, Any], labels: Labels) -> str:
    if event.type == "ticket_changed" and list({**event.facts, **texts}) == ["description"]:
        return translated(say("changed the description"))
    sentence = SENTENCES.get(event.type)
    if sentence is None:
        return event.type.replace("_", " ")
    values = {**event.facts, **texts}
    values["person"] = labels.person(event.facts.get("person"))
    values["other"] = event.facts.get("to") or event.facts.get("from") or ""
    return retold(sentence, values)
