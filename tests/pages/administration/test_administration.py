"""The home of administration, the settings in force, and the configuration as one file."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import yaml
from sqlalchemy import func, select

from itsm.core.administration.shown import core_settings, without_password
from itsm.core.configuration.verbs import document, export_desk
from itsm.core.desk.models import PluginRow
from itsm.core.ledger.models import Event
from itsm.core.work.models import OwedCall
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.testing.forms import forms_of
from tests.fixtures import TESTER
from tests.pages.conftest import Visitor, hidden

SignedIn = Callable[[str], Visitor]
LOAD = "/configuration/load"


def test_the_home_tells_what_needs_attention_and_where_it_is_mended(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    assert "failed for good" not in admin.get("/administration").text
    with desk.unit_of_work(TESTER) as uow:
        call = OwedCall(name="core.expand", plugin="core", args={"event": 1}, state="dead", due=uow.now, attempts=8)
        call.error, call.created_at = "Boom", uow.now
        uow.session.add_all([call, PluginRow(name="gadget", state="quarantined", reason="slow", changed_at=uow.now)])
    page = admin.get("/administration").text
    assert "failed for good: 1" in page
    assert 'href="/jobs"' in page
    assert "gadget is in quarantine" in page
    assert 'href="/plugins/gadget"' in page
    assert signed_in("agent").get("/administration").status_code == 403


def test_pages_of_administration_and_documents_are_found_by_words(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    page = admin.get("/administration").text.partition("<main")[2]
    for place in ("/roles", "/fields", "/jobs", "/plugins", "/configuration/workflow.incident/form"):
        assert f'href="{place}"' in page
    found = admin.get("/administration?q=PRIORIT").text.partition("<main")[2]
    assert 'href="/configuration/core.priorities/form"' in found
    assert 'href="/roles"' not in found


def test_settings_are_shown_with_their_source_and_without_secrets(signed_in: SignedIn, desk: Desk) -> None:
    page = signed_in("admin").get("/administration/settings").text
    assert "ITSM_DATABASE_URL" in page
    assert desk.settings.secret_key not in page
    assert "ITSM_SECRET_KEY" in page
    assert "•••" in page
    assert signed_in("head").get("/administration/settings").status_code == 403
    numbers = {line.name: line.value for line in core_settings(replace(desk.settings, rate_tokens=77))}
    assert numbers["ITSM_RATE_TOKENS"] == "77", "a number is no secret, whatever it counts"


def test_no_password_of_an_address_is_shown() -> None:
    assert without_password("postgresql://desk:hush@db/itsm") == "postgresql://desk:•••@db/itsm"
    assert without_password("redis://:hush@db/0?password=more") == "redis://:•••@db/0?•••"
    assert without_password("sqlite:////data/itsm.sqlite3") == "sqlite:////data/itsm.sqlite3"
    assert "hush" not in without_password("x://[hush")


def sent(text: str) -> dict[str, object]:
    return {"file": (BytesIO(text.encode()), "desk.yaml")}


def events(desk: Desk) -> int:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return uow.session.scalar(select(func.count(Event.id)).where(Event.stream == "configuration")) or 0


def test_what_was_written_down_and_is_loaded_again_makes_no_difference(signed_in: SignedIn, desk: Desk) -> None:
    admin, before = signed_in("admin"), events(desk)
    page = admin.post(LOAD, sent(admin.get("/configuration/export").text))
    assert page.status_code == 200
    assert "Nothing: this is what is in force." in page.text
    assert 'value="load"' not in page.text
    assert events(desk) == before


def test_a_file_shows_its_difference_first_and_does_exactly_that(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    whole = yaml.safe_load(admin.get("/configuration/export").text)
    whole["documents"]["core.topics"]["entries"].append({"key": "taxi", "label": {"en": "<i>Taxi</i>", "ru": "Такси"}})
    whole["parts"]["core.roles"].append({"key": "driver", "label": {"en": "Driver"}, "permissions": ["tickets.read"]})
    page = admin.post(LOAD, sent(yaml.safe_dump(whole, allow_unicode=True)))
    assert "<code>entries.taxi</code>" in page.text
    assert "<i>Taxi" not in page.text
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert "taxi" not in [e["key"] for e in document(uow, "core.topics").body["entries"]]
        assert "driver" not in [role["key"] for role in export_desk(uow)["parts"]["core.roles"]]
    form = next(form for form in forms_of(page.text) if "seen" in {control.name for control in form.controls})
    assert admin.client.post(LOAD, data=form.filled({"then": "load"})).status_code == 422
    assert admin.client.post(LOAD, data=form.filled({"then": "load", "reason": "Taxis"})).status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert "taxi" in [e["key"] for e in document(uow, "core.topics").body["entries"]]
        assert "driver" in [role["key"] for role in export_desk(uow)["parts"]["core.roles"]]


def test_a_desk_that_was_changed_after_the_preview_is_shown_anew(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    text = "format: 1\ndocuments:\n  core.topics:\n    entries: []\n"
    page = admin.post(LOAD, sent(text))
    place = "/configuration/core.topics/form/entries/network"
    assert admin.submit(place, place, {"v.label.en": "Nets", "reason": "x", "do": "save"}).status_code == 302
    late = admin.post(LOAD, {"text": text, "seen": hidden(page, "seen"), "reason": "All", "then": "load"})
    assert late.status_code == 409
    assert "<code>entries.network</code>" in late.text
    again = {"text": text, "seen": hidden(late, "seen"), "reason": "All", "then": "load"}
    assert admin.post(LOAD, again).status_code == 302


def test_a_file_that_is_wrong_is_refused_with_its_lines(signed_in: SignedIn, desk: Desk) -> None:
    admin, before = signed_in("admin"), events(desk)
    wrong = "format: 1\ndocuments:\n  core.topics:\n    entries:\n    - {key: A, label: {en: A}}\n"
    page = admin.post(LOAD, sent(wrong))
    assert page.status_code == 422
    assert "Line 5" in page.text
    assert admin.post(LOAD, sent("a: [")).status_code == 422
    assert admin.post(LOAD, {}).status_code == 422
    assert admin.post(LOAD, {"file": (BytesIO(b"\xff\xfe"), "x.yaml")}).status_code == 422
    assert signed_in("agent").post(LOAD, sent(wrong)).status_code == 403
    assert events(desk) == before
