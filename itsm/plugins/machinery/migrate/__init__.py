"""The schema: a lineage of revisions for the core, each block and each plugin, and the indexes of fields.

Light enough for every process; `migrate` and `purge`, which need Alembic, stand in `apply`.
"""

from itsm.plugins.machinery.migrate.indexes import drop_field_indexes, lacking_indexes, sync_field_indexes
from itsm.plugins.machinery.migrate.lineage import NEWER, Lineage
from itsm.plugins.machinery.migrate.pending import pending

__all__ = ["NEWER", "Lineage", "drop_field_indexes", "lacking_indexes", "pending", "sync_field_indexes"]
