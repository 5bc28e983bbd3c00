"""How many tickets lists hold: all counts of a page in one query, kept until anything happens on the desk."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from sqlalchemy import func, select

from itsm.core.act import Actor
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.seen import is_staff_everywhere
from itsm.core.tickets.verbs.lists.filters import filtered
from itsm.core.work.uow import UnitOfWork

KEPT = 2000


def count_lists(uow: UnitOfWork, *, lists: Sequence[Mapping[str, str]], newest: str, most: int) -> list[int]:
    """How many tickets match each of some filters, counted to `most` at the most.

    newest: what `itsm.core.ledger.verbs.newest` told before. What was counted for it is told again to all who see the
    same tickets; so a count is never older than the last event. Words are looked up in an index that follows later, so
    that lists with them are counted each time.
    """
    keys = [_key(uow.act.actor, filters, newest, most) for filters in lists]
    kept = uow.registry.counted
    found = {key: kept[key] for key in keys if key in kept}
    lacking = {key: filters for key, filters in zip(keys, lists, strict=True) if key not in found}
    if lacking:
        counts = dict(zip(lacking, _count(uow, lacking.values(), most), strict=True))
        found |= counts
        kept.update((key, count) for key, count in counts.items() if "q" not in lacking[key])
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return [found[key] for key in keys]


def _count(uow: UnitOfWork, lists: Iterable[Mapping[str, str]], most: int) -> Sequence[int]:
    counts = []
    for filters in lists:
        some = filtered(uow, uow.query(Ticket, Ticket.id), filters).limit(most).subquery()
        counts.append(select(func.count()).select_from(some).scalar_subquery())
    return tuple(uow.session.execute(select(*counts)).one())


def _key(actor: Actor, filters: Mapping[str, str], newest: str, most: int) -> Hashable:
    """Whoever sees all sees what all such see; others are counted for alone. `me` and days are the actor's own."""
    own = not is_staff_everywhere(actor) or "me" in ",".join(filters.values()).split(",")
    sight: Hashable = (actor.person_id, actor.permissions, actor.within, actor.teams) if own else None
    return sight, actor.timezone, newest, most, tuple(sorted(filters.items()))
