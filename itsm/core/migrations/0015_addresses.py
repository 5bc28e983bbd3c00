"""E-mail addresses and domains are compared as the DNS does: орёл.рф is not орел.рф, faß.de is not fass.de."""

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa
from alembic import op

from itsm.core.people.rules import address_fold, domain_fold

revision = "0015"
down_revision = "0014"

ADDRESSES = sa.table("address", sa.column("id"), sa.column("type"), sa.column("value"), sa.column("value_fold"))
DOMAINS = sa.table("organisation_domain", sa.column("id"), sa.column("domain"), sa.column("domain_fold"))


def upgrade() -> None:
    """Compare anew what has other letters than ASCII. Where the new form is taken, the old one stays."""
    _fold_anew(ADDRESSES, "value", partial(address_fold, "email"), ADDRESSES.c.type == "email")
    _fold_anew(DOMAINS, "domain", domain_fold, sa.true())


def _fold_anew(
    table: sa.TableClause, name: str, fold: Callable[[str], str], which: sa.ColumnElement[bool]
) -> None:  # fmt: skip
    text, folded, connection = table.c[name], table.c[f"{name}_fold"], op.get_bind()
    for row in connection.execute(sa.select(table.c.id, text, folded).where(which)).all():
        id_, written, held = row
        new = held if written.isascii() else fold(written)
        if new not in ("", held) and connection.scalar(sa.select(folded).where(folded == new)) is None:
            connection.execute(sa.update(table).where(table.c.id == id_).values({folded.name: new}))


def downgrade() -> None:
    """Nothing to undo: the old form is made again by the code that needs it."""
