"""The history of a person, an organisation or a team from the ledger; what was erased is a gap, not an error."""

from collections.abc import Mapping
from typing import Any

from itsm.core.errors import Unknown
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import history
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.seen import is_staff_of, organisation_of_row
from itsm.core.people.verbs import common
from itsm.core.schemas import MAX_ID
from itsm.core.work.uow import UnitOfWork

MODELS: Mapping[str, Any] = {"person": Person, "organisation": Organisation, "team": Team}
MOST_ABSORBED = 50
OF_ACCOUNTS = (
    "account_", "role_", "token_", "sign_in_", "signed_", "password_", "sessions_", "factor_", "recovery_", "identity_",
)  # fmt: skip


def history_of(uow: UnitOfWork, *, kind: str, id_: int) -> list[tuple[Event, Mapping[str, Any]]]:
    """The events of one of them, each with its texts, the oldest first; a merged one keeps a history of its own.

    When somebody signed in and with what rights is for those who keep accounts. None is told to who is no staff of
    their organisation.
    """
    model = MODELS[kind]
    row = uow.session.scalars(uow.query(model).where(model.id == min(id_, MAX_ID))).first()
    if row is None:
        raise Unknown(common.nothing(model, id_))
    if not is_staff_of(uow.act.actor, organisation_of_row(row)):
        return []
    keeper = uow.act.actor.may("people.accounts")
    events = history(uow.session, kind, row.id)
    return [(event, texts) for event, texts in events if keeper or not event.type.startswith(OF_ACCOUNTS)]


def whole_history_of(uow: UnitOfWork, *, kind: str, id_: int) -> list[tuple[Event, Mapping[str, Any]]]:
    """The same with the histories of those who were merged into it, in the order in which things happened."""
    model = MODELS[kind]
    absorbed: list[int] = []
    if hasattr(model, "merged_into_id"):
        into = uow.query(model, model.id).where(model.merged_into_id == id_).order_by(model.id)
        absorbed = list(uow.session.scalars(into.limit(MOST_ABSORBED)))
    events = [told for one in (id_, *absorbed) for told in history_of(uow, kind=kind, id_=one)]
    # The merge itself stands in both streams; one of them is enough to read.
    events = [told for told in events if told[0].type != f"{kind}_merged"]
    return sorted(events, key=lambda told: (told[0].occurred_at, told[0].id))
