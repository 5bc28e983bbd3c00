"""Merge duplicates: one survives, what pointed to the other points to the survivor, and nothing is deleted."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import exists, select, update

from itsm.core.access.models import Account, RoleGrant, Token
from itsm.core.access.powers import require_over_person, someone_keeps_the_desk
from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.fields.verbs import move_references
from itsm.core.people.models import Organisation, Person
from itsm.core.people.rules import is_premium, longer
from itsm.core.people.verbs import common
from itsm.core.people.verbs.keys import ACCESS, OF_ACCESS, counts, keys_to, move
from itsm.core.people.verbs.people import end_access
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

BATCH = 200
STRAGGLERS = timedelta(minutes=10)
STREAMS: Mapping[str, Any] = {"person": Person, "organisation": Organisation}


class Preview(NamedTuple):
    """What a merge would do: rows by `table.column`, and what becomes of the account ('', moves, ends)."""

    source: Any
    target: Any
    rows: Mapping[str, int]
    account: str


def merge_people(uow: UnitOfWork, *, person_id: int, into: int, match: int | None = None) -> Person:
    """Merge a person into another one, who survives; returns the survivor.

    Everything that points to the first points to the survivor afterwards: tickets, comments, memberships, addresses,
    rows of plugins. The events of the past stay as they are, and are read through `merged_into_id`. The first stays as
    a row that is no longer active. The version behind a ticket's ETag stays: nobody changed its text.
    match: the version of the first. Raises `Forbidden` where an account is concerned and the actor keeps none.
    """
    uow.require("people.merge")
    source, target = _both(uow, Person, person_id, into, match)
    if source.id == uow.act.actor.person_id:
        raise Conflict(say("Nobody can merge themselves away: merge the other one into you."))
    access = _settle_access(uow, source.id, target.id)
    if target.organisation_id is None:
        target.organisation_id = source.organisation_id
    target.timezone = target.timezone or source.timezone
    target.provisional = target.provisional and source.provisional
    source.provisional = False
    survivor: Person = _absorb(uow, "person", source, target, {"access": access} if access else {}, without=ACCESS)
    return survivor


def merge_organisations(
    uow: UnitOfWork, *, organisation_id: int, into: int, match: int | None = None
) -> Organisation:  # fmt: skip
    """Merge an organisation into another one with its people, tickets, contracts and domains; returns the survivor.

    Who has a role within the first has it within the survivor afterwards, which is for those who keep accounts.
    """
    uow.require("people.merge")
    if (
        uow.session.scalars(select(RoleGrant.id).where(RoleGrant.organisation_id == organisation_id)).first()
        is not None
    ):
        uow.require("people.accounts")
    source, target = _both(uow, Organisation, organisation_id, into, match)
    survivor: Organisation = _absorb(uow, "organisation", source, target, {})
    return survivor


def preview_merge(uow: UnitOfWork, *, kind: str, source_id: int, into: int) -> Preview:
    """What a merge would move, for those who decide; refused for the same reasons as the merge itself."""
    uow.require("people.merge")
    model = STREAMS[kind]
    rows = {id_: _seen(uow, model, id_) for id_ in (source_id, into)}
    source, target = _fit(model, rows, source_id, into)
    without = ACCESS if kind == "person" else ()
    account = ""
    if kind == "person" and _has_access(uow, source.id):
        account = "ends" if uow.session.get(Account, target.id) else "moves"
    return Preview(source, target, counts(uow, keys_to(uow, kind, without=without), source.id), account)


def _seen(uow: UnitOfWork, model: Any, id_: int) -> Any:
    return uow.session.scalars(uow.query(model).where(model.id == min(id_, MAX_ID))).first()


def _both(uow: UnitOfWork, model: Any, source_id: int, into: int, match: int | None) -> tuple[Any, Any]:
    """Both locked in one order: of two merges that cross, the second one finds its survivor merged."""
    source, target = _fit(model, common.lock_all(uow, model, {source_id, into}), source_id, into)
    common.check_match(source, match)
    return source, target


def _fit(model: Any, rows: Mapping[int, Any], source_id: int, into: int) -> tuple[Any, Any]:
    source, target = rows.get(source_id), rows.get(into)
    if source is None:
        raise Unknown(common.nothing(model, source_id))
    if source_id == into:
        raise Invalid.field("into", say("Nobody is merged into themselves."))
    if target is None:
        raise Invalid.field("into", common.nothing(model, into))
    if source.merged_into_id is not None:
        raise Conflict(
            say("Number {id} is merged into number {into} already.", id=source.id, into=source.merged_into_id)
        )
    if target.merged_into_id is not None:
        told = say("Number {id} is itself merged into number {into}.", id=target.id, into=target.merged_into_id)
        raise Conflict(told)
    if source.active and not target.active:
        raise Invalid.field("into", say("The survivor is not active; merge the other way round."))
    return source, target


def _absorb(
    uow: UnitOfWork, stream: str, source: Any, target: Any, facts: Mapping[str, Any], without: Iterable[str] = ()
) -> Any:
    """The part that people and organisations have in common; it cannot be undone, so a person says why."""
    if uow.act.actor.kind == "person" and not uow.act.reason.strip():
        raise Invalid.field("reason", say("Say why, in one line: it stays in the history."))
    _keep_premium(uow, source, target)
    target.fields = {**source.fields, **target.fields}
    uow.session.flush()
    moved, left = move(uow, keys_to(uow, stream, without=tuple(without)), source.id, target.id)
    source.merged_into_id, source.active = target.id, False
    source.version += 1
    target.version += 1
    uow.session.flush()
    uow.session.expire_all()  # rows that were read before may point elsewhere now
    told = {**facts, "moved": moved, "left": left}
    common.tell(uow, stream, source.id, f"{stream}_merged", {"into": target.id, **told})
    common.tell(uow, stream, target.id, f"{stream}_absorbed", {"merged": source.id, **told})
    _owe(uow, stream, source.id, target.id)
    uow.session.refresh(target)
    return target


def _keep_premium(uow: UnitOfWork, source: Any, target: Any) -> None:
    """A promise that was made to either of them holds, to its later end."""
    marks = [(row, is_premium(row.premium, row.premium_until, uow.now)) for row in (source, target)]
    if marks[0][1]:
        until = longer(source.premium_until, target.premium_until) if marks[1][1] else source.premium_until
        target.premium, target.premium_until = True, until


def _has_access(uow: UnitOfWork, person_id: int) -> bool:
    held = [exists(select(1).where(model.person_id == person_id)) for model in (Account, RoleGrant, Token)]
    return any(uow.session.scalars(select(condition)).one() for condition in held)


def _settle_access(uow: UnitOfWork, source: int, target: int) -> str:
    """An account is a matter of those who keep accounts, else a merge would be a way to another one's rights.

    Where the survivor has none, it moves with its roles, tokens and sessions. Where both have one, the survivor's
    stays as it is: the other one can no longer sign in, its roles are not added, its tokens and sessions end.
    """
    if not _has_access(uow, source):
        return ""
    uow.require("people.accounts")
    require_over_person(uow, source)
    require_over_person(uow, target)
    if uow.session.get(Account, target) is None and not _has_access(uow, target):
        for model in OF_ACCESS:
            uow.session.execute(update(model).where(model.person_id == source).values(person_id=target))
        return "moved"
    with someone_keeps_the_desk(uow):
        uow.session.execute(update(Account).where(Account.person_id == source).values(disabled=True))
    end_access(uow, source)
    return "ended"


def _owe(uow: UnitOfWork, kind: str, source: int, target: int) -> None:
    """References in fields, and what an act that began before the merge writes after it."""
    for name, at in (("now", uow.now), ("late", uow.now + STRAGGLERS)):
        uow.later(
            "core.merge_references", at=at, key=f"core.merge_references:{kind}:{source}:{name}", kind=kind, old=source,
            new=target,
        )  # fmt: skip


def merge_references(uow: UnitOfWork, *, kind: str, old: int, new: int, batch: int = 0) -> None:
    """The owed call after a merge: move what still points to the old one; as often as one likes."""
    new = common.survivor_of(uow, STREAMS[kind], new)
    without = (*(ACCESS if kind == "person" else ()), table_name(kind))
    move(uow, keys_to(uow, kind, without=without), old, new)
    if move_references(uow, kind, old, new, limit=BATCH) >= BATCH:
        uow.later("core.merge_references", kind=kind, old=old, new=new, batch=batch + 1)


def table_name(kind: str) -> str:
    """The table itself: its own `merged_into_id` is the trace that must stay."""
    return str(STREAMS[kind].__tablename__)
