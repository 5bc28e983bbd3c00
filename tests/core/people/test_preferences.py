"""What one person prefers is theirs alone."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select

from itsm.core.errors import Forbidden, TooLarge
from itsm.core.people.models import Preference
from itsm.core.people.verbs import preference, set_preference
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER

As = Callable[..., AbstractContextManager[UnitOfWork]]


def test_a_preference_is_its_owners_alone(as_: As) -> None:
    with as_("agent") as uow:
        set_preference(uow, "queue.columns", {"shown": ["title"]})
    with as_("agent") as uow:
        set_preference(uow, "queue.columns", {"shown": ["title", "team"]})
        assert preference(uow, "queue.columns") == {"shown": ["title", "team"]}
    with as_("head") as uow:
        assert preference(uow, "queue.columns") == {}
    with as_("agent") as uow:
        set_preference(uow, "queue.columns", {})
        uow.flush()
        assert uow.session.scalar(select(func.count()).select_from(Preference)) == 0


def test_what_is_no_person_has_none_and_nobody_keeps_a_novel(desk: Desk, as_: As) -> None:
    with desk.unit_of_work(TESTER) as uow:
        assert preference(uow, "x") == {}
        with pytest.raises(Forbidden):
            set_preference(uow, "x", {"a": 1})
    with as_("agent") as uow, pytest.raises(TooLarge):
        set_preference(uow, "x", {"a": "b" * 20_000})
