"""Nobody gives or takes what they do not hold, and somebody always keeps the desk."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from itsm.core.access.models import Role
from itsm.core.access.verbs import (
    disable_account,
    enable_account,
    grant_role,
    history_of_role,
    list_roles,
    remove_role,
    revoke_role,
    save_role,
)
from itsm.core.errors import Conflict, Forbidden, Stale, Unknown
from itsm.core.people.verbs import change_person, merge_people
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample
from tests.pages.conftest import Visitor

As = Callable[..., AbstractContextManager[UnitOfWork]]
KEEPER = {"en": "Keeper of accounts", "ru": "Ведёт учётные записи"}


@pytest.fixture
def keeper(desk: Desk, sample: Sample) -> str:
    """The head keeps accounts too, and holds far less than an administrator."""
    with desk.unit_of_work(TESTER) as uow:
        save_role(uow, key="keeper", label=KEEPER, permissions=["people.accounts", "people.read"])
        grant_role(uow, person_id=sample.people["head"].id, role="keeper")
    return "head"


def test_a_keeper_of_accounts_gives_only_roles_that_allow_no_more_than_he_may(
    as_: As, keeper: str, sample: Sample
) -> None:
    someone = sample.people["requester"].id
    with as_(keeper) as uow:
        grant_role(uow, person_id=someone, role="agent")
    with pytest.raises(Forbidden, match=r"core\.calls, core\.configure"), as_(keeper) as uow:
        grant_role(uow, person_id=someone, role="administrator")
    with pytest.raises(Forbidden), as_(keeper) as uow:
        grant_role(uow, person_id=sample.people["head"].id, role="administrator")
    with pytest.raises(Forbidden), as_(keeper) as uow:
        revoke_role(uow, person_id=sample.people["admin"].id, role="administrator")


def test_a_role_is_changed_only_in_what_the_actor_holds(as_: As, keeper: str, desk: Desk) -> None:
    with desk.unit_of_work(TESTER, write=False) as uow:
        held = {s.role.key: list(s.role.permissions) for s in list_roles(uow)}
    with as_(keeper) as uow:
        save_role(uow, key="keeper", label=KEEPER, permissions=["people.accounts", "people.read", "people.edit"])
    for permissions in ([*held["keeper"], "core.plugins"], ["*"]):
        with pytest.raises(Forbidden), as_(keeper) as uow:
            save_role(uow, key="keeper", label=KEEPER, permissions=permissions)
    with pytest.raises(Forbidden, match=r"core\.configure"), as_(keeper) as uow:
        save_role(uow, key="administrator", label=KEEPER, permissions=set(held["administrator"]) - {"core.configure"})


def test_the_account_of_somebody_who_may_more_is_out_of_reach(as_: As, keeper: str, sample: Sample) -> None:
    admin, agent = sample.people["admin"].id, sample.people["agent"].id
    acts: list[Callable[[UnitOfWork], object]] = [
        lambda uow: disable_account(uow, person_id=admin),
        lambda uow: change_person(uow, person_id=admin, changes={"active": False}),
        lambda uow: merge_people(uow, person_id=admin, into=agent),
    ]
    for act in acts:
        with pytest.raises(Forbidden, match="may do what you may not"), as_(keeper) as uow:
            act(uow)
    with as_(keeper) as uow:
        disable_account(uow, person_id=agent)


def test_the_last_who_keeps_the_desk_stays(desk: Desk, sample: Sample, uow: UnitOfWork) -> None:
    """The head has an account and more than most, and still cannot keep the desk."""
    admin, agent = sample.people["admin"].id, sample.people["agent"].id
    acts: list[Callable[[], object]] = [
        lambda: revoke_role(uow, person_id=admin, role="administrator"),
        lambda: save_role(uow, key="administrator", label=KEEPER, permissions=["people.accounts"]),
        lambda: disable_account(uow, person_id=admin),
        lambda: change_person(uow, person_id=admin, changes={"active": False}),
        lambda: merge_people(uow, person_id=admin, into=agent),
    ]
    for act in acts:
        point = uow.session.begin_nested()
        with pytest.raises(Conflict, match="nobody could keep this desk"):
            act()
        point.rollback()
    grant_role(uow, person_id=agent, role="administrator")
    revoke_role(uow, person_id=admin, role="administrator")
    with pytest.raises(Conflict):
        revoke_role(uow, person_id=agent, role="administrator")


def test_an_account_that_is_enabled_again_brings_no_old_session_back(
    signed_in: Callable[[str], Visitor], as_: As, sample: Sample, api: Callable[..., object]
) -> None:
    agent = signed_in("agent")
    with as_("admin") as uow:
        disable_account(uow, person_id=sample.people["agent"].id)
    assert agent.get("/").status_code == 302
    with as_("admin") as uow:
        enable_account(uow, person_id=sample.people["agent"].id)
    assert agent.get("/").status_code == 302
    assert getattr(api("agent", "GET", "/tickets"), "status_code") == 401  # noqa: B009
    assert signed_in("agent").get("/").status_code == 200


def test_a_role_has_a_version_a_history_and_an_end(uow: UnitOfWork, desk: Desk, sample: Sample) -> None:
    role = save_role(uow, key="night", label={"en": "Night"}, permissions=["tickets.read"], match=0)
    with pytest.raises(Conflict, match="already"):
        save_role(uow, key="night", label={"en": "Night"}, permissions=[], match=0)
    save_role(uow, key="night", label={"en": "Nights"}, permissions=["tickets.open"], match=role.version)
    with pytest.raises(Stale):
        save_role(uow, key="night", label={"en": "Other"}, permissions=[], match=1)
    grant_role(uow, person_id=sample.people["agent"].id, role="night")
    with pytest.raises(Conflict, match="held by 1"):
        remove_role(uow, key="night")
    revoke_role(uow, person_id=sample.people["agent"].id, role="night")
    with pytest.raises(Unknown):
        revoke_role(uow, person_id=sample.people["agent"].id, role="night")
    remove_role(uow, key="night")
    uow.flush()
    assert uow.session.get(Role, "night") is None
    told = history_of_role(uow, key="night")
    assert [event.type for event, _ in told] == ["role_saved", "role_saved", "role_removed"]
    assert told[1][0].facts["added"] == ["tickets.open"]
    assert told[1][0].facts["removed"] == ["tickets.read"]
    assert told[1][1]["name"] == [{"en": "Night"}, {"en": "Nights"}]
    with pytest.raises(Conflict, match="bundled"):
        remove_role(uow, key="head")
