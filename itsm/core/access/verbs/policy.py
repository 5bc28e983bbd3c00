"""The rules of signing in that are in force, and whom they oblige."""

from sqlalchemy import exists, select

from itsm.core.access.models import CodeFactor, Passkey, RoleGrant
from itsm.core.access.rules import SignInRules
from itsm.core.configuration.verbs import parsed_document
from itsm.core.work.uow import UnitOfWork


def sign_in_rules(uow: UnitOfWork) -> SignInRules:
    """What the document `core.sign_in` says."""
    return parsed_document(uow, "core.sign_in", lambda body: SignInRules(**body))[1]


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
