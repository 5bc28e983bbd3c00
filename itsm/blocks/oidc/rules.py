"""What a desk decides of a provider, and what the claims of a person mean under it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from itsm.core.people.rules import domain_fold, domain_of
from itsm.core.texts import Label

# How long somebody may take at the provider: long enough for a second factor, too short for a link that is passed on.
PATIENCE = timedelta(minutes=10)
LONGEST_SUBJECT = 255
OWN = "own"

Link = Literal["never", "without_account", "by_login"]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Whoever is in `group` has `role`. within: '' the whole desk, `own` their own organisation, else a domain that
    an organisation holds."""

    group: str
    role: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """One entry of the document `oidc.providers`; see its schema for what each value means."""

    key: str
    label: Label
    issuer: str
    client_id: str
    scopes: Sequence[str]
    claims: Mapping[str, str]
    domains: frozenset[str] = frozenset()
    email_trusted: bool = False
    link: Link = "without_account"
    make_unknown: bool = False
    default_roles: Sequence[str] = ()
    roles: Sequence[Mapped] = ()
    sign_out: bool = False

    @property
    def name(self) -> str:
        """How this way to sign in is called on sessions, roles and events."""
        return f"oidc.{self.key}"


class Wanted(NamedTuple):
    """A role that somebody shall have; `within` as in `Mapped`."""

    role: str
    within: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider tells of a person. email: only one that may be believed, else ''. groups: None where the
    provider could not list them."""

    subject: str
    name: str
    email: str
    groups: frozenset[str] | None = field(default_factory=frozenset)


def parse_provider(entry: Mapping[str, Any]) -> Provider:
    """A provider as its schema has loaded it."""
    values = dict(entry)
    values["roles"] = tuple(Mapped(**mapped) for mapped in values["roles"])
    values["domains"] = frozenset(domain_fold(domain) for domain in values["domains"])
    return Provider(**values)


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of this very name, else the one that a path such as `realm_access.roles` leads to; None for none."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def lacking(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """Whether something is wanted that these claims do not hold, so that the provider is asked once more."""
    wanted = ["email", "name", *(["groups"] if provider.roles else [])]
    return any(claim(claims, provider.claims[name]) is None for name in wanted)


def told_by(provider: Provider, claims: Mapping[str, Any]) -> Told:
    """What the claims of a person mean; texts that are none are left out."""
    groups = claim(claims, provider.claims["groups"])
    listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    known = frozenset(group for group in listed if isinstance(group, str))
    return Told(
        subject=claims["sub"],
        name=_text(claim(claims, provider.claims["name"]))[:200],
        email=_email(provider, claims),
        groups=None if groups is None and _has_too_many(claims) else known,
    )


def _email(provider: Provider, claims: Mapping[str, Any]) -> str:
    """An address that proves who somebody is: confirmed by the provider, and of a domain that this desk believes it."""
    email = _text(claim(claims, provider.claims["email"]))
    verified = provider.email_trusted or claims.get("email_verified") is True
    if not verified or "@" not in email or (provider.domains and domain_of(email) not in provider.domains):
        return ""
    return email


def _has_too_many(claims: Mapping[str, Any]) -> bool:
    """Entra ID leaves the groups of people who are in very many out, and says so in this way."""
    names = claims.get("_claim_names")
    return claims.get("hasgroups") in (True, "true") or (isinstance(names, Mapping) and "groups" in names)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def wanted_roles(provider: Provider, groups: frozenset[str]) -> frozenset[Wanted]:
    """The roles of whoever is in these groups."""
    everybody = {Wanted(role, "") for role in provider.default_roles}
    return frozenset(everybody | {Wanted(m.role, m.within) for m in provider.roles if m.group in groups})
