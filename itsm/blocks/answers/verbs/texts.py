"""Answers filled in for a ticket: those for the customer in the requester's language, the others in the writer's."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from itsm.blocks.answers.rules import MISSING, VOCABULARY, is_for, nearest, path_of, put_around
from itsm.blocks.answers.settings import NAME as AROUND
from itsm.blocks.answers.verbs.keep import Entry, list_ready
from itsm.core.configuration.verbs import document
from itsm.core.filling import NAME, fill_template
from itsm.core.hookspecs.guards import Draft
from itsm.core.people.models import Person, Team
from itsm.core.texts import fold, label_text
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.work.uow import UnitOfWork

REPLY, NOTE = "reply", "note"


@dataclass(frozen=True, slots=True)
class Filled:
    """An answer with its text as it will read; topical: it is meant for the ticket's topic."""

    entry: Entry
    text: str
    topical: bool = False


def offered_texts(uow: UnitOfWork, draft: Draft, purposes: Collection[str], *, words: str = "") -> list[Filled]:
    """The answers for a ticket with these purposes whose name holds the words, those of its topic first.

    What names the ticket's number is not offered before there is one.
    """
    typed = fold(words).split()
    fitting = [
        entry for entry in list_ready(uow, "answer")
        if entry.body["purpose"] in purposes and is_for(entry.kinds, draft.kind)
        and all(part in fold(" ".join([entry.key, *entry.label.values()])) for part in typed)
        and (draft.ticket_id is not None or "number" not in _names(entry))
    ]  # fmt: skip
    if not fitting:
        return []
    topics = _topics(uow, draft)
    found = [Filled(entry, filled(uow, draft, entry), bool(topics & {*entry.body["topics"]})) for entry in fitting]
    return sorted(found, key=lambda one: not one.topical)


def filled(uow: UnitOfWork, draft: Draft, entry: Entry, purpose: str = "") -> str:
    """The text of an answer for a ticket, in the language of who will read it there."""
    language = language_for(uow, draft, purpose or entry.body["purpose"])
    return fill_template(label_text(entry.body["text"], language), words_about(uow, draft, language))


def frame_of(uow: UnitOfWork, draft: Draft) -> tuple[str, str]:
    """(salutation, signature) of replies on a ticket: its group's or the nearest above it, else the desk's."""
    entries = document(uow, AROUND).body["around"]
    if not entries:
        return "", ""
    teams = {id_: (parent, key) for id_, parent, key in uow.session.execute(select(Team.id, Team.parent_id, Team.key))}
    path = path_of(draft.values.get("team"), {id_: parent for id_, (parent, _) in teams.items()})
    entry = nearest([teams[id_][1] for id_ in path if id_ in teams], entries)
    language = language_for(uow, draft, REPLY)
    values = words_about(uow, draft, language)

    def around(name: str) -> str:
        return fill_template(label_text(entry.get(name), language), values)

    return around("salutation"), around("signature")


def language_for(uow: UnitOfWork, draft: Draft, purpose: str) -> str:
    """The language of who will read it."""
    field = uow.registry.fields_of("ticket").get(purpose)
    if purpose == NOTE or (field is not None and not field.public):
        return uow.act.locale
    person = requester_of(draft)
    known = uow.memo.setdefault("answers.languages", {})
    if person not in known:
        known[person] = uow.session.scalar(select(Person.locale).where(Person.id == person)) if person else None
    return known[person] or str(document(uow, AROUND).body["language"])


def requester_of(draft: Draft) -> int | None:
    """Whom a reply addresses."""
    return draft.values.get("requested_for") or draft.values.get("contact")


def words_about(uow: UnitOfWork, draft: Draft, language: str) -> Mapping[str, str]:
    """The vocabulary for a ticket in a language; what it has no value for is a gap that can be seen."""
    known = uow.memo.setdefault("answers.words", {})
    about = (draft.ticket_id, language, requester_of(draft), draft.values.get("team"), draft.values.get("state"))
    if about not in known:
        known[about] = {name: value or MISSING for name, value in _words(uow, draft, language)}
    found: Mapping[str, str] = known[about]
    return found


def _words(uow: UnitOfWork, draft: Draft, language: str) -> Iterable[tuple[str, str]]:
    values, session = draft.values, uow.session
    person, team, service = requester_of(draft), values.get("team"), values.get("service")
    services = {s.id: s.label for s in uow.ask("service_names", uow=uow, default=())} if service else {}
    topics = {e["key"]: e["label"] for e in document(uow, "core.topics").body["entries"]}
    states = workflow_of(uow, draft.kind)[1].states if draft.kind in uow.registry.kinds else {}
    state = states.get(values.get("state") or "")
    labels = {
        "group": session.scalar(select(Team.label).where(Team.id == team)) if team else None,
        "service": services.get(service or 0),
        "topic": topics.get(values.get("topic") or ""),
        "state": state.label if state else None,
    }
    yield "number", str(draft.ticket_id or "")
    yield "title", values.get("title") or ""
    yield "requester", (session.scalar(select(Person.name).where(Person.id == person)) if person else "") or ""
    yield "agent", uow.act.actor.name
    yield from ((name, label_text(label, language)) for name, label in labels.items())


def _names(entry: Entry) -> set[str]:
    return {name for text in entry.body["text"].values() for name in NAME.findall(text)}


def _topics(uow: UnitOfWork, draft: Draft) -> set[Any]:
    """The ticket's topics and those above them."""
    parents = {e["key"]: e.get("parent") for e in document(uow, "core.topics").body["entries"]}
    own = (draft.values.get("closing_topic"), draft.values.get("topic"))
    return {topic for key in own for topic in path_of(key, parents)}


def sample_words(names: Sequence[str] = VOCABULARY) -> Mapping[str, str]:
    """What a preview without a ticket puts in: the names themselves."""
    return {name: f"⟨{name}⟩" for name in names}


def preview_of(
    uow: UnitOfWork, *, texts: Mapping[str, str], purpose: str, draft: Draft | None = None
) -> list[tuple[str, str]]:
    """(language, text) as an answer will read for a ticket, a reply with salutation and signature; without a ticket in
    each language, with the names of the vocabulary in the gaps."""
    if draft is None:
        return [(language, fill_template(text, sample_words())) for language, text in texts.items()]
    language = language_for(uow, draft, purpose)
    text = fill_template(label_text(texts, language), words_about(uow, draft, language))
    return [(language, put_around(text, *frame_of(uow, draft)) if purpose == REPLY else text)]
