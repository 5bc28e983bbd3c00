"""Fields of people, organisations and groups: the same rules through API, page and verb."""

from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.act import Act, system
from itsm.core.hookspecs.declarations import Field, When
from itsm.core.people.verbs import add_person, change_person
from tests.core.fields.conftest import Fielded

LABEL = {"en": "A field"}
BADGE = Field("gadgets.badge", "text", LABEL, subject="person", mandatory=True)
VIP = Field("gadgets.vip", "yes_no", LABEL, subject="person", default=False)
WHY = Field("gadgets.why", "text", LABEL, subject="person", visible=[When(fields={"gadgets.vip": ["true"]})])
TAX = Field("gadgets.tax", "whole", LABEL, subject="organisation", minimum=1)
KEEPER = Field("gadgets.keeper", "reference", LABEL, subject="team", reference="person")
Make = Callable[..., Fielded]


def refused(answer: Any) -> list[str]:
    """The fields that a 422 names."""
    assert answer.status_code == 422, answer.json
    return [error["field"] for error in answer.json["errors"]]


def test_a_person_is_made_with_what_is_mandatory_and_with_defaults(with_fields: Make) -> None:
    here = with_fields(BADGE, VIP, WHY)
    assert refused(here.api("admin", "POST", "/people", json={"name": "Новый"})) == ["gadgets.badge"]
    given = {"gadgets.badge": "7", "gadgets.why": "friend"}
    assert refused(here.api("admin", "POST", "/people", json={"name": "Новый", "fields": given})) == ["gadgets.why"]
    made = here.api("admin", "POST", "/people", json={"name": "Новый", "fields": {**given, "gadgets.vip": True}})
    assert made.json["fields"] == {**given, "gadgets.vip": True}
    plain = here.api("admin", "POST", "/people", json={"name": "Ещё", "fields": {"gadgets.badge": "8"}})
    assert plain.json["fields"] == {"gadgets.badge": "8", "gadgets.vip": False}


def test_what_is_mandatory_cannot_be_cleared_and_does_not_lock_those_who_lack_it(with_fields: Make) -> None:
    here = with_fields(BADGE)
    old = here.world.sample.people["requester"].id
    with here.as_("admin") as uow:
        change_person(uow, person_id=old, changes={"locale": "ru"})
        change_person(uow, person_id=old, changes={"gadgets.badge": "1"})
    cleared = here.api("admin", "PATCH", f"/people/{old}", {"If-Match": "*"}, json={"fields": {"gadgets.badge": None}})
    assert refused(cleared) == ["gadgets.badge"]


@pytest.mark.parametrize("act", [Act(system("sync")), Act(system("import"), origin="import")])
def test_machines_and_imports_are_not_asked(with_fields: Make, act: Act) -> None:
    here = with_fields(BADGE)
    with here.desk.unit_of_work(act) as uow:
        assert add_person(uow, name="Машина").fields == {}


def test_organisations_and_groups_have_fields_too(with_fields: Make) -> None:
    here = with_fields(TAX, KEEPER)
    assert refused(here.api("admin", "POST", "/organisations", json={"name": "A", "fields": {"gadgets.tax": 0}}))
    made = here.api("admin", "POST", "/organisations", json={"name": "A", "fields": {"gadgets.tax": 77}})
    assert made.json["fields"] == {"gadgets.tax": 77}
    page = here.signed_in("admin").get(f"/organisations/{made.json['id']}").text
    assert "77" in page
    wrong = {"key": "x", "name": {"en": "X"}, "fields": {"gadgets.keeper": 10**6}}
    assert refused(here.api("admin", "POST", "/teams", json=wrong)) == ["gadgets.keeper"]
    head = here.world.sample.people["head"].id
    right = here.api("admin", "POST", "/teams", json={**wrong, "fields": {"gadgets.keeper": head}})
    assert right.json["fields"] == {"gadgets.keeper": head}
