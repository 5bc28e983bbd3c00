"""Views by a name: one's own, and those of the desk. A view never shows more than its reader may see."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.configuration.verbs import activate_document, export_desk, save_document
from itsm.core.views.verbs import MOST
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]


def counts(text: str) -> dict[str, str]:
    """Views and their counts, as the page shows them."""
    return dict(re.findall(r'data-command="View: ([^"]+)"[^>]*>[^<]*<span class="n">([^<]+)</span>', text))


def test_a_view_is_kept_named_anew_and_forgotten_by_the_one_whose_it_is(
    signed_in: SignedIn, opened: Callable[..., int]
) -> None:
    opened(priority=1)
    agent, second = signed_in("agent"), signed_in("second")
    page = "/?priority=1&state_category=unfinished&sort=-updated_at&group=team"
    kept = agent.submit(f"{page}&open=view", "/views", {"name": " Горит  <b>"})
    assert kept.status_code == 302
    assert "sort=-updated_at" in kept.location
    assert counts(agent.get("/").text)["Горит &lt;b&gt;"] == "1"
    assert "Горит" not in second.get("/").text
    number = re.search(r"/views/(\d+)/rename", agent.get(f"{kept.location}&open=view").text)
    assert number is not None
    place = f"/views/{number.group(1)}"
    for act in ("rename", "remove"):
        assert second.post(f"{place}/{act}", {"name": "Mine now"}).status_code == 404
    assert agent.submit(f"{kept.location}&open=view", f"{place}/rename", {"name": "Срочное"}).status_code == 302
    assert counts(agent.get("/").text)["Срочное"] == "1"
    assert agent.post(f"{place}/remove").status_code == 302
    assert "Срочное" not in agent.get("/").text


def test_views_are_refused_that_the_queue_would_not_understand(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    for query in ("nonsense=1", "sort=title", "priority=x", "q=" + "a" * 1990):
        assert agent.post("/views", {"name": "x", "query": query}).status_code == 302
        assert 'class="flash bad"' in agent.get("/").text
    assert agent.post("/views", {"name": "", "query": "priority=1"}).status_code == 302
    for number in range(MOST + 1):
        agent.post("/views", {"name": f"view {number}", "query": "priority=1"})
    text = agent.get("/").text
    assert f"At most {MOST} views" in text
    assert f"view {MOST - 1}" in text
    assert f"view {MOST}<" not in text


def test_a_shared_view_is_for_its_roles_and_groups_and_goes_with_the_configuration(
    signed_in: SignedIn, opened: Callable[..., int], as_: Any
) -> None:
    opened(priority=1)
    admin = signed_in("admin")
    kept = admin.post("/views", {"name": "Горит", "query": "priority=1&state_category=unfinished"}).location
    kept += "&open=view"
    place = re.search(r"/views/\d+/share", admin.get(kept).text)
    assert place is not None
    shared = {"en": "On fire", "ru": "Горит", "roles": ["head"], "reason": "For the heads"}
    assert signed_in("agent").post(place.group(0), shared).status_code == 403
    assert admin.submit(kept, place.group(0), shared).status_code == 302
    assert counts(signed_in("head").get("/").text)["On fire"] == "1"
    for who in ("agent", "requester"):
        assert "On fire" not in signed_in(who).get("/").text
    assert place.group(0) not in admin.get(kept).text  # it is no longer one's own
    with as_("admin") as uow:
        assert "On fire" in str(export_desk(uow))


def test_a_view_never_widens_what_one_sees(signed_in: SignedIn, opened: Callable[..., int], as_: Any) -> None:
    opened("Тайна", priority=1)
    with as_("admin") as uow:
        every = {"key": "all", "label": {"en": "Everything"}, "query": "state_category=all", "roles": [], "groups": []}
        revision = save_document(uow, name="core.views", body={"views": [every]}, reason="Try")
        activate_document(uow, revision_id=revision.id)
    assert counts(signed_in("agent").get("/").text)["Everything"] == "1"
    for who in ("requester", "stranger"):
        page = signed_in(who).get("/?state_category=all")
        assert counts(page.text)["Everything"] == "0"
        assert "Тайна" not in page.text


WRONG = (
    {"query": "nonsense=1"}, {"query": "sort=title"}, {"query": "state_category=odd"}, {"label": {}}, {"roles": "head"},
    {"key": "Ы"}, {"query": ""},
)  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_document_of_shared_views_is_refused(as_: Any, wrong: dict[str, Any]) -> None:
    view = {"key": "a", "label": {"en": "A"}, "query": "priority=1", "roles": [], "groups": []}
    with as_("admin") as uow, pytest.raises(Exception, match="views"):
        save_document(uow, name="core.views", body={"views": [{**view, **wrong}]}, reason="Try")


def test_columns_and_density_are_ones_own(signed_in: SignedIn, opened: Callable[..., int]) -> None:
    opened(fields={"incidents.impact": "high"})
    agent = signed_in("agent")
    chosen = {"columns": ["incidents.impact", "opened_at"], "density": "compact"}
    assert agent.submit("/?open=view", "/tickets/looks", chosen).status_code == 302
    text = agent.get("/").text
    assert "Impact</th>" in text
    assert "queue-page compact" in text
    assert "Assignee</th>" not in text
    assert "Assignee</th>" in agent.get("/?columns=assignee").text  # what the address says comes first
    assert "Impact</th>" not in signed_in("second").get("/").text
    assert agent.post("/tickets/looks", {"columns": ["nonsense"]}).status_code == 302
    assert "There is no column nonsense." in agent.get("/").text
