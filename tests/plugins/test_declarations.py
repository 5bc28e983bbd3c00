"""What a plugin declares and the desk does not understand sets the plugin aside, with a sentence that teaches."""

from typing import Any

import pytest
from flask import Blueprint

from itsm.blocks.notices.hookspecs import NoticeTemplate
from itsm.blocks.notices.verbs import my_notices, notify
from itsm.core.hookspecs.declarations import Field, NavEntry, Panel, Routes
from itsm.core.hookspecs.marks import hook
from itsm.core.web.edge import SIGNED_IN, needs
from itsm.plugins.testing import World
from itsm.plugins.testing.visitors import enter

NAME = "premium_approval"
LABEL = {"en": "Approval", "ru": "Согласование"}


def brings(hook_name: str, *declared: Any) -> dict[str, Any]:
    """The hooks of a plugin that registers these."""
    return {hook_name: hook(lambda: declared)}


def pages(name: str) -> Blueprint:
    """Two pages: one that a link can open, one that needs a number."""
    made = Blueprint(name, __name__)
    made.add_url_rule("/waiting", "waiting", needs(SIGNED_IN)(lambda: "those that wait"))
    made.add_url_rule("/one/<int:number>", "one", needs(SIGNED_IN)(lambda number: str(number)))
    made.add_url_rule("/send", "send", needs(SIGNED_IN)(lambda: "sent"), methods=["POST"])
    return made


@pytest.mark.parametrize("blueprint", [NAME, f"{NAME}_api", f"{NAME}_pages_of_heads"])
def test_a_blueprint_begins_with_the_whole_name_of_a_plugin_of_two_words(with_plugin: Any, blueprint: str) -> None:
    desk, app = with_plugin(NAME, **brings("register_routes", Routes(pages(blueprint))))
    assert not desk.aside
    assert enter(app, "agent").get(f"/p/{NAME}/waiting").text == "those that wait"


@pytest.mark.parametrize("blueprint", ["premium", "premium_api", "approval", "premium_approvals"])
def test_a_blueprint_that_bears_another_name_is_refused(with_plugin: Any, blueprint: str) -> None:
    desk, _ = with_plugin(NAME, **brings("register_routes", Routes(pages(blueprint))))
    assert f"must be named '{NAME}' or {NAME}_…" in desk.aside[NAME]


def field(type: Any = "text", **more: Any) -> Field:
    return Field(f"{NAME}.state", type, LABEL, **more)


WRONG_FIELDS = [
    (field("enum"), "field premium_approval.state: type 'enum' is none of text, long_text, whole"),
    (field(subject="service"), "subject 'service' is none of ticket, person, organisation, team"),
    (field("reference", reference="user"), "reference 'user' is none of organisation, person"),
    (field("reference"), "a reference needs reference=…"),
    (field("text", reference="person"), "reference='person' is for the type reference"),
    (field("choice", document="premium_approval.states"), "document 'premium_approval.states' is none"),
    (field(written_by="machine"), "written_by 'machine' is none of people, plugin"),
    (field("date", due=True), "due=True is for the type moment"),
    (field(written_by="plugin", mandatory=True), "it cannot be mandatory"),
]


@pytest.mark.parametrize(("declared", "reason"), WRONG_FIELDS, ids=[reason[-28:] for _, reason in WRONG_FIELDS])
def test_a_field_that_the_desk_does_not_understand(with_plugin: Any, declared: Field, reason: str) -> None:
    desk, app = with_plugin(NAME, **brings("register_fields", declared))
    assert reason in desk.aside[NAME]
    assert enter(app, "agent").get("/tickets/new").status_code == 200


def panel(place: Any = "ticket_side", template: str = "notices/notices.html") -> Panel:
    return Panel(f"{NAME}.box", LABEL, place, 50, "tickets.read", template, lambda uow, ticket: {})


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (panel("ticket_right"), "panel premium_approval.box: place 'ticket_right' is none of ticket, ticket_side"),
        (panel(template=f"{NAME}/box.html"), "'premium_approval/box.html' is not there; the file templates/"),
        (panel(template="box.html"), "the template 'box.html'"),
    ],
)
def test_a_panel_without_a_place_or_a_template(with_plugin: Any, declared: Panel, reason: str) -> None:
    desk, _ = with_plugin(NAME, **brings("register_panels", declared))
    assert reason in desk.aside[NAME]


def test_a_panel_whose_template_is_broken_names_the_line(with_plugin: Any, world: World) -> None:
    folder = world.desk.settings.data_dir / "broken" / "templates" / "broken"
    folder.mkdir(parents=True)
    (folder / "box.html").write_text("<p>\n{% if %}\n")
    declared = Panel("broken.box", LABEL, "ticket", 50, "tickets.read", "broken/box.html", lambda uow, ticket: {})
    desk, _ = with_plugin("broken", **brings("register_panels", declared))
    assert "'broken/box.html' of the panel broken.box is broken in line 2" in desk.aside["broken"]


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        (f"{NAME}.wating", "did you mean premium_approval.waiting?"),
        (f"{NAME}.one", "need no values in its path"),
        (f"{NAME}.send", "must answer GET"),
    ],
)
def test_an_entry_of_the_navigation_that_no_link_can_open(with_plugin: Any, endpoint: str, reason: str) -> None:
    nav = brings("register_nav", NavEntry(LABEL, endpoint, 70, SIGNED_IN))
    desk, app = with_plugin(NAME, **brings("register_routes", Routes(pages(NAME))), **nav)
    assert "the navigation entry 'Approval' leads to" in desk.aside[NAME]
    assert reason in desk.aside[NAME]
    assert enter(app, "agent").get("/tickets/new").status_code == 200


def notice(en: str, vocabulary: Any = ("number",)) -> NoticeTemplate:
    return NoticeTemplate(f"{NAME}.asked", {"en": en, "ru": "Одобрите №{{number}}."}, vocabulary)


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (notice("Approve #{number}."), "two braces and a name in small letters: {{number}}"),
        (notice("Approve #{{Number}}."), "two braces and a name in small letters: {{number}}"),
        (notice("Approve #{{title}}."), "text 'en': title is not in its vocabulary ({{number}})"),
        (notice("Approve it."), "the text holds none of its vocabulary"),
        (notice("Approve #{{number}}.", "number"), "write ('number',)"),
    ],
)
def test_a_notice_that_people_could_not_read(with_plugin: Any, declared: NoticeTemplate, reason: str) -> None:
    desk, _ = with_plugin(NAME, **brings("register_notice_templates", declared))
    assert desk.aside[NAME].startswith("notice template premium_approval.asked")
    assert reason in desk.aside[NAME]


def test_a_notice_is_filled_in_and_one_that_nobody_registers_is_named(with_plugin: Any, sample: Any) -> None:
    desk, _ = with_plugin(NAME, **brings("register_notice_templates", notice("Approve #{{number}}.")))
    assert not desk.aside
    agent = sample.people["agent"].id
    with desk.unit_of_work(sample.act(desk, "admin")) as uow:
        notify(uow, people=[agent], template=f"{NAME}.asked", values={"number": 7})
        with pytest.raises(LookupError, match=r"no notice template 'premium_approval.aked'.*premium_approval\.asked"):
            notify(uow, people=[agent], template=f"{NAME}.aked", values={"number": 7})
    with desk.unit_of_work(sample.act(desk, "agent"), write=False) as uow:
        assert [n.text.replace("Одобрите №", "Approve #") for n in my_notices(uow)] == ["Approve #7."]
