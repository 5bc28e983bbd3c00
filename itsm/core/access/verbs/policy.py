"""The rules of signing in that are in force, and whom they oblige."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select

from itsm.core.access.models import CodeFactor, Passkey, RoleGrant
from itsm.core.access.rules import SignInRules
from itsm.core.configuration.models import ActiveRevision
from itsm.core.configuration.verbs import parsed_document, parsed_revision
from itsm.core.work.uow import UnitOfWork

DOCUMENT = "core.sign_in"
# The revision of it that is in force, for a query that asks for more at the same time.
IN_FORCE = select(ActiveRevision.revision_id).where(ActiveRevision.document == DOCUMENT).scalar_subquery()


def sign_in_rules(uow: UnitOfWork) -> SignInRules:
    """What the document `core.sign_in` says."""
    return parsed_document(uow, DOCUMENT, _parse)[1]


def rules_of(uow: UnitOfWork, revision: int | None) -> SignInRules:
    """What a revision of it says of which another query told that it is in force."""
    return parsed_revision(uow, DOCUMENT, revision or 0, _parse)


def _parse(body: Mapping[str, Any]) -> SignInRules:
    return SignInRules(**body)


def has_factor(uow: UnitOfWork, person_id: int) -> bool:
    """Whether a person has a second factor that works."""
    codes = exists().where(CodeFactor.person_id == person_id, CodeFactor.confirmed_at.is_not(None))
    keys = exists().where(Passkey.person_id == person_id)
    return bool(uow.session.scalar(select(codes | keys)))


def is_obliged(uow: UnitOfWork, person_id: int) -> bool:
    """Whether one of a person's roles demands a second factor."""
    demanding = list(sign_in_rules(uow).second_factor_roles)
    if not demanding:
        return False
    held = exists().where(RoleGrant.person_id == person_id, RoleGrant.role.in_(demanding))
    return bool(uow.session.scalar(select(held)))
