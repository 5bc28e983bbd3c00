"""The database as both engines agree on it: engines, column types, declarative base."""

from itsm.core.db.base import Base, BigId, Id, table_of
from itsm.core.db.dialect import is_postgresql, upsert
from itsm.core.db.engine import forget_log, make_engine
from itsm.core.db.types import Json, Utc, folded, json_number, json_text

__all__ = [
    "Base", "BigId", "Id", "Json", "Utc", "folded", "forget_log",
    "is_postgresql", "json_number", "json_text", "make_engine", "table_of", "upsert",
]  # fmt: skip
