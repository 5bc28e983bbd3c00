"""Who comes in: known by the provider's own name for them, met by an e-mail that it confirms, with roles by group."""

from collections.abc import Mapping

from sqlalchemy import select

from itsm.blocks.oidc.errors import NotOurs, Refused
from itsm.blocks.oidc.rules import OWN, PATIENCE, Provider, Told, Wanted, wanted_roles
from itsm.core.access.models import Account
from itsm.core.access.verbs import (
    add_account,
    link_identity,
    person_of_identity,
    settle_roles,
    sign_in_as,
    spend,
)
from itsm.core.errors import Conflict, Forbidden
from itsm.core.people.models import OrganisationDomain, Person
from itsm.core.people.rules import address_fold, domain_fold
from itsm.core.people.verbs import find_by_address, find_or_meet
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork

NOBODY = say(
    "You are not known here yet, and this way in is for people who are. Ask your administrator for an account."
)
NO_EMAIL = say(
    "The other side does not confirm an e-mail address of yours that is accepted here. Ask your administrator."
)
HAS_ACCOUNT = say(
    "There is an account with this e-mail already. Sign in to it in the usual way, then connect this way of signing in "
    "on the page of your account."
)
CLOSED = say("This account cannot sign in; ask an administrator.")


def come_in(
    uow: UnitOfWork, provider: Provider, told: Told, *, state: str, address: str, agent: str, locale: str
) -> str:
    """Sign in whom the provider has named; the session's secret. Their roles follow their groups.

    Raises `Refused` with a sentence for those who have no place here, `NotOurs` for a state that was used before.
    """
    _spend(uow, state)
    person_id = person_of_identity(uow, issuer=provider.issuer, subject=told.subject)
    if person_id is None:
        person_id = _met(uow, provider, told, locale)
        link_identity(
            uow, person_id=person_id, issuer=provider.issuer, subject=told.subject, method=provider.name
        )  # fmt: skip
    follow_groups(uow, provider, told, person_id)
    try:
        return sign_in_as(uow, person_id=person_id, method=provider.name, address=address, agent=agent)
    except Forbidden as error:
        raise Refused(f"the account of person {person_id} is closed", CLOSED) from error


def link_to(uow: UnitOfWork, provider: Provider, told: Told, *, state: str, person_id: int) -> None:
    """From now on this person signs in through the provider too."""
    _spend(uow, state)
    try:
        link_identity(uow, person_id=person_id, issuer=provider.issuer, subject=told.subject, method=provider.name)
    except Conflict as error:
        raise Refused("the identity belongs to somebody else", error.message) from error


def _spend(uow: UnitOfWork, state: str) -> None:
    if not spend(uow, secret=state, until=uow.now + PATIENCE):
        raise NotOurs("the state was used before")


def _met(uow: UnitOfWork, provider: Provider, told: Told, locale: str) -> int:
    """Who this is by the e-mail, else somebody new, as far as the desk lets this provider say so."""
    if not told.email:
        raise Refused("no e-mail that may be believed", NO_EMAIL)
    account = uow.session.scalars(select(Account).where(Account.login_fold == fold(told.email))).first()
    if account is not None:
        if provider.link == "by_login" and address_fold("email", account.login) == address_fold("email", told.email):
            return account.person_id
        raise Refused(f"the login belongs to person {account.person_id}", HAS_ACCOUNT)
    known = find_by_address(uow, type="email", value=told.email)
    if known is None and not provider.make_unknown:
        raise Refused("nobody is known by this e-mail", NOBODY)
    if known is not None:
        _refuse_known(uow, provider, known)
    person = known or find_or_meet(uow, type="email", value=told.email, name=told.name, locale=locale).person
    add_account(uow, person_id=person.id, login=told.email, password=None)
    return person.id


def _refuse_known(uow: UnitOfWork, provider: Provider, person: Person) -> None:
    """An address may be changed by whoever edits people, so it never opens an account that is there already."""
    if uow.session.get(Account, person.id) is not None:
        raise Refused(f"the address belongs to person {person.id}, who has another login", HAS_ACCOUNT)
    if not person.active:
        raise Refused(f"person {person.id} is no longer active", CLOSED)
    if provider.link == "never":
        raise Refused(f"the address belongs to person {person.id}", NOBODY)


def follow_groups(uow: UnitOfWork, provider: Provider, told: Told, person_id: int) -> None:
    """Give and take the roles that come from this provider; those given by hand stay.

    Where the provider could not list the groups, roles stay as they are.
    """
    if told.groups is None:
        return
    places = _places(uow, provider, person_id)
    wanted = {(one.role, places[one.within]) for one in wanted_roles(provider, told.groups) if _has_place(one, places)}
    settle_roles(uow, person_id=person_id, origin=provider.name, wanted=wanted)


def _has_place(one: Wanted, places: Mapping[str, int | None]) -> bool:
    """A role within an organisation that is not there is none, rather than one for the whole desk."""
    return not one.within or places.get(one.within) is not None


def _places(uow: UnitOfWork, provider: Provider, person_id: int) -> dict[str, int | None]:
    """`within` → the organisation; the whole desk is None."""
    names = {mapped.within for mapped in provider.roles} - {"", OWN}
    folded = {name: domain_fold(name) for name in names}
    held = select(OrganisationDomain.domain_fold, OrganisationDomain.organisation_id)
    found = {
        domain: id_
        for domain, id_ in uow.session.execute(held.where(OrganisationDomain.domain_fold.in_(folded.values())))
    }
    own = uow.session.get_one(Person, person_id).organisation_id
    return {"": None, OWN: own, **{name: found.get(domain) for name, domain in folded.items()}}
