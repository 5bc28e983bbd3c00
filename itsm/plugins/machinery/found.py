"""Found a new desk: folder, secret, tables, roles, administrator, plugins."""

import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import inspect, select

from itsm.core.access.models import Account
from itsm.core.access.verbs import add_account, grant_defaults
from itsm.core.errors import Conflict
from itsm.core.people.models import Person
from itsm.core.people.verbs import add_person
from itsm.core.secret import new_secret
from itsm.core.texts import say
from itsm.plugins.machinery import switch
from itsm.plugins.machinery.child import run_child
from itsm.plugins.machinery.lifecycle import COMMAND_LINE, Office


def found_desk(office: Office, plugins: Sequence[str], *, email: str, password: str, name: str, locale: str) -> Person:
    """Make a desk where there is none; its first administrator."""
    trial = office.trial(plugins)
    for plugin, reason in trial.aside.items():
        raise Conflict(say("The plugin {plugin} would not work: {reason}", plugin=plugin, reason=reason))
    folder = office.settings.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_second(office)
    if not office.settings.secret_key:
        write_secret(folder / "secret_key")
    run_child("migrate", *(word for plugin in plugins for word in ("--with", plugin)))
    with trial.unit_of_work(COMMAND_LINE) as uow:
        grant_defaults(uow, trial.registry.permissions.values())
        person = add_person(uow, name=name, addresses=[("email", email)], locale=locale)
        add_account(uow, person_id=person.id, login=email, password=password, roles=["administrator"])
        for plugin in plugins:
            switch.enable(uow, name=plugin)
    return person


def _refuse_second(office: Office) -> None:
    """An empty schema may be there already; accounts may not."""
    if not inspect(office.database.engine).has_table(Account.__tablename__):
        return
    with office.database.session(write=False) as session:
        session.ours = True
        if session.scalars(select(Account.person_id).limit(1)).first() is not None:
            raise Conflict(say("There is a desk already in this database; nothing was changed."))


def write_secret(path: Path) -> None:
    """For the owner's eyes only, from the first moment."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_secret())
