"""Rules on pages: tried from the document's page, and the panel that says why."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.uow import UnitOfWork
from tests.pages.conftest import Visitor

SignedIn = Callable[..., Visitor]
RULES = """rules:
- key: printers
  label: {en: "Printers <all>", ru: Принтеры}
  when: words.contains('принтер')
  then: {team: l2}
- key: more
  label: {en: More printers, ru: Ещё принтеры}
  when: words.contains('принтер') && premium
  then: {team: l2}
"""


def test_a_list_is_tried_put_in_force_and_explained_on_the_ticket(
    signed_in: SignedIn, as_: Callable[..., AbstractContextManager[UnitOfWork]]
) -> None:
    admin = signed_in("admin")
    values = {"body": RULES, "reason": "Printers go to the second line"}
    tried = admin.post("/configuration/rules.tickets.opening", {**values, "then": "try"})
    assert tried.status_code == 200
    assert "The rule more is shadowed by printers" in tried.text
    assert "Of the last 0 tickets 0 would have been opened otherwise" in tried.text
    assert admin.post("/configuration/rules.tickets.opening", {**values, "then": "activate"}).status_code == 302
    with as_("agent") as uow:
        number = open_ticket(uow, kind="incident", title="Принтер <b>").id
    page = signed_in("agent").get(f"/tickets/{number}").text
    panel = page[page.index("Why: rules") :]
    assert "1 rule matched" in panel
    assert "Printers &lt;all&gt;" in panel
    assert '<code>team</code> = <code dir="auto">l2</code>' in panel
    assert "принтер &lt;b&gt;" in panel
    assert "did not match" in panel
    assert "Why: rules" not in signed_in("requester").get(f"/tickets/{number}").text


def test_a_wrong_condition_is_refused_with_its_rule_and_place(signed_in: SignedIn) -> None:
    body = RULES.replace("&& premium", "&& nope")
    answer = signed_in("admin").post("/configuration/rules.tickets.opening", {"body": body, "reason": "x"})
    assert answer.status_code == 422
    assert "rules.more.when:30" in answer.text
    assert "There is no value nope" in answer.text


def test_a_ticket_that_no_rules_saw_has_no_panel(
    signed_in: SignedIn, as_: Callable[..., AbstractContextManager[UnitOfWork]]
) -> None:
    with as_("agent") as uow:
        number = open_ticket(uow, kind="incident", title="x").id
    assert "Why: rules" not in signed_in("agent").get(f"/tickets/{number}").text


def test_the_page_of_rules_tells_what_conditions_may_read_and_rules_may_set(signed_in: SignedIn) -> None:
    page = signed_in("admin").get("/rules")
    assert page.status_code == 200
    assert "0 rules in force" in page.text
    assert "<code>words</code>" in page.text
    assert "fields[&#34;incidents.impact&#34;]" in page.text or 'fields["incidents.impact"]' in page.text
    assert "Group, by its key" in page.text
    assert signed_in("agent").get("/rules").status_code == 403
