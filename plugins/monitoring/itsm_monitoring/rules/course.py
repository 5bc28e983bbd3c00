"""The course of one trouble: what a message changes, told from repeats, late ones and those out of order.

A sender's own moments decide what is late: a fault that began before the last known end is over, an end before the
last known beginning is of an earlier trouble. Where a sender gives no moments, the order of arrival holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from itsm.plugins import Alert, Message, say

# The more urgent, the higher; a sender that has no severity neither raises nor lowers one.
LEVELS = {"": 0, "info": 1, "warning": 2, "error": 3, "critical": 4}
Outcome = Literal["opened", "added", "duplicate", "suppressed"]
Act = Literal["open", "reopen", "severity", "acknowledge", "resolve", "ended", "again", "note"]
NONE = say("")


@dataclass(frozen=True, slots=True)
class Policy:
    """How a desk wants it. recovery: what an end does; reopen_within: after an end, the same incident comes back.

    flaps: after so many ends within `flap_window` the trouble flaps, and its ends are only noted.
    """

    recovery: Literal["resolve", "note"] = "resolve"
    reopen_within: timedelta = timedelta(minutes=60)
    flaps: int = 5
    flap_window: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a trouble. status: '' before the first message, firing or resolved.

    began, ended: the newest that the sender told; changed_at: when we last heard that it fired or ended, by our clock.
    category: of its incident, '' without one. ends: when it lately ended, by our clock.
    """

    status: Literal["", "firing", "resolved"] = ""
    severity: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    changed_at: datetime | None = None
    acknowledged: bool = False
    category: str = ""
    ends: Sequence[datetime] = ()


class Step(NamedTuple):
    """What follows from a message. act: what is to be done with the incident, '' for nothing. counts: whether it is a
    message about this trouble at all, and no late one."""

    standing: Standing
    outcome: Outcome
    act: Act | Literal[""] = ""
    reason: Message = NONE
    counts: bool = True


def next_step(standing: Standing, alert: Alert, policy: Policy, now: datetime) -> Step:
    """What `alert` means for a trouble that stands so."""
    if alert.status == "firing":
        return _fires(standing, alert, policy, now)
    if alert.status == "resolved":
        return _ends(standing, alert, policy, now)
    if standing.status != "firing":
        return Step(standing, "suppressed", reason=say("Nothing is open."), counts=False)
    if alert.status == "note":
        return Step(standing, "added", "note")
    if standing.acknowledged:
        return Step(standing, "added")
    return Step(replace(standing, acknowledged=True), "added", "acknowledge")


def _fires(standing: Standing, alert: Alert, policy: Policy, now: datetime) -> Step:
    if _before(alert.starts_at, standing.began) or (standing.status == "resolved" and _is_over(alert, standing)):
        return Step(standing, "suppressed", reason=say("Late: this trouble is over."), counts=False)
    if standing.status == "firing" and standing.category not in ("resolved", "closed"):
        return _fires_on(standing, alert)
    fires = replace(
        standing, status="firing", severity=alert.severity or standing.severity, acknowledged=False,
        began=_newest(standing.began, alert.starts_at), changed_at=now,
    )  # fmt: skip
    if standing.category in ("", "closed"):
        return Step(replace(fires, severity=alert.severity), "opened", "open")
    if standing.category != "resolved":
        return Step(fires, "added", "again")
    if standing.changed_at is not None and now - standing.changed_at <= policy.reopen_within:
        return Step(fires, "added", "reopen")
    return Step(replace(fires, severity=alert.severity), "opened", "open")


def _fires_on(standing: Standing, alert: Alert) -> Step:
    """Another message about what fires already; only another severity changes anything."""
    newer = replace(standing, began=_newest(standing.began, alert.starts_at))
    if alert.severity and alert.severity != standing.severity:
        return Step(replace(newer, severity=alert.severity), "added", "severity")
    return Step(newer, "added")


def _ends(standing: Standing, alert: Alert, policy: Policy, now: datetime) -> Step:
    ended = _newest(standing.ended, alert.ends_at)
    if standing.status != "firing":
        known = replace(standing, status="resolved", began=_newest(standing.began, alert.starts_at), ended=ended)
        return Step(known, "suppressed", reason=say("Nothing is open."), counts=False)
    if _before(alert.ends_at, standing.began) or _before(alert.starts_at, standing.began):
        return Step(standing, "suppressed", reason=say("Late: it ended an earlier trouble."), counts=False)
    lately = [at for at in standing.ends if now - at <= policy.flap_window]
    over = replace(standing, status="resolved", ended=ended, changed_at=now, ends=(*lately, now)[-policy.flaps :])
    if standing.category in ("", "resolved", "closed"):
        return Step(over, "added")
    return Step(over, "added", "ended" if policy.recovery == "note" or is_flapping(over, policy, now) else "resolve")


def is_for_people(step: Step, before: Standing) -> bool:
    """Whether a step takes something away (it resolves, or lowers the severity): where people have taken a hand in the
    incident, they decide."""
    lowers = LEVELS[step.standing.severity] < LEVELS[before.severity]
    return step.act == "resolve" or (step.act == "severity" and lowers)


def is_flapping(standing: Standing, policy: Policy, now: datetime) -> bool:
    """Whether it ended so often lately that its end means little."""
    return len([at for at in standing.ends if now - at <= policy.flap_window]) >= policy.flaps


def _before(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other


def _is_over(alert: Alert, standing: Standing) -> bool:
    """Whether a fault of the sender's moment ended already; one that began in the very second of the end did not."""
    return _before(alert.starts_at, standing.ended) or (
        alert.starts_at is not None and alert.starts_at == standing.began
    )


def _newest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
