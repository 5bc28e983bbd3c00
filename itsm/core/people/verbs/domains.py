"""Domains of organisations: whoever writes from there belongs to them."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from itsm.core.configuration.verbs import document
from itsm.core.errors import Conflict, Invalid, Refusal
from itsm.core.people.models import Organisation, OrganisationDomain
from itsm.core.people.rules import domain_fold, domains_above
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

PUBLIC = "core.public_domains"


def organisation_of(uow: UnitOfWork, domain: str) -> int | None:
    """The organisation of a folded domain, or of the nearest one above it; public ones are nobody's."""
    if not domain or domain in public_domains(uow):
        return None
    above = domains_above(domain)
    held = select(OrganisationDomain.domain_fold, OrganisationDomain.organisation_id)
    held = held.join(Organisation, Organisation.id == OrganisationDomain.organisation_id)
    held = held.where(OrganisationDomain.domain_fold.in_(above), Organisation.active)
    found = {fold: organisation for fold, organisation in uow.session.execute(held)}
    return next((found[name] for name in above if name in found), None)


def public_domains(uow: UnitOfWork) -> frozenset[str]:
    """The folded domains at which anybody may have an address."""
    found = document(uow, PUBLIC)
    key = (PUBLIC, found.revision)
    if key not in uow.registry.parsed:
        uow.registry.parsed[key] = frozenset(domain_fold(name) for name in found.body["domains"])
    names: frozenset[str] = uow.registry.parsed[key]
    return names


def set_domains(uow: UnitOfWork, organisation: Organisation, domains: Sequence[str]) -> tuple[list[str], list[str]]:
    """Let an organisation have exactly these; (before, after) as they are compared. Raises `Invalid`, `Conflict`."""
    wanted = {domain_fold(name): name.strip().removeprefix("@") for name in domains}
    _refuse(uow, domains)
    statement = select(OrganisationDomain.domain_fold, OrganisationDomain.organisation_id)
    mine = statement.where(OrganisationDomain.organisation_id == organisation.id)
    before = {fold for fold, _ in uow.session.execute(mine)}
    for name, _ in uow.session.execute(statement.where(OrganisationDomain.domain_fold.in_(wanted.keys() - before))):
        raise Conflict(say("The domain {name} belongs to another organisation.", name=name))
    gone = before - wanted.keys()
    if gone:
        uow.session.execute(delete(OrganisationDomain).where(OrganisationDomain.domain_fold.in_(gone)))
    for name in sorted(wanted.keys() - before):
        uow.session.add(OrganisationDomain(organisation_id=organisation.id, domain=wanted[name], domain_fold=name))
    uow.session.flush()
    return sorted(before), sorted(wanted)


def _refuse(uow: UnitOfWork, domains: Sequence[str]) -> None:
    public = public_domains(uow)
    refusals = []
    for number, name in enumerate(domains):
        if not domain_fold(name):
            refusals.append(Refusal(f"domains.{number}", say("{name} is no domain.", name=name[:80])))
        elif domain_fold(name) in public:
            told = say("Anybody may have an address at {name}: it is on the list of public domains.", name=name[:80])
            refusals.append(Refusal(f"domains.{number}", told))
    if refusals:
        raise Invalid(refusals=refusals)
