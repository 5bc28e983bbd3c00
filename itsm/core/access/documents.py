"""The configuration document of signing in."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from itsm.core.access.models import Role
from itsm.core.access.schemas import SignInRulesSchema
from itsm.core.errors import Invalid
from itsm.core.hookspecs.declarations import DocumentType
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

NAME = "core.sign_in"


def access_documents() -> Sequence[DocumentType]:
    """Passwords, sessions, throttles, second factors, tokens."""
    label = {"en": "Signing in", "ru": "Вход"}
    default = SignInRulesSchema().load({})
    return (DocumentType(NAME, label, SignInRulesSchema, default, check_desk=_check_roles),)


def _check_roles(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    unknown = set(body["second_factor_roles"]) - set(uow.session.scalars(select(Role.key)))
    if unknown:
        raise Invalid.field("second_factor_roles", say("There is no role {role}.", role=", ".join(sorted(unknown))))
