"""What the desk and its groups share, as parts of the configuration; what is one person's stays theirs."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from itsm.blocks.answers.models import Ready
from itsm.blocks.answers.schemas import SCHEMAS
from itsm.blocks.answers.verbs.keep import DESK, save_ready
from itsm.core.errors import Invalid, Refusal
from itsm.core.people.models import Team
from itsm.core.refusals import load_list
from itsm.core.work.uow import UnitOfWork

NAMED = ("key", "label", "group")


def _export(what: str, uow: UnitOfWork) -> Sequence[Mapping[str, Any]]:
    """All that are shared, by key, each with the key of its group."""
    rows = select(Ready, Team.key).outerjoin(Team, Team.id == Ready.team_id)
    shared = uow.session.execute(rows.where(Ready.what == what, Ready.person_id.is_(None)).order_by(Ready.key))
    order = [name for name in SCHEMAS[what]().fields if name not in NAMED]
    return [
        {"key": row.key, "label": row.label, "group": group, **{n: row.body[n] for n in order if n in row.body}}
        for row, group in shared
    ]


def _apply(what: str, uow: UnitOfWork, value: Any) -> int:
    """Make and change until all of these are so; how many were. Others stay."""
    changed = 0
    for place, entry in enumerate(load_list(SCHEMAS[what], value)):
        same = select(Ready).where(Ready.what == what, Ready.key == entry["key"], Ready.person_id.is_(None))
        row = uow.session.scalars(same).first()
        version = row.version if row is not None else 0
        body = {name: given for name, given in entry.items() if name not in NAMED}
        try:
            saved = save_ready(
                uow, what=what, owner=entry["group"] or DESK, key=entry["key"], label=entry["label"], body=body,
                id_=row.id if row is not None else None,
            )  # fmt: skip
        except Invalid as error:
            told = [(r.field.replace("owner", "group"), r.message) for r in error.refusals]
            raise Invalid(refusals=[Refusal(f"{place}.{name}", message) for name, message in told]) from error
        changed += saved.version != version
    return changed


export_answers, export_macros = partial(_export, "answer"), partial(_export, "macro")
apply_answers, apply_macros = partial(_apply, "answer"), partial(_apply, "macro")
