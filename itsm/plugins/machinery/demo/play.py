"""Play the tickets: each act at its own time, by its own person, timers included."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from itsm.core.act import Act
from itsm.core.tickets.verbs import (
    add_comment,
    change_ticket,
    link_tickets,
    log_work,
    merge_ticket,
    move_ticket,
    open_ticket,
    set_parent,
)
from itsm.core.work.jobs import drain
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.demo.people import Cast
from itsm.plugins.machinery.demo.tickets import STORIES, Story
from itsm.plugins.machinery.desk import Desk

DEGREES = {"h": "high", "m": "medium", "l": "low"}
CLOCKWORK = Act(channel="worker")
SAID = {
    "ask": {"en": "Could you send us a screenshot?", "ru": "Пришлите, пожалуйста, снимок экрана."},
    "took": {"en": "We are on it.", "ru": "Занимаемся, сообщим о результате."},
    "note": {"en": "Seen in spring; the log points to the same place.", "ru": "Было весной; в журнале то же место."},
    "pass": {"en": "First checks done, needs an engineer.", "ru": "Первичная проверка сделана, нужен инженер."},
    "again": {"en": "It is back, sadly.", "ru": "К сожалению, повторилось."},
    "done": {"en": "Checked and put right; please try again.", "ru": "Проверили и исправили, попробуйте ещё раз."},
}  # fmt: skip
# plan → (opened between so many hours ago, and so many)
AGES = {
    "new": (0.2, 6), "queue": (3, 20), "work": (8, 60), "escalated": (20, 90), "customer": (10, 40),
    "supplier": (30, 150), "parts": (30, 120), "date": (20, 100), "resolved": (16, 44), "closed": (120, 600),
    "reopened": (40, 90), "withdrawn": (30, 200), "spam": (10, 90),
}  # fmt: skip


@dataclass
class Stage:
    """Acts in their order of time; `after` puts the next one of a ticket at a later moment."""

    desk: Desk
    cast: Cast
    clock: "DemoClock"
    acts: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - the same demo each time

    def at(self, moment: datetime, who: str, channel: str, work: Callable[[UnitOfWork], None]) -> None:
        """Let somebody do something at a moment."""

        def act() -> None:
            with self.desk.unit_of_work(Act(self.cast.actor(who), channel=channel)) as uow:
                work(uow)

        self.acts.append((moment, len(self.acts), act))

    def play(self, until: datetime) -> None:
        """Do everything in the order of time, with what comes due between two acts at its own time."""
        for moment, _, act in sorted(self.acts, key=lambda entry: entry[:2]):
            self._work_off(moment)
            act()
        self._work_off(until)

    def _work_off(self, until: datetime) -> None:
        while True:
            with self.desk.unit_of_work(CLOCKWORK, write=False) as uow:
                due = uow.session.scalar(select(func.min(OwedCall.due)).where(OwedCall.state == "due"))
            if due is None or due > until:
                break
            self.clock.now = max(self.clock.now, due)
            drain(self.desk)
        self.clock.now = until


@dataclass
class DemoClock:
    """The moved time of the demo."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def arrange(stage: Stage, now: datetime) -> None:
    """Put all stories on the stage."""
    for story in STORIES:
        youngest, oldest = AGES[story.plan]
        opened = now - timedelta(hours=stage.chance.uniform(youngest, oldest))
        OneTicket(stage, story, opened).arrange()
    _major(stage, now - timedelta(hours=5))


class OneTicket:
    """One story becoming acts."""

    def __init__(self, stage: Stage, story: Story, opened: datetime) -> None:
        self.stage, self.story, self.moment, self.number = stage, story, opened, 0
        self.language = stage.cast.people[story.who].locale

    def arrange(self) -> None:
        """Open it, and go as far as its plan says."""
        self._do(self.story.who, self._open, channel=self.story.source)
        getattr(self, f"_plan_{self.story.plan}")()

    def _do(self, who: str, work: Callable[[UnitOfWork], Any], *, minutes: float = 0, channel: str = "web") -> None:
        self.moment += timedelta(minutes=minutes * self.stage.chance.uniform(0.6, 1.4))
        self.stage.at(self.moment, who, channel, work)

    def _open(self, uow: UnitOfWork) -> None:
        story = self.story
        impact, urgency = (DEGREES[letter] for letter in story.weight)
        fields = {"incidents.impact": impact, "incidents.urgency": urgency}
        cast = self.stage.cast
        ticket = open_ticket(
            uow, kind="incident", title=story.title, description=story.text, source=story.source, topic=story.topic,
            service=cast.services[story.service], fields=fields, requested_for=cast.people[story.who].id,
            contact=cast.people[story.who].id, team=None if story.plan == "new" else cast.teams[story.line],
        )  # fmt: skip
        self.number = ticket.id

    def _change(self, **changes: Any) -> Callable[[UnitOfWork], Any]:
        return lambda uow: change_ticket(uow, number=self.number, changes=changes)

    def _move(self, transition: str, changes: Mapping[str, Any] | None = None) -> Callable[[UnitOfWork], Any]:
        return lambda uow: move_ticket(uow, number=self.number, transition=transition, changes=changes or {})

    def _say(self, words: str, *, public: bool = True) -> Callable[[UnitOfWork], Any]:
        return lambda uow: add_comment(uow, number=self.number, body=SAID[words][self.language], public=public)

    def _plan_new(self) -> None:
        """Nobody has looked yet."""

    def _plan_queue(self) -> None:
        """A team has it, nobody took it."""

    def _plan_work(self) -> None:
        me = self.stage.cast.people[self.story.agent].id
        self._do(self.story.agent, self._change(assignee=me), minutes=8)
        self._do(self.story.agent, self._move("take"), minutes=6)
        self._do(self.story.agent, self._say("took"), minutes=2)
        self._do(self.story.agent, self._say("note", public=False), minutes=25)

    def _plan_escalated(self) -> None:
        cast, story = self.stage.cast, self.story
        first = "mary" if self.language == "en" else "ivan"
        self._do(first, self._change(team=cast.teams["l1"], assignee=cast.people[first].id), minutes=6)
        self._do(first, self._move("take"), minutes=4)
        self._do(first, self._say("pass", public=False), minutes=30)
        self._do(first, self._change(team=cast.teams[story.line], assignee=None), minutes=1)
        self._do(story.agent, self._change(assignee=cast.people[story.agent].id), minutes=40)

    def _plan_customer(self) -> None:
        self._plan_work()
        self._do(self.story.agent, self._say("ask"), minutes=5)
        self._do(self.story.agent, self._move("wait", {"incidents.wait_reason": "customer"}), minutes=1)

    def _plan_supplier(self) -> None:
        self._plan_work()
        number = {
            "incidents.wait_reason": "supplier",
            "incidents.supplier_number": f"S-{self.stage.chance.randint(1000, 9999)}",
        }
        self._do(self.story.agent, self._move("wait", number), minutes=60)

    def _plan_parts(self) -> None:
        self._plan_work()
        self._do(self.story.agent, self._move("wait", {"incidents.wait_reason": "parts"}), minutes=60)

    def _plan_date(self) -> None:
        self._plan_work()
        until = self.moment + timedelta(days=9)
        values = {"incidents.wait_reason": "date", "incidents.wait_until": until.isoformat()}
        self._do(self.story.agent, self._move("wait", values), minutes=30)

    def _plan_resolved(self) -> None:
        self._plan_work()
        changes = {
            "incidents.problem": self.story.text or self.story.title,
            "incidents.solution": SAID["done"][self.language],
            "incidents.resolution_code": self.stage.chance.choice(("fixed", "fixed", "workaround", "explained")),
            "closing_topic": self.story.topic,
        }
        self._do(self.story.agent, lambda uow: log_work(uow, number=self.number, minutes=25), minutes=90)
        self._do(self.story.agent, self._move("resolve", changes), minutes=1)

    def _plan_closed(self) -> None:
        """The timer closes it two days later."""
        self._plan_resolved()

    def _plan_reopened(self) -> None:
        self._plan_resolved()
        self._do(self.story.who, self._say("again"), minutes=600, channel=self.story.source)

    def _plan_withdrawn(self) -> None:
        self._do(self.story.agent, self._move("cancel", {"incidents.cancel_reason": "withdrawn"}), minutes=30)

    def _plan_spam(self) -> None:
        self._do(self.story.agent, self._move("cancel", {"incidents.cancel_reason": "spam"}), minutes=30)


def _major(stage: Stage, start: datetime) -> None:
    """A major incident with children, and a report of the same that was merged into one of them."""
    main = Story("alice", "phone", "shop.payments", "software", "hh", "l3", "david", "work",
                 "Card payments fail in all shops", "Every card, every country, since 10 minutes.")  # fmt: skip
    parent = OneTicket(stage, main, start)
    parent.arrange()
    parent._do("elena", parent._change(**{"incidents.major": True}), minutes=3)
    reports = (
        ("maria", "Не проходит оплата картой"), ("tom", "Checkout: card refused"), ("sergey", "Оплата висит"),
        ("tom", "Checkout broken again?"),
    )  # fmt: skip
    children = []
    for minutes, (who, title) in enumerate(reports, 1):
        story = Story(who, "mail", "shop.payments", "software", "mh", "l1", "mary", "queue", title)
        child = OneTicket(stage, story, start + timedelta(minutes=15 * minutes))
        child.arrange()
        children.append(child)
    _gather(parent, children)


def _gather(parent: OneTicket, children: Iterable[OneTicket]) -> None:
    *kept, double = children
    for child in kept:
        child._do("mary", lambda uow, c=child: set_parent(uow, number=c.number, parent=parent.number), minutes=20)  # type: ignore[misc]
    double._do("mary", lambda uow: merge_ticket(uow, number=double.number, into=kept[1].number), minutes=20)
    parent.moment = double.moment
    parent._do("mary", lambda uow: link_tickets(uow, number=parent.number, to=kept[0].number), minutes=5)
