"""Everything that lets a person in, together; and an account with its first password."""

from collections.abc import Sequence
from typing import NamedTuple

from itsm.core.access import verbs
from itsm.core.access.models import Account, ExternalIdentity, LoginSession, RoleGrant, Token
from itsm.core.access.powers import require_over_person
from itsm.core.errors import Forbidden
from itsm.core.people.models import Person
from itsm.core.people.verbs import find_one
from itsm.core.work.uow import UnitOfWork


class Factors(NamedTuple):
    """Second factors: whether there is an authenticator, how many passkeys and unused recovery codes."""

    codes: bool
    passkeys: int
    recovery: int


class Access(NamedTuple):
    """What lets a person in. account: None for who cannot sign in. kept: whether the actor may touch it."""

    person: Person
    account: Account | None
    kept: bool
    grants: Sequence[RoleGrant] = ()
    sessions: Sequence[LoginSession] = ()
    tokens: Sequence[Token] = ()
    identities: Sequence[ExternalIdentity] = ()
    factors: Factors = Factors(False, 0, 0)


def access_of(uow: UnitOfWork, *, person_id: int) -> Access:
    """The account of a person with roles, sessions, tokens, identities and factors; of one who was merged, the
    survivor's."""
    uow.require("people.accounts")
    person: Person = find_one(uow, Person, person_id)
    account = verbs.standing_of(uow, person_id=person.id)
    kept = _may_touch(uow, person.id)
    if account is None:
        return Access(person, None, kept)
    factors = Factors(
        verbs.codes_of(uow, person_id=person.id) is not None,
        len(verbs.passkeys_of(uow, person_id=person.id)),
        verbs.recovery_codes_left(uow, person_id=person.id),
    )
    return Access(
        person,
        account,
        kept,
        verbs.grants_of(uow, person_id=person.id),
        verbs.list_sessions(uow, person_id=person.id),
        verbs.tokens_of(uow, person_id=person.id),
        verbs.identities_of(uow, person_id=person.id),
        factors,
    )


def _may_touch(uow: UnitOfWork, person_id: int) -> bool:
    try:
        require_over_person(uow, person_id)
    except Forbidden:
        return False
    return True


def open_account(
    uow: UnitOfWork, *, person_id: int, login: str, roles: Sequence[str], with_password: bool = True
) -> str:
    """Let a person sign in; the one-time password to tell them, or '' for who comes in by other ways only."""
    person: Person = find_one(uow, Person, person_id)
    verbs.add_account(uow, person_id=person.id, login=login, password=None, roles=roles)
    return verbs.give_password(uow, person_id=person.id) if with_password else ""
