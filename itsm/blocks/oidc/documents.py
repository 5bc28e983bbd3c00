"""The document `oidc.providers` in a desk: what does not fit it, and who may put it in force."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from itsm.blocks.oidc.schemas import ProvidersSchema, check_providers
from itsm.blocks.oidc.settings import EXAMPLE, NAME
from itsm.core.access.models import Role
from itsm.core.access.powers import require_over
from itsm.core.errors import Invalid, Refusal
from itsm.core.hookspecs.declarations import DocumentType, Finding
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def providers_document() -> DocumentType:
    """Its declaration; roles come before it in an import."""
    return DocumentType(
        NAME,
        {"en": "Signing in through a provider (OpenID Connect)", "ru": "Вход через провайдера (OpenID Connect)"},
        ProvidersSchema,
        {"providers": []},
        check_providers,
        check_desk=_check_roles,
        try_out=_try_out,
        on_activate=_require_power,
        example=EXAMPLE,
    )


def _named(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, role) of every role that the document gives."""
    for place, entry in enumerate(body["providers"]):
        for index, role in enumerate(entry["default_roles"]):
            yield f"providers.{place}.default_roles.{index}", role
        for index, mapped in enumerate(entry["roles"]):
            yield f"providers.{place}.roles.{index}.role", mapped["role"]


def _check_roles(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    known = set(uow.session.scalars(select(Role.key)))
    refusals = [
        Refusal(place, say("There is no role {role}.", role=role)) for place, role in _named(body) if role not in known
    ]
    if refusals:
        raise Invalid(refusals=refusals)


def _try_out(uow: UnitOfWork, body: Mapping[str, Any]) -> Sequence[Finding]:
    """Providers whose secret is not set: such a client is a public one, which few providers accept."""
    secrets = uow.registry.settings["oidc"]["secrets"]
    told = say("No secret is set in ITSM_OIDC__SECRETS; this works only where the provider knows a public client.")
    return [
        Finding(f"providers.{place}", told)
        for place, entry in enumerate(body["providers"])
        if entry["key"] not in secrets
    ]


def _require_power(uow: UnitOfWork, _: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Whoever says who signs in, and as what, keeps accounts; and gives no role that allows more than they may."""
    uow.require("people.accounts")
    given = {role for _, role in _named(new)}
    for permissions in uow.session.scalars(select(Role.permissions).where(Role.key.in_(given))):
        require_over(uow, permissions)
