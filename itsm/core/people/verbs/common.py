"""What all verbs of people share: look up and lock, check names and fields, tell the ledger."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from itsm.core.errors import Conflict, Invalid, Refusal, Stale, Unknown
from itsm.core.fields.verbs import settle_fields
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Organisation, Person
from itsm.core.people.rules import YEARS, is_zone
from itsm.core.people.seen import organisation_of_row
from itsm.core.schemas import LINE_CONTROL, MAX_ID
from itsm.core.texts import LOCALES, Message, fold, say
from itsm.core.work.uow import UnitOfWork

LONGEST_NAME = 200


def nothing(model: type, id_: Any) -> Message:
    """That there is no such person, organisation or group."""
    if model is Person:
        return say("There is nobody with the number {id} here.", id=id_)
    if model is Organisation:
        return say("There is no organisation with the number {id} here.", id=id_)
    return say("There is no group with the number {id} here.", id=id_)


def lock(uow: UnitOfWork, model: Any, id_: int, permission: str, match: int | None = None) -> Any:
    """A row to change, locked until the end of the act, for an actor who holds `permission` over it.

    One that was merged away is refused with where it went.

    match: the version that the actor saw; raises `Stale` when there is a newer one.
    """
    uow.require_somewhere(permission)
    row = lock_all(uow, model, [id_]).get(id_)
    if row is None:
        raise Unknown(nothing(model, id_))
    uow.require(permission, organisation_of_row(row))
    into = getattr(row, "merged_into_id", None)
    if into is not None:
        raise Conflict(say("Number {id} was merged into number {into}: change that one.", id=id_, into=into))
    if getattr(row, "erased_at", None) is not None:
        raise erased(id_)
    check_match(row, match)
    return row


def erased(id_: int) -> Conflict:
    """That there is nothing to change or to hand out."""
    return Conflict(say("Number {id} was erased: nothing is kept of them any more.", id=id_))


def check_match(row: Any, match: int | None) -> None:
    """Refuse to write over what somebody else changed."""
    if match is not None and row.version != match:
        raise Stale(say("This was changed meanwhile."))


def lock_all(uow: UnitOfWork, model: Any, ids: Collection[int]) -> dict[int, Any]:
    """Visible rows by id, locked in one order, so that two acts never wait for each other."""
    wanted = [id_ for id_ in ids if 0 < id_ <= MAX_ID]
    statement = uow.query(model).where(model.id.in_(wanted)).order_by(model.id).with_for_update()
    return {row.id: row for row in uow.session.scalars(statement.execution_options(populate_existing=True))}


def survivor_of(uow: UnitOfWork, model: Any, id_: int) -> int:
    """The id itself, or of whom it was merged into."""
    into = uow.session.scalar(select(model.merged_into_id).where(model.id == id_)) if 0 < id_ <= MAX_ID else None
    return into or id_


def settled(uow: UnitOfWork, model: Any, name: str, id_: Any, *, active: bool = True) -> int | None:
    """The id that `name` may hold: of somebody visible who is in use; who was merged is followed. None stays None."""
    if id_ is None:
        return None
    row = None
    if isinstance(id_, int) and not isinstance(id_, bool) and 0 < id_ <= MAX_ID:
        wanted = survivor_of(uow, model, id_) if hasattr(model, "merged_into_id") else id_
        row = uow.session.execute(uow.query(model, model.id, model.active).where(model.id == wanted)).first()
    if row is None or (active and not row.active):
        raise Invalid.field(name, nothing(model, id_))
    return int(row.id)


def check_name(name: Any) -> str:
    """A name as it is stored."""
    text = name.strip() if isinstance(name, str) else ""
    if not 1 <= len(text) <= LONGEST_NAME or len(fold(text)) > LONGEST_NAME or LINE_CONTROL.search(text):
        raise Invalid.field("name", say("A name has 1 to 200 characters."))
    return text


def check_fields(
    uow: UnitOfWork, subject: str, fields: Mapping[str, Any] | None, held: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Fields in their stored form; None clears. held: those before a change, None for somebody new."""
    return settle_fields(uow, subject, fields or {}, held)


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def check_own(values: Mapping[str, Any]) -> None:
    """Refuse a language, a zone or marks that are none."""
    refusals = list(_wrong(values))
    if refusals:
        raise Invalid(refusals=refusals)


def _wrong(values: Mapping[str, Any]) -> Iterable[Refusal]:
    if values.get("locale", "en") not in LOCALES:
        yield Refusal("locale", say("Must be one of: {allowed}.", allowed=", ".join(LOCALES)))
    zone = values.get("timezone", "")
    if not isinstance(zone, str) or (zone and not is_zone(zone)):
        yield Refusal("timezone", say("There is no such zone."))
    for name in ("premium", "active"):
        if not isinstance(values.get(name, True), bool):
            yield Refusal(name, say("Write true or false."))
    yield from wrong_moment("premium_until", values.get("premium_until"))


def wrong_moment(name: str, moment: Any) -> Iterable[Refusal]:
    """Why this is no moment that every zone can tell; None is none at all."""
    if moment is None:
        return
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        yield Refusal(name, say("Give a moment with its zone, such as 2026-12-31T23:59:00+03:00."))
    elif not YEARS[0] <= moment.year <= YEARS[1]:
        yield Refusal(name, say("Must be between {low} and {high}.", low=YEARS[0], high=YEARS[1]))


def put(row: Any, names: Sequence[str], changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Put new values on a row; name → [old, new] of what changed."""
    changed = {name: [getattr(row, name), changes[name]] for name in names if name in changes}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name, (_, new) in changed.items():
        setattr(row, name, new)
    return changed


def put_fields(row: Any, cleaned: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Put fields on a row as a new dictionary, for a changed one is not seen as dirty; what changed."""
    changed = {n: [row.fields.get(n), v] for n, v in cleaned.items() if row.fields.get(n) != v}
    if changed:
        row.fields = present({**row.fields, **cleaned})
    return changed


def tell_change(
    uow: UnitOfWork, stream: str, row: Any, changed: Mapping[str, Sequence[Any]], texts: Collection[str] = ("name",)
) -> None:
    """Raise the version and tell what changed; `texts` names what may quote a person. Nothing is told of nothing."""
    if not changed:
        return
    row.version += 1
    uow.session.flush()
    declared = uow.registry.fields_of(stream)
    facts = {n: [_plain(v) for v in pair] for n, pair in changed.items() if n not in texts and not _quotes(declared, n)}
    told = {n: list(pair) for n, pair in changed.items() if n not in facts}
    append(uow, stream=stream, subject_id=row.id, type=f"{stream}_changed", facts=facts, texts=told)


def _quotes(declared: Mapping[str, Any], name: str) -> bool:
    """Whether the field's values may name or quote a person."""
    return name in declared and declared[name].type in ("text", "long_text", "file")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def tell(
    uow: UnitOfWork, stream: str, subject_id: int, type: str,
    facts: Mapping[str, Any] | None = None, texts: Mapping[str, Any] | None = None, *, begins: bool = False,
) -> None:  # fmt: skip
    """Append an event to a stream of people, organisations or teams."""
    append(uow, stream=stream, subject_id=subject_id, type=type, facts=facts, texts=texts, begins=begins)
