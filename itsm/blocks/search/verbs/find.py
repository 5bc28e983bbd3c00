"""Find: what somebody may see comes first, then what matches, then the order."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import True_

from itsm.blocks.search.hookspecs import Searchable
from itsm.blocks.search.models import DOCUMENTS, Matches
from itsm.blocks.search.rules import Term, fts_query, number_of, parse, telling, title_key, ts_query
from itsm.core.errors import Invalid
from itsm.core.schemas import MAX_ID
from itsm.core.texts import Label, fold, say
from itsm.core.tickets.models import Ticket
from itsm.core.work.uow import UnitOfWork

AT_MOST = 1000
HOOK = "register_search"
DOC = DOCUMENTS.c


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    kind: str
    label: Label
    id: int
    title: str
    url: str


@dataclass(slots=True)
class Found:
    """What was found, kind by kind; `counts`: how many the actor may see of each, counted to `AT_MOST`."""

    hits: list[Hit] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it is understood: its terms, the number and the whole title that it may be."""

    terms: Sequence[Term]
    number: int | None
    title: str


def kinds_of(uow: UnitOfWork) -> list[Searchable]:
    """The kinds that the actor may search, in their order."""
    declared: Collection[Searchable] = uow.registry.brought.get(HOOK, {}).values()
    mine = [one for one in declared if uow.act.actor.holds(one.permission)]
    return sorted(mine, key=lambda one: (one.order, one.name))


def is_own(uow: UnitOfWork, searchable: Searchable) -> bool:
    """Whether the search brought this kind itself; the others are plugins' business."""
    return uow.registry.owners.get(f"{HOOK}:{searchable.name}") == "search"


def find_subjects(
    uow: UnitOfWork, *, words: str, kinds: Sequence[str] = (), limit: int = 20, ahead: bool = False
) -> Found:
    """What the actor may see and `words` match, kind by kind, at most `limit` of each.

    First the one whose number was typed, then those with exactly this title, then by the documents' own measure:
    among the `AT_MOST` best by it. kinds: narrows. ahead: the last word is still being typed.
    """
    wanted = kinds_of(uow)
    if strange := set(kinds) - {one.name for one in wanted}:
        raise Invalid.field("kind", say("There is nothing of the type {kind} to search.", kind=sorted(strange)[0]))
    found, asked = Found(), Asked(parse(words, ahead=ahead), number_of(words), title_key(words))
    for searchable in wanted:
        if kinds and searchable.name not in kinds:
            continue
        hits, count = _answered(uow, searchable, asked, limit)
        found.counts[searchable.name] = count
        found.hits += hits
    return found


def _answered(uow: UnitOfWork, searchable: Searchable, asked: Asked, limit: int) -> tuple[Sequence[Hit], int]:
    """A kind of a plugin's is asked behind its guard: when it fails, the others are found all the same."""
    if is_own(uow, searchable):
        return _hits(uow, searchable, asked, limit)
    owner = uow.registry.owners[f"{HOOK}:{searchable.name}"]
    answer = uow.hook.show(owner, HOOK, _hits, uow, searchable, asked, limit)
    return answer if isinstance(answer, tuple) else ((), 0)


def _hits(uow: UnitOfWork, searchable: Searchable, asked: Asked, limit: int) -> tuple[list[Hit], int]:
    """The first `limit`, and how many there are, counted to `AT_MOST`."""
    model, found = searchable.model, dict(_numbered(uow, searchable, asked.number))
    if asked.terms:
        for row in _matching(uow, searchable, asked):
            found.setdefault(row.subject_id, row.title)
    first = list(found.items())[:limit]
    shown = uow.query(model, model.id).where(model.id.in_([id_ for id_, _ in first]))
    there = set(uow.session.scalars(shown)) if first else set()
    hits = [
        Hit(searchable.name, searchable.label, id_, title, searchable.url(id_)) for id_, title in first if id_ in there
    ]
    return hits, min(len(found), AT_MOST)


def _numbered(uow: UnitOfWork, searchable: Searchable, number: int | None) -> Iterator[tuple[int, str]]:
    """The subject of this number, asked for itself and not for its document: it is found from its first moment."""
    if number is None or not searchable.numbered or not 0 < number <= MAX_ID:
        return
    model = searchable.model
    if uow.session.scalars(uow.query(model, model.id).where(model.id == number)).first() is not None:
        for text in searchable.texts(uow, [number]):
            yield text.id, text.title


def _matching(uow: UnitOfWork, searchable: Searchable, asked: Asked) -> Sequence[Any]:
    """Who sees all is not asked row by row, which would double the work; `_hits` asks for the few that are shown."""
    model = searchable.model
    statement: Select[Any] = uow.query(model, DOC.subject_id, DOC.title)
    declared = uow.registry.visible.get(model)
    if declared is None or not isinstance(declared.condition(uow.act.actor), True_):
        statement = statement.select_from(DOCUMENTS).join(model, model.id == DOC.subject_id)
    statement = statement.where(DOC.kind == searchable.name, _matches(uow, searchable, asked.terms))
    exact = case((DOC.title_fold == asked.title, 0), else_=1)
    return uow.session.execute(statement.order_by(exact, DOC.measure.desc(), DOC.id.desc()).limit(AT_MOST)).all()


def _matches(uow: UnitOfWork, searchable: Searchable, terms: Sequence[Term]) -> ColumnElement[bool]:
    """Internal words count for the rows whose internal side the actor may see: all, none, or those of their reach."""
    return _matches_any(uow, searchable, [terms])


def _matches_any(uow: UnitOfWork, searchable: Searchable, ways: Sequence[Sequence[Term]]) -> ColumnElement[bool]:
    """The same for documents that match one of several sets of terms."""
    public = _spelt(searchable.name, ways, internal=False)
    if not searchable.internal or not uow.act.actor.holds(searchable.internal):
        return public
    whole, inner = _spelt(searchable.name, ways, internal=True), _inner(uow, searchable)
    return whole if isinstance(inner, True_) else or_(public, and_(whole, DOC.subject_id.in_(inner)))


def _spelt(kind: str, ways: Sequence[Sequence[Term]], *, internal: bool) -> Matches:
    fts = " OR ".join(f"({fts_query(terms, kind=kind, internal=internal)})" for terms in ways)
    return Matches(fts, " | ".join(f"({ts_query(terms, kind=kind, internal=internal)})" for terms in ways))


def _inner(uow: UnitOfWork, searchable: Searchable) -> Any:
    """The ids whose internal side the actor may see; `true()` for all of them."""
    declared, actor = uow.registry.visible.get(searchable.model), uow.act.actor
    if declared is None or declared.inner is None:
        return true() if actor.may(searchable.internal) else select(searchable.model.id).where(false())
    condition = declared.inner(actor)
    if isinstance(condition, True_):
        return condition
    return select(searchable.model.id).where(condition).correlate(None)


def matching_tickets(uow: UnitOfWork, *, words: str) -> ColumnElement[bool] | None:
    """The condition on `Ticket` that its document matches; one that is newer than all documents is asked for the
    words of its title. None where tickets cannot be searched."""
    searchable: Searchable | None = uow.registry.brought.get(HOOK, {}).get("ticket")
    if searchable is None:
        return None
    terms, number = parse(words), number_of(words)
    conditions = [Ticket.id == number] if number is not None and number <= MAX_ID else []
    if terms:
        matching = select(DOC.subject_id).where(DOC.kind == "ticket", _matches(uow, searchable, terms))
        conditions.append(Ticket.id.in_(union_all(matching, _newer(words))))
    return or_(*conditions) if conditions else false()


def resembling_tickets(uow: UnitOfWork, *, words: str) -> ColumnElement[bool] | None:
    """The condition on `Ticket` that most of the telling words of a subject stand in its document, whatever their
    order; None where there is nothing to go by."""
    searchable: Searchable | None = uow.registry.brought.get(HOOK, {}).get("ticket")
    terms = telling(parse(words, ahead=True))
    if searchable is None or not terms:
        return None
    ways = list(combinations(terms, len(terms) // 2 + 1))
    alike = select(DOC.subject_id).where(DOC.kind == "ticket", _matches_any(uow, searchable, ways))
    return Ticket.id.in_(alike)


def _newer(words: str) -> Select[int]:
    """Tickets that have come since the newest document."""
    fresh = aliased(Ticket)
    newest = select(func.coalesce(func.max(DOC.subject_id), 0)).where(DOC.kind == "ticket").scalar_subquery()
    titles = [fresh.title_fold.contains(word, autoescape=True) for word in fold(words).split()[:8]]
    return select(fresh.id).where(fresh.id > newest, and_(*titles))
