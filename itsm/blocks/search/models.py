"""The one table of documents, and how each database looks through it."""

from typing import Any

from sqlalchemy import (
    DDL,
    Boolean,
    ColumnElement,
    Integer,
    String,
    Text,
    UniqueConstraint,
    column,
    event,
    literal,
    table,
)  # fmt: skip
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.visitors import InternalTraversal

from itsm.core.db import Base, Id, table_of

# The revision 0001_search says the same. On SQLite the full-text row has the document's id and holds no text of its
# own; `verbs.keep` writes it, a batch in one statement: by a trigger FTS5 would merge its index at the end of every row
# (at 60,000 documents 6 ms for each). On PostgreSQL the vector is stored, because an index on an expression computes it
# again for each candidate.
SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5"
    "(stems, content='search_document', content_rowid='id', tokenize='ascii')",
    "CREATE TRIGGER search_document_gone AFTER DELETE ON search_document BEGIN "
    "INSERT INTO search_index (search_index, rowid, stems) VALUES ('delete', old.id, old.stems); END",
)
POSTGRESQL = (
    "ALTER TABLE search_document ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', stems)) STORED",
    "CREATE INDEX ix_search_document_vector ON search_document USING gin (vector) WITH (gin_pending_list_limit = 1024)",
)


class SearchDocument(Base):
    """What can be found of one subject; `stems` are the words as `rules.stems` writes them."""

    __tablename__ = "search_document"
    __table_args__ = (UniqueConstraint("kind", "subject_id"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int]
    measure: Mapped[float]
    title: Mapped[str] = mapped_column(Text)
    title_fold: Mapped[str] = mapped_column(Text)
    stems: Mapped[str] = mapped_column(Text)


class SearchMark(Base):
    """How far something got: `follow` in the ledger, `kind:<name>` in building the documents of a kind."""

    __tablename__ = "search_mark"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, Any]]


DOCUMENTS = table_of(SearchDocument)
INDEX = table("search_index", column("search_index", String()), column("rowid", Integer()), column("stems", String()))


def _by_metadata(when: str, dialect: str, statement: str) -> None:
    """What `create_all` and `drop_all` cannot know of themselves."""
    ddl: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(DOCUMENTS, when, ddl.execute_if(dialect=dialect))


for _statement in SQLITE:
    _by_metadata("after_create", "sqlite", _statement)
for _statement in POSTGRESQL:
    _by_metadata("after_create", "postgresql", _statement)
_by_metadata("before_drop", "sqlite", "DROP TABLE IF EXISTS search_index")


class Matches(ColumnElement[bool]):
    """Whether the document at hand matches a query, given in both databases' spellings."""

    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012  (what SQLAlchemy's statement cache must tell apart)
        ("fts", InternalTraversal.dp_clauseelement),
        ("tsquery", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, fts: str, tsquery: str) -> None:
        self.fts, self.tsquery = literal(fts, Text()), literal(tsquery, Text())

    def self_group(self, against: Any = None) -> "Matches":
        """Without this it would be spelled `… = 1` on SQLite, and no plan would begin with it."""
        return self


@compiles(Matches, "sqlite")
def _sqlite_matches(element: Matches, compiler: SQLCompiler, **more: Any) -> str:
    """A subquery, so that the statement around it is the same on both databases."""
    asked = compiler.process(element.fts, **more)
    return f"(search_document.id IN (SELECT rowid FROM search_index WHERE search_index MATCH {asked}))"  # noqa: S608


@compiles(Matches, "postgresql")
def _postgresql_matches(element: Matches, compiler: SQLCompiler, **more: Any) -> str:
    return f"(search_document.vector @@ CAST({compiler.process(element.tsquery, **more)} AS tsquery))"
