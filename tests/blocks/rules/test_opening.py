"""The list `tickets.opening` on a desk: set where nobody chose, traced, tried on history, refused at saving."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from itsm.blocks.rules.commands import rules as rules_command
from itsm.blocks.rules.hookspecs import Effect, RuleListType, Variable
from itsm.blocks.rules.verbs import compiled, rules_in_force, run_rules, trace
from itsm.blocks.rules.verbs.prediction import predict
from itsm.blocks.services.verbs import add_service
from itsm.core.configuration.verbs import activate_document, document, save_document, try_document
from itsm.core.errors import Invalid, Unknown
from itsm.core.hookspecs.marks import hook
from itsm.core.ledger.models import Event
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.values import difference, values_of
from itsm.core.tickets.verbs import change_ticket, open_ticket
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample

As = Callable[..., AbstractContextManager[UnitOfWork]]
NAME = "tickets.opening"


def rule(key: str, when: str, **then: Any) -> dict[str, Any]:
    then = {name.replace("__", "."): value for name, value in then.items()}
    return {"key": key, "label": {"en": f"Rule {key}", "ru": f"Правило {key}"}, "when": when, "then": then}


def put(uow: UnitOfWork, *rules: Mapping[str, Any]) -> int:
    revision = save_document(uow, name=f"rules.{NAME}", body={"rules": list(rules)}, reason="A test")
    activate_document(uow, revision_id=revision.id)
    return revision.id


PRINTERS = rule("printers", "words.contains('принтер') && team == null", team="l2", topic="hardware.printer")
PREMIUM = rule("premium", "premium && kind == 'incident'", priority=1, incidents__impact="high")


def opening(uow: UnitOfWork, ticket: Ticket) -> Event:
    return uow.session.query(Event).filter_by(stream="ticket", subject_id=ticket.id, type="ticket_opened").one()


def test_rules_complete_what_nobody_has_set_and_the_event_says_which(as_: As, sample: Sample) -> None:
    with as_("admin") as uow:
        revision = put(uow, PRINTERS, PREMIUM)
        ticket = open_ticket(uow, kind="incident", title="Сломан ПРИНТЕР", requested_for=sample.people["stranger"].id)
        uow.flush()
        assert ticket.team_id == sample.teams["l2"].id
        assert ticket.topic == "hardware.printer"
        assert ticket.fields["incidents.impact"] == "high"
        assert ticket.priority == 1
        assert not ticket.priority_pinned
        facts = opening(uow, ticket).facts
        assert facts["rules.tickets.opening"] == {
            "revision": revision, "rules": ["printers", "premium"], "priority": [1, "premium"],
            "set": {"team": ticket.team_id, "topic": "hardware.printer", "incidents.impact": "high"},
        }  # fmt: skip
        assert ["rules", 1, "tickets.opening:premium"] in facts["voices"]


def test_what_a_person_chose_is_never_overwritten(as_: As, sample: Sample) -> None:
    with as_("admin") as uow:
        put(uow, rule("all", "true", team="l2", topic="network", priority=1, incidents__impact="high"))
        given = {"team": sample.teams["l1"].id, "topic": "access", "priority": 4}
        ticket = open_ticket(uow, kind="incident", title="Mine", fields={"incidents.impact": "low"}, **given)
        assert (ticket.team_id, ticket.topic, ticket.priority) == (sample.teams["l1"].id, "access", 4)
        assert ticket.fields["incidents.impact"] == "low"


def test_a_priority_that_rules_gave_speaks_as_long_as_the_ticket_lives(as_: As) -> None:
    with as_("admin") as uow:
        put(uow, rule("urgent", "title == 'Fire'", priority=1))
        ticket = open_ticket(uow, kind="incident", title="Fire")
        assert change_ticket(uow, number=ticket.id, changes={"topic": "access"}).priority == 1
        number = ticket.id
    with as_("admin") as uow:
        put(uow)
        assert change_ticket(uow, number=number, changes={"title": "No fire"}).priority == 1
        assert change_ticket(uow, number=number, changes={"priority": 4}).priority == 4


def test_services_are_named_by_their_keys(as_: As) -> None:
    with as_("admin") as uow:
        service = add_service(uow, key="print", label={"en": "Printing"})
        put(uow, rule("a", "topic == null", service="print"), rule("b", "service == 'print'", team="l1"))
        ticket = open_ticket(uow, kind="incident", title="x")
        assert ticket.service_id == service.id
        assert ticket.team_id is not None


def test_what_a_rule_names_and_the_desk_lost_is_left_out(as_: As, sample: Sample) -> None:
    with as_("admin") as uow:
        put(uow, rule("a", "true", team="l2", topic="network"))
        uow.session.get_one(type(sample.teams["l2"]), sample.teams["l2"].id).active = False
        uow.session.flush()
        ticket = open_ticket(uow, kind="incident", title="x")
        assert (ticket.team_id, ticket.topic) == (None, "network")


REFUSED = [
    (rule("r", "nope == 1"), "rules.r.when:1", "There is no value nope"),
    (rule("r", "words.contains("), "rules.r.when:16", "ends too early"),
    (rule("r", "title"), "rules.r.when:1", "must say yes or no"),
    (rule("r", "priority == 99999999999999999999"), "rules.r.when", "The engine refuses it"),
    (rule("r", "title.matches('(x')"), "rules.r.when", "The engine refuses it"),
    (rule("r", "title.matches('(a+)+$')"), "rules.r.when:15", "too costly"),
    (rule("r", "true", state="closed"), "rules.r.then.state", "A rule cannot set state"),
    (rule("r", "true", team="nobody"), "rules.r.then.team", "There is no group nobody"),
    (rule("r", "true", service="nothing"), "rules.r.then.service", "There is no service nothing"),
    (rule("r", "true", topic="moon"), "rules.r.then.topic", "There is no topic moon"),
    (rule("r", "true", priority=9), "rules.r.then.priority", "There is no priority 9"),
    (rule("r", "true", priority="high"), "rules.r.then.priority", "This must be whole; it is str"),
    (rule("r", "true", priority=True), "rules.r.then.priority", "This must be whole; it is bool"),
    (rule("r", "true", incidents__impact="huge"), "rules.r.then.incidents.impact", "Must be one of"),
    (rule("r", "true", team={"a": 1}), "rules.0.then.team.value", "Give a text, a number"),
    (rule("r", "x" * 2001), "rules.0.when", "Must have"),
    (rule("Bad key!", "true"), "rules.0.key", "small letters"),
]


@pytest.mark.parametrize(("bad", "place", "why"), REFUSED, ids=[f"{place} {why[:20]}" for _, place, why in REFUSED])
def test_a_rule_that_cannot_be_is_refused_at_saving_with_place_and_reason(
    as_: As, bad: dict[str, Any], place: str, why: str
) -> None:
    with pytest.raises(Invalid) as refused, as_("admin") as uow:
        save_document(uow, name=f"rules.{NAME}", body={"rules": [bad]}, reason="A test")
    assert [(r.field, why in str(r.message)) for r in refused.value.refusals] == [(place, True)]


def test_two_rules_of_one_key_are_refused(as_: As) -> None:
    with pytest.raises(Invalid, match="The key a is there twice"), as_("admin") as uow:
        save_document(uow, name=f"rules.{NAME}", body={"rules": [rule("a", "true")] * 2}, reason="A test")


def test_a_refused_list_leaves_the_desk_as_it_was(as_: As) -> None:
    with as_("admin") as uow:
        put(uow, PRINTERS)
    with pytest.raises(Invalid), as_("admin") as uow:
        put(uow, rule("bad", "nope"))
    with as_("admin") as uow:
        assert [r.key for r in rules_in_force(uow, NAME).rules] == ["printers"]


def open_samples(uow: UnitOfWork, sample: Sample) -> list[Ticket]:
    stranger = sample.people["stranger"].id
    given: list[dict[str, Any]] = [
        {"title": "Принтер не печатает"},
        {"title": "Принтер", "team": sample.teams["l1"].id},
        {"title": "Нет сети", "requested_for": stranger},
        {"title": "Принтер горит", "requested_for": stranger, "priority": 3},
        {"title": "Вопрос", "topic": "question", "fields": {"incidents.impact": "low", "incidents.urgency": "low"}},
        {"title": "Нет сети", "fields": {"incidents.urgency": "high"}, "requested_for": stranger},
    ]
    return [open_ticket(uow, kind="incident", description="d", **g) for g in given]


def test_the_predicted_difference_is_the_real_one_once_the_list_is_in_force(as_: As, sample: Sample) -> None:
    """The same tickets are opened under the old list and again under the new one."""
    old = [rule("net", "words.contains('сети')", team="l1", topic="network")]
    new = [
        PRINTERS,
        PREMIUM,
        rule("net", "words.contains('сети') && team == null", team="l2", topic="network", priority=2),
    ]
    with as_("admin") as uow:
        put(uow, *old)
        first = open_samples(uow, sample)
    with as_("admin") as uow:
        body = {"rules": new}
        loaded = try_document(uow, name=f"rules.{NAME}", body=body)
        revision = save_document(uow, name=f"rules.{NAME}", body=body, reason="A test")
        tried, predicted = predict(uow, compiled(uow, NAME, revision.body), rules_in_force(uow, NAME))
        before = {ticket.id: values_of(uow.session.get_one(Ticket, ticket.id)) for ticket in first}
        activate_document(uow, revision_id=revision.id)
    with as_("admin") as uow:
        again = open_samples(uow, sample)
        real = {
            was.id: difference(before[was.id], values_of(now))
            for was, now in zip(first, again, strict=True)
            if difference(before[was.id], values_of(now))
        }
    assert tried == len(first)
    assert {p.number: dict(p.changes) for p in predicted} == real
    assert len(real) == 4
    assert "Of the last 6 tickets 4 would have been opened otherwise." in [str(f.message) for f in loaded.findings]


def test_a_bad_list_is_named_before_it_is_in_force(as_: As) -> None:
    bad = [
        rule("a", "premium", team="l1"),
        rule("shadowed", "premium && topic == 'access'", team="l1"),
        rule("against", "words.contains('x')", team="l2"),
        rule("to", "team == 'l2' && words.contains('y')", topic="network"),
        rule("fro", "topic == 'network' && words.contains('y')", team="l2"),
        rule("never", "priority == 1 && priority == 2"),
    ]
    with as_("admin") as uow:
        findings = try_document(uow, name=f"rules.{NAME}", body={"rules": bad}).findings
    text = "\n".join(str(f.message) for f in findings)
    for sentence in (
        "The rule shadowed is shadowed by a", "The rules a and against contradict each other on team",
        "The rules to, fro form a cycle", "The rule never never fires",
    ):  # fmt: skip
        assert sentence in text


def test_the_api_tells_why_with_the_rules_of_that_time(as_: As, api: Any) -> None:
    with as_("admin") as uow:
        revision = put(uow, PRINTERS, PREMIUM, rule("error", "priority < 2"))
        number = open_ticket(uow, kind="incident", title="Принтер").id
    with as_("admin") as uow:
        put(uow, rule("other", "true"))
    answer = api("agent", "GET", f"/rules/{NAME}/trace?ticket={number}")
    assert answer.status_code == 200, answer.text
    assert answer.json["revision"] == revision
    assert [(s["rule"], s["status"]) for s in answer.json["steps"]] == [
        ("printers", "matched"), ("premium", "not"), ("error", "error"),
    ]  # fmt: skip
    assert (
        answer.json["steps"][0]["read"] == {"team": None, "words": "принтер d"}
        or "words" in answer.json["steps"][0]["read"]
    )
    assert answer.json["steps"][0]["set"] == {"team": "l2", "topic": "hardware.printer"}
    assert api("requester", "GET", f"/rules/{NAME}/trace?ticket={number}").status_code == 403
    assert api("agent", "GET", f"/rules/{NAME}/trace?ticket=999999").status_code == 404
    assert api("agent", "GET", f"/rules/nowhere/trace?ticket={number}").status_code == 404
    assert api("agent", "GET", f"/rules/{NAME}/trace").status_code == 422


def test_a_ticket_that_no_list_saw_has_no_trace(as_: As, api: Any) -> None:
    with as_("agent") as uow:
        number = open_ticket(uow, kind="incident", title="x").id
    assert api("agent", "GET", f"/rules/{NAME}/trace?ticket={number}").status_code == 404


class TestOffice:
    """The command line's desk."""

    __test__ = False

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def unit_of_work(self, *, write: bool = True) -> UnitOfWork:
        return self.desk.unit_of_work(TESTER, write=write)


def test_the_command_tells_findings_difference_and_trace(desk: Desk, as_: As, tmp_path: Any) -> None:
    with as_("admin") as uow:
        put(uow, rule("old", "false"))
        number = open_ticket(uow, kind="incident", title="Принтер").id
    file = tmp_path / "rules.yaml"
    file.write_text(
        "rules:\n- key: p\n  label: {en: Printers}\n  when: words.contains('принтер')\n  then: {team: l2}\n"
        "- key: q\n  label: {en: More}\n  when: words.contains('принтер') && premium\n  then: {team: l2}\n",
        encoding="utf-8",
    )
    call = ["test", NAME, str(file), "--ticket", str(number)]
    done = CliRunner().invoke(rules_command, call, obj=lambda: TestOffice(desk))
    assert done.exit_code == 0, done.output
    assert "warn: rules.q: The rule q is shadowed by p" in done.output
    assert "Of the last 1 tickets 1 would have been opened otherwise." in done.output
    assert f"#{number}: team: – → " in done.output
    assert "p: matched [words='принтер" in done.output
    assert "-> team='l2'" in done.output
    with as_("admin") as uow:
        assert [r.key for r in rules_in_force(uow, NAME).rules] == ["old"]


def test_a_plugin_brings_a_list_of_its_own_with_its_document(with_plugin: Callable[..., tuple[Desk, Flask]]) -> None:
    declared = RuleListType(
        "shop.routing", {"en": "Routing"}, (Variable("sum", "whole", {"en": "Sum"}),),
        (Effect("queue", "text", {"en": "Queue"}),), mode="first",
    )  # fmt: skip

    @hook
    def register_rule_lists() -> Any:
        return (declared,)

    desk, _ = with_plugin("shop", register_rule_lists=register_rule_lists)
    assert not desk.aside
    with desk.unit_of_work(TESTER) as uow:
        assert document(uow, "rules.shop.routing").body == {"rules": []}
        body = {"rules": [rule("big", "sum > 100", queue="vip"), rule("rest", "true", queue="usual")]}
        revision = save_document(uow, name="rules.shop.routing", body=body, reason="A test")
        activate_document(uow, revision_id=revision.id)
        found = [run_rules(uow, name="shop.routing", values={"sum": n}).effects["queue"] for n in (7, 700)]
        assert found == [("usual", "rest"), ("vip", "big")]
        with pytest.raises(Unknown, match=r"There is no rule list shop\.nothing"):
            trace(uow, name="shop.nothing", number=1)


BAD_LISTS = [
    ({"name": "Shop"}, "is no name of a rule list"),
    ({"mode": "some"}, "must be first or all"),
    ({"vocabulary": (Variable("fields", "text", {}),)}, "cannot have values named fields"),
    ({"vocabulary": (Variable("a b", "text", {}),)}, "cannot have values named a b"),
    ({"vocabulary": (Variable("a", "text", {}), Variable("a", "whole", {}))}, "cannot have values named a"),
]


@pytest.mark.parametrize(("change", "why"), BAD_LISTS)
def test_a_plugin_whose_list_cannot_be_is_set_aside_and_the_desk_stands(
    with_plugin: Callable[..., tuple[Desk, Flask]], change: dict[str, Any], why: str
) -> None:
    given: dict[str, Any] = {"name": "shop.routing", "label": {"en": "Routing"}, "vocabulary": (), "effects": ()}

    @hook
    def register_rule_lists() -> Any:
        return (RuleListType(**given | change),)

    desk, _ = with_plugin("shop", register_rule_lists=register_rule_lists)
    assert why in desk.aside["shop"]
    assert "rules.tickets.opening" in desk.registry.documents
