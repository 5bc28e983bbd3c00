"""E-mail addresses and domains are compared as the DNS does: орёл.рф is not орел.рф, faß.de is not fass.de."""

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa
from alembic import op

from itsm.core.people.rules import address_fold, domain_fold

revision = "0015"
down_revision = "0014"

address = sa.table("address", sa.column("id"), sa.column("type"), sa.column("value"), sa.column("value_fold"))
domain = sa.table("organisation_domain", sa.column("id"), sa.column("domain"), sa.column("domain_fold"))


def upgrade() -> None:
    """Compare anew what has other letters than ASCII. Where the new form is taken, the old one stays."""
    emails = sa.select(address.c.id, address.c.value, address.c.value_fold).where(address.c.type == "email")
    _fold_anew(emails, address.c.value_fold, partial(address_fold, "email"))
    _fold_anew(sa.select(domain.c.id, domain.c.domain, domain.c.domain_fold), domain.c.domain_fold, domain_fold)


def _fold_anew(rows: sa.Select[tuple[int, str, str]], column: sa.ColumnClause[str], fold: Callable[[str], str]) -> None:
    connection = op.get_bind()
    for id_, text, held in connection.execute(rows).all():
        new = held if text.isascii() else fold(text)
        if new not in ("", held) and connection.scalar(sa.select(column).where(column == new)) is None:
            connection.execute(sa.update(column.table).where(column.table.c.id == id_).values({column.name: new}))


def downgrade() -> None:
    """Nothing to undo: the old form is made again by the code that needs it."""
