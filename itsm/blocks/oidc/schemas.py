"""The document `oidc.providers`, and what is wrong with one whatever the desk."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from marshmallow import fields

from itsm.blocks.oidc.rules import OWN
from itsm.core.errors import Invalid, Refusal
from itsm.core.people.rules import domain_fold
from itsm.core.schemas import Among, Key, LabelField, Line, Size, Strict, YesNo
from itsm.core.texts import Message, say

LINKS = ("never", "without_account", "by_login")
HERE = ("localhost", "127.0.0.1", "::1")


class ClaimsSchema(Strict):
    """Which claims tell what; a path such as `realm_access.roles` leads into a claim."""

    name = Line(200, load_default="name")
    email = Line(200, load_default="email")
    groups = Line(200, load_default="groups")


class MappedSchema(Strict):
    """Whoever is in the group has the role: in the whole desk, in their `own` organisation, or in the one that holds
    this domain."""

    group = Line(300, required=True)
    role = Key(required=True)
    within = Line(253, blank=True, load_default="")


class ProviderSchema(Strict):
    """One provider.

    domains: only e-mails of these domains are believed; none: of all. email_trusted: believe e-mails that the provider
    does not call verified; only for one that lets nobody choose their address. link: which person who is here already
    somebody becomes by a believed e-mail. make_unknown: whoever is not known becomes an unconfirmed person.
    default_roles: of everybody who comes through this provider. sign_out: offer to sign out there too.
    """

    key = Key(required=True)
    label = LabelField(required=True)
    issuer = Line(300, required=True)
    client_id = Line(300, required=True)
    scopes = fields.List(Line(100), load_default=lambda: ["openid", "profile", "email"], validate=Size(1, 30))
    claims = fields.Nested(ClaimsSchema, load_default=lambda: ClaimsSchema().load({}))
    domains = fields.List(Line(253), load_default=list, validate=Size(0, 500))
    email_trusted = YesNo(load_default=False)
    link = fields.String(validate=Among(LINKS), load_default="without_account")
    make_unknown = YesNo(load_default=False)
    default_roles = fields.List(Key(), load_default=lambda: ["requester"], validate=Size(0, 20))
    roles = fields.List(fields.Nested(MappedSchema), load_default=list, validate=Size(0, 500))
    sign_out = YesNo(load_default=False)


class ProvidersSchema(Strict):
    """All providers; their buttons stand on the sign-in page in this order."""

    providers = fields.List(fields.Nested(ProviderSchema), required=True, validate=Size(0, 20))


def check_providers(body: Mapping[str, Any]) -> None:
    """Refuse what no provider can be, each with its place."""
    refusals = []
    keys = [entry["key"] for entry in body["providers"]]
    for place, entry in enumerate(body["providers"]):
        if entry["key"] in keys[:place]:
            refusals.append(Refusal(f"providers.{place}.key", say("The key {key} is there twice.", key=entry["key"])))
        refusals += [Refusal(f"providers.{place}.{name}", why) for name, why in _faults(entry)]
    if refusals:
        raise Invalid(refusals=refusals)


def _faults(entry: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    if "openid" not in entry["scopes"]:
        yield "scopes", say("Without the scope openid the provider does not tell who signs in.")
    if not _is_issuer(entry["issuer"]):
        yield "issuer", say("Write the issuer as the provider spells it, https://… without ? and #.")
    for index, domain in enumerate(entry["domains"]):
        if not domain_fold(domain):
            yield f"domains.{index}", say("This is no domain; write it as example.org.")
    for index, mapped in enumerate(entry["roles"]):
        if mapped["within"] not in ("", OWN) and not domain_fold(mapped["within"]):
            yield f"roles.{index}.within", say("Write own, a domain that an organisation here holds, or nothing.")
    if entry["make_unknown"] and not entry["domains"]:
        yield "domains", say("Name the domains whose people may come without being known; else anybody could.")


def _is_issuer(text: str) -> bool:
    """Plain http only for a provider on this very machine, which is for trials."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in HERE)
    return safe and bool(host) and not (parts.query or parts.fragment or parts.username or "{" in text)
