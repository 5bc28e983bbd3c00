"""The declarative base: naming convention for constraints and the common column types."""

from datetime import datetime
from typing import Annotated, Any, cast

from sqlalchemy import BigInteger, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, mapped_column

from itsm.core.db.types import Json, Utc

BigId = BigInteger().with_variant(Integer(), "sqlite")

Id = Annotated[int, mapped_column(BigId, primary_key=True)]

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def table_of(model: type["Base"]) -> Table:
    """The plain table of a model, for statements that need no entities."""
    return cast(Table, model.__table__)


class Base(DeclarativeBase):
    """All tables, the core's and the plugins', hang on this one; a plugin's are named `<plugin>_*`."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {  # noqa: RUF012
        datetime: Utc(),
        dict[str, Any]: Json,
        list[Any]: Json,
        int: BigId,
        str: String(),
    }
