"""Texts are compared and sorted the same on both databases, Cyrillic too, whatever the server's locale is."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from itsm.core.people.models import Organisation
from itsm.core.texts import fold
from itsm.plugins.testing.worlds import World

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30) | st.text(
    "аеёжйЯЁ ßABCzÅe\u0301і0-9ҐєKſ", min_size=1, max_size=12
)


@given(names=st.lists(NAMES, min_size=2, max_size=8), wanted=NAMES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_folds_are_found_and_sorted_alike_on_both_databases(
    worlds: Callable[[str], World], names: list[str], wanted: str
) -> None:
    asked = fold(wanted)
    told = [_told(worlds(engine), [*names, wanted], asked) for engine in ("sqlite", "postgresql")]
    assert told[0] == told[1]
    assert told[0][0] == sorted(map(fold, [*names, wanted]))
    assert asked in told[0][1]


def _told(world: World, names: list[str], asked: str) -> tuple[list[str], list[str]]:
    """(all folds in the database's order, those that hold what is asked) of organisations with these names."""
    savepoint = world.connection.begin_nested()
    try:
        with world.desk.database.session(write=True) as session:
            session.ours = True
            rows = [
                Organisation(name=name, name_fold=fold(name), fields={}, version=1, created_at=world.clock())
                for name in names
            ]
            session.add_all(rows)
            session.flush()
            ours = select(Organisation.name_fold).where(Organisation.id.in_([row.id for row in rows]))
            ours = ours.order_by(Organisation.name_fold)
            holding = ours.where(Organisation.name_fold.contains(asked, autoescape=True))
            return list(session.scalars(ours)), list(session.scalars(holding))
    finally:
        savepoint.rollback()


def test_every_fold_is_kept_in_the_order_of_code_points(worlds: Callable[[str], World]) -> None:
    looked = inspect(worlds("postgresql").connection)
    folds = {
        f"{table}.{column['name']}": getattr(column["type"], "collation", None)
        for table in looked.get_table_names()
        for column in looked.get_columns(table)
        if column["name"].endswith("fold")
    }
    assert folds.pop("search_document.title_fold") is None  # compared as a whole only
    assert set(folds.values()) == {"C"}
