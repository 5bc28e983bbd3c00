"""Panels of plugins on a ticket's page: above the text of a message, and slow ones that come after the page."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from itsm.core.hookspecs.declarations import Panel
from itsm.core.tickets.verbs import open_ticket
from tests.fixtures import World
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]


@pytest.fixture
def page(as_: Any) -> str:
    """The page of an incident."""
    with as_("agent") as uow:
        return f"/tickets/{open_ticket(uow, kind='incident', title='Printer').id}"


@pytest.fixture
def panels(world: World) -> Iterator[Callable[..., None]]:
    """Declares the panel of major incidents otherwise; as it was afterwards."""
    before = world.desk.registry.panels

    def declare(**changes: Any) -> None:
        def changed(panel: Panel) -> Panel:
            return replace(panel, **changes) if panel.key == "incidents.major" else panel

        world.desk.registry.panels = [changed(panel) for panel in before]

    yield declare
    world.desk.registry.panels = before


def test_a_slow_panel_is_fetched_by_itself_and_not_twice(
    signed_in: SignedIn, page: str, panels: Callable[..., None]
) -> None:
    agent, address = signed_in("agent"), f"{page}/panels/incidents.major"
    assert "/p/incidents/major/" in agent.get(page).text
    assert agent.get(address).status_code == 404
    panels(slow=True)
    shown = agent.get(page).text
    assert "/p/incidents/major/" not in shown
    assert f'hx-get="{address}"' in shown
    answer = agent.get(address)
    assert "/p/incidents/major/" in answer.text
    again = agent.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")
    assert signed_in("requester").get(address).status_code == 404
    assert signed_in("stranger").get(address).status_code == 404


def test_a_panel_of_the_composer_stands_above_the_text(
    signed_in: SignedIn, page: str, panels: Callable[..., None]
) -> None:
    panels(place="composer")
    composer = signed_in("agent").get(page).text.split('id="composer"')[1]
    assert composer.index("composer-panel") < composer.index('id="body"')
