"""Make, change, remove and find answers and macros; each change is an event with what was and what is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from itsm.blocks.answers.models import Ready
from itsm.blocks.answers.seen import ALL, OF_GROUPS, STAFF, groups_below
from itsm.core.errors import Forbidden, Invalid, Stale, TooLarge, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Team
from itsm.core.texts import Label, fold, label_text, say
from itsm.core.work.uow import UnitOfWork

ME, DESK = "me", ""  # owners beside the keys of groups
MOST = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """What is ready, as plain values. body: as its schema says; group, team: label and key of the group whose it is."""

    id: int
    what: str
    key: str
    label: Label
    team_id: int | None
    person_id: int | None
    body: Mapping[str, Any]
    version: int
    group: Label | None = None
    team: str | None = None

    @property
    def owner(self) -> str:
        """Whose it is, as `owners` spells it."""
        return ME if self.person_id is not None else self.team or DESK

    @property
    def kinds(self) -> Sequence[str]:
        """The types of tickets that it is for; none for all."""
        found: Sequence[str] = self.body.get("kinds", ())
        return found


def list_ready(uow: UnitOfWork, what: str) -> list[Entry]:
    """What the actor may use: one's own first, then that of groups, then the desk's; each by name."""
    return [entry for entry in _usable(uow) if entry.what == what]


def _usable(uow: UnitOfWork) -> list[Entry]:
    """Answers and macros, read once."""
    found: list[Entry] | None = uow.memo.get("answers")
    if found is None:
        columns = (Ready.id, Ready.what, Ready.key, Ready.label, Ready.team_id, Ready.person_id, Ready.body,
                   Ready.version, Team.label.label("group"), Team.key.label("team"))  # fmt: skip
        rows = uow.session.execute(uow.query(Ready, *columns).outerjoin(Team, Team.id == Ready.team_id)).all()
        found = uow.memo["answers"] = sorted((Entry(*row) for row in rows), key=_place)
    return found


def _place(entry: Entry) -> tuple[int, str, str]:
    whose = 0 if entry.person_id is not None else 1 if entry.team_id is not None else 2
    return whose, fold(label_text(entry.label, "ru")), entry.key


def find_ready(uow: UnitOfWork, *, id_: int) -> Entry:
    """One that the actor may use; others are unknown."""
    entry = next((entry for entry in _usable(uow) if entry.id == id_), None)
    if entry is None:
        raise Unknown(say("There is nothing ready with the number {id}.", id=id_))
    return entry


def ready_by_key(uow: UnitOfWork, what: str, key: str) -> Entry | None:
    """By its key, one's own before those that are shared."""
    return next((entry for entry in list_ready(uow, what) if entry.key == key), None)


def free_key(uow: UnitOfWork, what: str) -> str:
    """A key that nothing shared and nothing of the actor's has: `answer1` and so on."""
    whose = or_(Ready.person_id.is_(None), Ready.person_id == uow.act.actor.person_id)
    taken = set(uow.session.scalars(select(Ready.key).where(Ready.what == what, whose)))
    return next(key for number in range(1, len(taken) + 2) if (key := f"{what}{number}") not in taken)


def owners(uow: UnitOfWork) -> list[tuple[str, Label | None]]:
    """For whom the actor may write: (`me`, none), (key of a group, its label), ('', none) for the whole desk."""
    actor = uow.act.actor
    teams = select(Team.key, Team.label).order_by(Team.key)
    if not actor.may(ALL):
        if not actor.may(OF_GROUPS) or actor.person_id is None:
            return [(ME, None)]
        teams = teams.where(Team.id.in_(select(groups_below(actor.person_id).c.id)))
    groups = [(key, label) for key, label in uow.session.execute(teams)]
    return [*([(ME, None)] if actor.person_id else []), *groups, *([(DESK, None)] if actor.may(ALL) else [])]


def may_change(uow: UnitOfWork, entry: Entry) -> bool:
    """Whether the actor may change or remove it."""
    return entry.owner in dict(owners(uow))


def save_ready(
    uow: UnitOfWork, *, what: str, owner: str, key: str, label: Label, body: Mapping[str, Any],
    id_: int | None = None, match: int | None = None,
) -> Ready:  # fmt: skip
    """Make an answer or a macro, or change the one with this id. body: as its schema has read it.

    owner: `me`, the key of a group, or '' for the whole desk; see `owners`. match: the version that the actor saw.
    """
    uow.require_somewhere(STAFF)
    row = _locked(uow, find_ready(uow, id_=id_), match) if id_ is not None else None
    team_id, person_id = _owner(uow, owner)
    _refuse_doubled(uow, what, key, person_id, row)
    wanted = {"key": key, "label": dict(label), "team_id": team_id, "person_id": person_id, "body": dict(body)}
    if row is None:
        before: Mapping[str, Any] = {}
        row = Ready(what=what, version=1, updated_at=uow.now, **wanted)
        uow.session.add(row)
    else:
        before = {name: getattr(row, name) for name in wanted}
        if before == wanted:
            return row
        for name, value in wanted.items():
            setattr(row, name, value)
        row.version, row.updated_at = row.version + 1, uow.now
    try:
        uow.session.flush()
    except IntegrityError as error:  # somebody took the key in the same moment
        raise Invalid.field("key", say("The key {key} is taken.", key=key)) from error
    _tell(uow, row, "answer_saved", before, wanted)
    return row


def remove_ready(uow: UnitOfWork, *, id_: int, match: int | None = None) -> None:
    """Remove an answer or a macro. Macros that name the answer are refused when they run, and say so."""
    row = _locked(uow, find_ready(uow, id_=id_), match)
    before = {name: getattr(row, name) for name in ("key", "label", "team_id", "person_id", "body")}
    uow.session.delete(row)
    uow.session.flush()
    _tell(uow, row, "answer_removed", before, {})


def _locked(uow: UnitOfWork, entry: Entry, match: int | None) -> Ready:
    if not may_change(uow, entry):
        raise Forbidden(say("You may use this, and not change it: it is not yours."))
    row = uow.session.scalars(
        select(Ready).where(Ready.id == entry.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if match is not None and row.version != match:
        raise Stale(say("This was changed meanwhile."))
    return row


def _owner(uow: UnitOfWork, owner: str) -> tuple[int | None, int | None]:
    """(team, person) of an owner for whom the actor may write."""
    if owner not in dict(owners(uow)):
        raise Invalid.field("owner", say("You may not write for this group."))
    if owner == ME:
        return None, uow.act.actor.person_id
    return (uow.session.scalar(select(Team.id).where(Team.key == owner)) if owner else None), None


def _refuse_doubled(uow: UnitOfWork, what: str, key: str, person_id: int | None, row: Ready | None) -> None:
    """A key names one of one's own and one that is shared, whoever may see it."""
    same = select(Ready.id).where(Ready.what == what, Ready.key == key, Ready.person_id.is_not_distinct_from(person_id))
    if any(id_ != (row.id if row is not None else None) for id_ in uow.session.scalars(same)):
        raise Invalid.field("key", say("The key {key} is taken.", key=key))
    of_owner = (
        select(func.count())
        .select_from(Ready)
        .where(Ready.what == what, Ready.person_id.is_not_distinct_from(person_id))
    )
    if row is None and (uow.session.scalar(of_owner) or 0) >= MOST:
        raise TooLarge(say("At most {most} of them; remove one first.", most=MOST))


def _tell(uow: UnitOfWork, row: Ready, type: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """One's own stands in one's own history, what is shared in that of the configuration."""
    uow.memo.pop("answers", None)
    stream = ("person", row.person_id) if row.person_id is not None else ("configuration", 0)
    changed = {n: [before.get(n), after.get(n)] for n in {**before, **after} if before.get(n) != after.get(n)}
    texts = {name: pair for name, pair in changed.items() if name in ("label", "body")}
    facts = {"ready": row.id, "what": row.what, "key": after.get("key") or before["key"]}
    facts |= {name.removesuffix("_id"): pair for name, pair in changed.items() if name.endswith("_id")}
    append(uow, stream=stream[0], subject_id=stream[1] or 0, type=type, facts=facts, texts=texts)
