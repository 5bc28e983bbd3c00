"""The queue: filters, order, groups and columns stand in its address; it refreshes itself for three small queries."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from itsm.core.tickets.verbs.lists.order import GROUPS, SORTS
from itsm.plugins.machinery.front import Front
from tests.fixtures import Clock, Sample, World
from tests.pages.conftest import Visitor
from tests.statements import statements

SignedIn = Callable[[str], Visitor]


def shown(page: TestResponse) -> list[int]:
    """The numbers of the rows, as they stand."""
    assert page.status_code == 200, page.text
    return [int(number) for number in re.findall(r'<tr id="t(\d+)"', page.text)]


def leads(page: TestResponse, rel: str) -> str:
    """Where the link to the next or the previous page leads; '' where there is none."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page.text)
    return html.unescape(found.group(1)) if found else ""


def live(page: TestResponse) -> tuple[str, str]:
    """(address, tag) of the part that refreshes itself."""
    found = re.search(r'data-live="([^"]+)".*?hx-get="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found.group(2)), found.group(1)


@pytest.mark.parametrize("who", ["agent", "requester"])
def test_a_refresh_with_nothing_new_is_a_304_for_three_queries(
    signed_in: SignedIn, world: World, opened: Callable[..., int], who: str
) -> None:
    opened()
    visitor = signed_in(who)
    address, tag = live(visitor.get("/?sort=-updated_at&group=team"))
    browser = Client(Front(lambda: (world.desk, world.app)), TestResponse)
    browser._cookies = visitor.client._cookies
    world.desk.times.take()  # else those older than a minute are written by a thread, on the one connection of tests
    with statements(world) as seen:
        answer = browser.get(address, headers={"If-None-Match": f'"{tag}"'})
    assert answer.status_code == 304
    assert len(seen) <= 3, seen
    assert answer.headers["ETag"] == f'"{tag}"'


def test_a_refresh_tells_what_is_new_and_nothing_else(
    signed_in: SignedIn, api: Any, opened: Callable[..., int], sample: Sample
) -> None:
    old, agent = opened(), signed_in("agent")
    address, tag = live(agent.get(f"/?assignee={sample.people['agent'].id}"))
    # Something happens on the desk that nobody sees in this list, but in the count of another view.
    opened("Somewhere else", team=sample.teams["l2"].id)
    again = agent.get(address, headers={"If-None-Match": f'"{tag}"'})
    assert again.status_code == 200
    tag = again.headers["ETag"]
    assert api("second", "POST", f"/tickets/{old}/comments", json={"body": "Смотрю"}).status_code == 201
    nothing = agent.get(address, headers={"If-None-Match": tag})
    assert nothing.status_code == 304
    assert nothing.headers["ETag"] != tag  # the cheapest tag to ask with from now on
    assert agent.get(address, headers={"If-None-Match": nothing.headers["ETag"]}).status_code == 304
    etag = {"If-Match": "*"}
    mine = {"assignee": sample.people["agent"].id}
    assert api("second", "PATCH", f"/tickets/{old}", headers=etag, json=mine).status_code == 200
    assert shown(agent.get(address, headers={"If-None-Match": nothing.headers["ETag"]})) == [old]


def test_somebody_elses_tag_opens_nothing(signed_in: SignedIn, opened: Callable[..., int]) -> None:
    opened()
    address, tag = live(signed_in("agent").get("/"))
    answer = signed_in("stranger").get(address, headers={"If-None-Match": f'"{tag}"'})
    assert answer.status_code == 200
    assert shown(answer) == []


def test_every_order_pages_forwards_and_back_over_the_same_rows(
    signed_in: SignedIn, opened: Callable[..., int], sample: Sample
) -> None:
    for place in range(53):
        team = {"team": sample.teams["l1"].id} if place % 2 else {}
        opened(priority=place % 3 + 1, **team, **({} if place % 5 else {"topic": "network"}))
    agent = signed_in("agent")
    numbers = sorted(shown(agent.get("/")) + shown(agent.get(leads(agent.get("/"), "next"))))
    assert len(numbers) == 53
    sorts = ["", *SORTS, *(f"-{name}" for name in SORTS)]
    for sort, group in [*((sort, "") for sort in sorts), *(("-priority", group) for group in GROUPS)]:
        first = agent.get(f"/?sort={sort}&group={group}")
        second = agent.get(leads(first, "next"))
        assert sorted([*shown(first), *shown(second)]) == numbers, (sort, group)
        assert leads(second, "next") == leads(first, "prev") == ""
        back = agent.get(leads(second, "prev"))
        assert shown(back) == shown(first), (sort, group)
        assert leads(back, "prev") == ""
        assert shown(agent.get(leads(back, "next"))) == shown(second), (sort, group)


def test_groups_have_headings_and_rows_stand_in_their_order(
    signed_in: SignedIn, opened: Callable[..., int], sample: Sample
) -> None:
    low, high = opened(priority=4), opened(priority=1)
    team = opened(priority=4, team=sample.teams["l2"].id)
    agent = signed_in("agent")
    assert shown(agent.get("/?sort=priority")) == [high, team, low]
    page = agent.get("/?group=team&sort=priority")
    assert shown(page) == [high, low, team]
    assert page.text.index("Group: –") < page.text.index("Group: Second line")


def test_dates_and_numbers_are_bounded_both_included(
    signed_in: SignedIn, opened: Callable[..., int], clock: Clock, api: Any
) -> None:
    first = opened()
    day = clock().date()
    agent = signed_in("agent")
    assert shown(agent.get(f"/?opened_at.from={day}&opened_at.to={day}")) == [first]
    assert shown(agent.get(f"/?opened_at.to={day.replace(year=day.year - 1)}")) == []
    assert shown(agent.get("/?incidents.reopened.from=1")) == []
    moment = clock().isoformat().replace("+", "%2B")
    assert api("agent", "GET", f"/tickets/count?updated_at.from={moment}").json == {"count": 1}


WRONG = (
    "sort=title", "sort=--number", "group=title", "group=q", "columns=nonsense", "opened_at.from=yesterday",
    "opened_at.to=0001-01-01", "incidents.reopened.from=x", "title.from=1", "incidents.impact.from=low",
    "assignee=Никто+Никтоевич", "sort=priority&after=1", "sort=updated_at&after=x~1", "group=kind&after=a~b",
    "before=1~2", "sort=updated_at&after=2026-01-01~1", "group=team&after=99999999999999999~1",
)  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_what_is_wrong_in_an_address_is_named_and_the_page_stands(signed_in: SignedIn, query: str) -> None:
    answer = signed_in("agent").get(f"/?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'aria-label="Views"' in answer.text


def test_several_values_and_people_by_name_are_filters(
    signed_in: SignedIn, opened: Callable[..., int], sample: Sample
) -> None:
    one, other = opened(team=sample.teams["l1"].id), opened(team=sample.teams["l2"].id)
    mine = opened(assignee=sample.people["agent"].id)
    agent = signed_in("agent")
    both = f"/?team={sample.teams['l1'].id}&team={sample.teams['l2'].id}"
    assert shown(agent.get(both)) == [other, one]
    assert shown(agent.get(f"/?team=none,{sample.teams['l1'].id}")) == [mine, one]
    assert shown(agent.get("/?assignee=agent%40example.org")) == [mine]
    assert shown(agent.get(f"/?assignee=Somebody+%23{sample.people['agent'].id}")) == [mine]
