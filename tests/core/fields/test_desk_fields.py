"""Fields that administrators make: shown without further code, refused with place and reason, never the desk's end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from itsm.app import HOUSE, build, build_current
from itsm.core.configuration.models import Revision
from itsm.core.configuration.verbs import activate_document, check_document, restore_default, save_document
from itsm.core.errors import Invalid
from itsm.core.work.jobs import drain
from itsm.core.work.session import Database
from itsm.plugins.machinery.lineages import lineages
from itsm.plugins.machinery.migrate import sync_field_indexes
from itsm.plugins.machinery.migrate.apply import migrate
from tests.core.fields.conftest import Fielded, desk_body
from tests.fixtures import TESTER, World, settings_for

Make = Callable[..., Fielded]
REGION: dict[str, Any] = {
    "name": "desk.region", "type": "choice", "label": {"en": "Region", "ru": "Регион"}, "filterable": True,
    "choices": [{"value": "north", "label": {"ru": "Север"}}, {"value": "south", "label": {"ru": "Юг"}}],
}  # fmt: skip


def refusals(world: World, *entries: dict[str, Any]) -> dict[str, str]:
    """Place → sentence, for a document that is refused at saving."""
    with world.desk.unit_of_work(TESTER, write=False) as uow, pytest.raises(Invalid) as caught:
        check_document(uow, name="core.fields", body=desk_body(*entries))
    return {refusal.field: str(refusal.message) for refusal in caught.value.refusals}


def test_a_new_field_is_in_api_openapi_form_list_page_and_history(with_desk_fields: Make) -> None:
    here = with_desk_fields(REGION)
    made = here.opened(fields={"desk.region": "north"})
    assert here.api("agent", "GET", "/tickets/count?desk.region=north").json == {"count": 1}
    properties = here.api("agent", "GET", "/openapi.json").json["components"]["schemas"]["TicketOpenIn"]["properties"]
    assert "desk.region" in properties["fields"]["properties"]
    client = here.signed_in("agent")
    assert 'name="desk.region"' in client.get("/tickets/new?kind=incident").text
    assert 'name="desk.region"' in client.get("/?open=filter").text
    etag = {"If-Match": f'"{made["version"]}"'}
    changed = here.api("agent", "PATCH", f"/tickets/{made['number']}", etag, json={"fields": {"desk.region": "south"}})
    assert changed.status_code == 200, changed.json
    page = client.get(f"/tickets/{made['number']}").text
    assert "Region" in page
    assert "Юг" in page
    assert "Север" in page
    refused = here.refused(fields={"desk.region": "west"})
    assert "north, south" in refused["desk.region"]


@pytest.mark.parametrize(
    ("entry", "place", "words"),
    [
        ({"name": "incidents.impact"}, "fields.0.name", "desk."),
        ({"name": "desk.Ы"}, "fields.0.name", "desk."),
        ({"name": "desk.x' OR 1=1 --"}, "fields.0.name", "desk."),
        ({"name": 'desk.x"]'}, "fields.0.name", "desk."),
        ({"name": "desk." + "x" * 60}, "fields.0.name", "60"),
        ({"name": "desk.__proto__"}, "fields.0.name", "desk."),
        ({"name": "desk.x", "type": "blob"}, "fields.0.type", "money"),
        ({"name": "desk.x", "label": {"en": "x" * 121}}, "fields.0.label", "120"),
        ({"name": "desk.x", "label": {"en": "a\x00b"}}, "fields.0.label", "ontrol"),
        ({"name": "desk.x", "label": {"fr": "nom"}}, "fields.0.label", "en"),
        ({"name": "desk.x", "subject": "desk"}, "fields.0.subject", "ticket"),
        ({"name": "desk.x", "type": "choice"}, "fields.0.choices", "Choices"),
        ({"name": "desk.x", "type": "reference"}, "fields.0.reference", "which type"),
        ({"name": "desk.x", "type": "reference", "reference": "unicorn"}, "fields.0.reference", "organisation"),
        ({"name": "desk.x", "type": "money", "filterable": True}, "fields.0.filterable", "decimal"),
        ({"name": "desk.x", "type": "whole", "minimum": 5, "maximum": 4}, "fields.0.minimum", "above"),
        ({"name": "desk.x", "type": "date", "maximum": 4}, "fields.0.maximum", "date"),
        ({"name": "desk.x", "type": "whole", "default": "many"}, "fields.0.default", "integer"),
        ({"name": "desk.x", "visible": [{}]}, "fields.0.visible.0", "empty"),
        ({"name": "desk.x", "visible": [{"kinds": ["dragon"]}]}, "fields.0.visible.0.kinds", "dragon"),
        ({"name": "desk.x", "visible": [{"services": ["space"]}]}, "fields.0.visible.0.services", "space"),
        ({"name": "desk.x", "mandatory": [{"roles": ["king"]}]}, "fields.0.mandatory.0.roles", "king"),
        ({"name": "desk.x", "visible": [{"states": ["gone"]}]}, "fields.0.visible.0.states", "gone"),
        ({"name": "desk.x", "visible": [{"categories": ["old"]}]}, "fields.0.visible.0.categories", "waiting"),
        ({"name": "desk.x", "visible": [{"fields": {"desk.y": ["a"]}}]}, "fields.0.visible", "desk.y"),
        ({"name": "desk.x", "visible": [{"fields": {"desk.x": ["a"]}}]}, "fields.0", "circle"),
        ({"name": "desk.x", "mandatory": "always"}, "fields.0.mandatory", "true"),
        ({"name": "desk.x", "mandatory": [{"when": 1}]}, "fields.0.mandatory.0.when", ""),
        ({"name": "desk.x", "subject": "person", "visible": [{"states": ["new"]}]}, "fields.0.visible.0", "tickets"),
        ({"name": "desk.x", "colour": "red"}, "fields.0.colour", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_at_saving_with_its_place(
    world: World, entry: dict[str, Any], place: str, words: str
) -> None:
    found = refusals(world, entry)
    assert any(name.startswith(place) and words in sentence for name, sentence in found.items()), found


def test_a_name_twice_and_conditions_in_a_circle_are_refused(world: World) -> None:
    twice = refusals(world, {"name": "desk.x"}, {"name": "desk.x"})
    assert "twice" in twice["fields.1.name"]
    a = {"name": "desk.a", "visible": [{"fields": {"desk.b": ["x"]}}]}
    b = {"name": "desk.b", "mandatory": [{"fields": {"desk.c": ["x"]}}]}
    c = {"name": "desk.c", "visible": [{"fields": {"desk.a": ["x"]}}]}
    assert "desk.a → desk.b → desk.c → desk.a" in refusals(world, a, b, c)["fields.0"]


def test_a_field_with_values_is_removed_only_when_that_is_said(with_desk_fields: Make, work: Any) -> None:
    here = with_desk_fields(REGION, {"name": "desk.empty"})
    number = here.opened(fields={"desk.region": "north"})["number"]
    forgotten = refusals(here.world)
    assert list(forgotten) == ["fields"]
    assert "remove: true" in forgotten["fields"]
    with pytest.raises(Invalid), here.as_("admin") as uow:
        restore_default(uow, name="core.fields", reason="away with it")
    gone = with_desk_fields({**REGION, "remove": True})
    assert gone.api("agent", "GET", f"/tickets/{number}").json["fields"] == {"desk.region": "north"}
    work()
    assert gone.api("agent", "GET", f"/tickets/{number}").json["fields"] == {}
    last = gone.api("agent", "GET", f"/tickets/{number}/events").json["items"][-1]
    assert (last["type"], last["texts"]["desk.region"]) == ("ticket_changed", ["north", None])
    with_desk_fields()


def test_a_type_changes_with_a_mapping_of_every_value(with_desk_fields: Make, work: Any) -> None:
    here = with_desk_fields(REGION)
    numbers = [here.opened(fields={"desk.region": value})["number"] for value in ("north", "south", "north")]
    whole = {"name": "desk.region", "type": "whole", "filterable": True}
    assert "mapping" in refusals(here.world, whole)["fields.0.type"]
    assert "south" in refusals(here.world, {**whole, "mapping": {"north": 1}})["fields.0.mapping"]
    assert "fields.0.mapping.north" in refusals(here.world, {**whole, "mapping": {"north": "one", "*": None}})
    fresh = with_desk_fields({**whole, "mapping": {"north": "1", "*": None}})
    work()
    values = [fresh.api("agent", "GET", f"/tickets/{n}").json["fields"].get("desk.region") for n in numbers]
    assert values == [1, None, 1]
    assert fresh.api("agent", "GET", "/tickets/count?desk.region=1").json == {"count": 2}


def test_a_choice_that_rows_hold_is_removed_with_a_mapping(with_desk_fields: Make, work: Any) -> None:
    here = with_desk_fields(REGION)
    numbers = [here.opened(fields={"desk.region": value})["number"] for value in ("north", "south")]
    less = {**REGION, "choices": REGION["choices"][1:]}
    assert "north" in refusals(here.world, less)["fields.0.choices"]
    fresh = with_desk_fields({**less, "mapping": {"north": "south"}})
    work()
    values = [fresh.api("agent", "GET", f"/tickets/{n}").json["fields"]["desk.region"] for n in numbers]
    assert values == ["south", "south"]
    assert len(fresh.api("agent", "GET", f"/tickets/{numbers[1]}/events").json["items"]) == 1


def test_a_wider_type_needs_no_mapping(with_desk_fields: Make) -> None:
    here = with_desk_fields({"name": "desk.size", "type": "whole"})
    here.opened(fields={"desk.size": 5})
    assert with_desk_fields({"name": "desk.size", "type": "decimal"}).opened(fields={"desk.size": 5.5})


def test_a_field_without_its_index_is_shown_and_entered_but_not_filtered_by(with_desk_fields: Make) -> None:
    here = with_desk_fields(REGION)
    here.desk.registry.unindexed.add(("ticket", "desk.region"))
    assert here.opened(fields={"desk.region": "north"})["fields"] == {"desk.region": "north"}
    refused = here.api("agent", "GET", "/tickets?desk.region=north")
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "desk.region")
    page = here.signed_in("admin").get("/fields").text
    assert "waits for its index" in page
    assert here.api("agent", "GET", "/tickets").status_code == 200


@pytest.fixture
def own(database_url: str, tmp_path: Path) -> Any:
    """A migrated desk of its own: (settings, database)."""
    database = Database(database_url)
    migrate(database.engine, lineages(HOUSE))
    yield settings_for(tmp_path, database_url), database
    database.dispose()


def saved(own: Any, *entries: dict[str, Any]) -> int:
    """The document in force in a desk of its own; the revision."""
    settings, database = own
    desk, _ = build(settings, [], database=database)
    with desk.unit_of_work(TESTER) as uow:
        revision = save_document(uow, name="core.fields", body=desk_body(*entries), reason="trying")
        activate_document(uow, revision_id=revision.id)
        return revision.id


def test_the_next_generation_has_the_field_and_its_filter_when_the_index_is_there(own: Any) -> None:
    saved(own, REGION)
    desk, _ = build_current(*own)
    assert "desk.region" in desk.registry.fields_of("ticket")
    assert ("ticket", "desk.region") in desk.registry.unindexed
    sync_field_indexes(own[1].engine, [("ticket", desk.registry.fields_of("ticket")["desk.region"])])
    assert ("ticket", "desk.region") not in build_current(*own)[0].registry.unindexed


@pytest.mark.parametrize("broken", [{"fields": [{"name": "desk.region", "type": "hologram"}]}, {}, {"fields": None}])
def test_a_desk_whose_document_cannot_be_read_starts_without_those_fields_and_says_so(own: Any, broken: Any) -> None:
    revision = saved(own, REGION)
    with own[1].session(write=True) as session:
        session.ours = True
        session.execute(update(Revision).where(Revision.id == revision).values(body=broken))
        session.commit()
    desk, _ = build_current(*own)
    assert "desk.region" not in desk.registry.fields_of("ticket")
    fault = desk.faults.take()[0]
    assert (fault.plugin, fault.hook) == ("core", "core.fields")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_embedded_desk_makes_the_index_in_a_process_of_its_own(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, database = own
    given = {"MODE": "test", "DATA_DIR": settings.data_dir, "DATABASE_URL": database.url, "SECRET_KEY": "test-key"}
    for name, value in given.items():
        monkeypatch.setenv(f"ITSM_{name}", str(value))
    saved(own, REGION)
    desk, _ = build_current(settings, database)
    drain(desk)
    again, _ = build_current(settings, database)
    assert again.registry.unindexed == set()
    assert again.generation != desk.generation
