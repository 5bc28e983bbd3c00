"""Domains of organisations: whoever writes from there belongs to them."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from itsm.core.configuration.verbs import parsed_document
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
    return parsed_document(uow, PUBLIC, lambda body: frozenset(map(domain_fold, body["domains"])))[1]


def new_domains(uow: UnitOfWork, organisation_id: int | None, domains: Sequence[str]) -> list[str]:
    """Those that an organisation (None: one still to be made) does not have yet; refused like by `set_domains`."""
    _refuse(uow, domains)
    wanted = {domain_fold(name): name for name in domains}
    held = select(OrganisationDomain.domain_fold, OrganisationDomain.organisation_id)
    for name, owner in uow.session.execute(held.where(OrganisationDomain.domain_fold.in_(wanted))):
        if owner != organisation_id:
            raise Conflict(say("The domain {name} belongs to another organisation.", name=name))
        del wanted[name]
    return list(wanted.values())


def domains_of(uow: UnitOfWork, organisation_id: int) -> Sequence[str]:
    """The domains of an organisation as they were written."""
    mine = select(OrganisationDomain.domain).where(OrganisationDomain.organisation_id == organisation_id)
    return uow.session.scalars(mine.order_by(OrganisationDomain.domain_fold)).all()


def set_domains(uow: UnitOfWork, organisation: Organisation, domains: Sequence[str]) -> tuple[list[str], list[str]]:
    """Let an organisation have exactly these; (before, after) as they are compared. Raises `Invalid`, `Conflict`."""
    wanted = {domain_fold(name): name.strip().removeprefix("@") for name in domains}
    new_domains(uow, organisation.id, domains)
    mine = select(OrganisationDomain.domain_fold).where(OrganisationDomain.organisation_id == organisation.id)
    before = set(uow.session.scalars(mine))
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
