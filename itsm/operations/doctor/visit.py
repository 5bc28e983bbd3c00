"""One visit of the doctor: what can be looked at is, and what hinders looking is a finding too."""

from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from itsm.app import Office, check_schema
from itsm.core.errors import DeskError, NoDesk, SettingsError
from itsm.core.files.outside import FileStore
from itsm.operations.doctor.database import look_at_database, look_at_ledger, schema_finding
from itsm.operations.doctor.findings import Finding, wrong
from itsm.operations.doctor.kept import look_at_kept
from itsm.operations.doctor.settings import look_at_settings
from itsm.operations.doctor.work import look_at_work


def examine(open_office: Callable[[], Office], *, deep: bool = False) -> list[Finding]:
    """Everything there is to say about this desk."""
    try:
        office = open_office()
    except SettingsError as error:
        return [wrong("settings", str(error.message), "The desk does not start with this; mend it where it is set.")]
    found = look_at_settings(office.settings)
    try:
        check_schema(office.database, ())  # before anybody connects: SQLite would make the file
    except NoDesk as error:
        return [*found, schema_finding(error)]
    except DBAPIError:
        pass  # told below
    found += look_at_database(office.database)
    if any(one.level == "wrong" and one.about == "database" for one in found):
        return found
    try:
        desk = office.desk
    except DeskError as error:
        return [*found, schema_finding(error)]
    store = FileStore(office.settings.data_dir / "files", office.settings.max_body)
    with office.unit_of_work(write=False) as uow:
        found += [*look_at_ledger(uow), *look_at_work(uow, desk), *look_at_kept(uow, store, deep=deep)]
    return found
