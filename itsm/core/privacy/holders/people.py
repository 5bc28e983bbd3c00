"""The person: profile, sign-ins, revisions of configuration that they explained."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, update

from itsm.core.access.models import Account
from itsm.core.access.verbs.attempts import forget_attempts
from itsm.core.configuration.models import Revision
from itsm.core.db import table_of
from itsm.core.files.verbs import forget_files
from itsm.core.hookspecs.personal import Whose
from itsm.core.people.models import Address, Person
from itsm.core.privacy.rows import plain
from itsm.core.privacy.rules import NOBODY_ANY_MORE, files_in
from itsm.core.texts import fold
from itsm.core.work.uow import UnitOfWork


def collect_profiles(uow: UnitOfWork, whose: Whose) -> Iterator[dict[str, Any]]:
    """The person's row, and those that were merged into it."""
    person = table_of(Person)
    for row in uow.session.execute(select(person).where(person.c.id.in_(whose.people)).order_by(person.c.id)):
        yield plain(row)


def erase_profiles(uow: UnitOfWork, whose: Whose) -> None:
    """What is left is a number that tickets and events point to."""
    for person in uow.session.scalars(select(Person).where(Person.id.in_(whose.people)).order_by(Person.id)):
        forget_files(uow, sha256s=files_in(person.fields))
        person.name, person.name_fold = NOBODY_ANY_MORE, fold(NOBODY_ANY_MORE)
        person.fields, person.organisation_id = {}, None
        person.timezone, person.premium, person.premium_until = "", False, None
        person.active = person.provisional = False
        person.erased_at = uow.now
        person.version += 1


def erase_failures(uow: UnitOfWork, whose: Whose) -> None:
    """Failed sign-ins are counted by what was typed."""
    logins = uow.session.scalars(select(Account.login_fold).where(Account.person_id.in_(whose.people)))
    emails = uow.session.scalars(select(Address.value_fold).where(Address.person_id.in_(whose.people)))
    forget_attempts(uow, logins={*logins, *emails})


def collect_revisions(uow: UnitOfWork, whose: Whose) -> Iterator[dict[str, Any]]:
    """Which configuration they saved, and why."""
    columns = (Revision.document, Revision.number, Revision.reason, Revision.created_at)
    for row in uow.session.execute(select(*columns).where(Revision.author_id.in_(whose.people))):
        yield plain(row)


def erase_revisions(uow: UnitOfWork, whose: Whose) -> None:
    """Their words; the configuration itself is the desk's."""
    uow.session.execute(update(Revision).where(Revision.author_id.in_(whose.people)).values(reason=""))
