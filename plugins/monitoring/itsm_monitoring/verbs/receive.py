"""Take a request in: read, check and name each alert, and keep all of it. What follows from it is thought of later."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from itsm.plugins import (
    Alert,
    AlertSource,
    Inbound,
    Message,
    RefusedAlert,
    UnitOfWork,
    Unknown,
    say,
    take_in_request,
)
from itsm_monitoring.verbs.find import known_names, numbers_of

PAUSE = timedelta(seconds=1)


class Accepted(NamedTuple):
    """What became of one alert of a request, by its place. name: of its trouble; number: of the incident, where there
    is one."""

    place: int
    name: str = ""
    number: int | None = None
    refused: Message | None = None
    field: str = ""


def source_named(uow: UnitOfWork, name: str) -> AlertSource:
    """The kind of sender of this name; raises `Unknown`."""
    sources: Mapping[str, AlertSource] = uow.registry.brought.get("register_alert_sources", {})
    if name not in sources:
        known = ", ".join(sorted(sources))
        raise Unknown(say("There is no source {name}; there are: {known}.", name=name[:40], known=known))
    return sources[name]


def name_of(source: str, alert: Alert) -> str:
    """What answers call the trouble: the same for all messages about it."""
    return "a" + hashlib.sha256(f"{source}\0{alert.key}".encode("utf-8", "replace")).hexdigest()[:25]


def receive(
    uow: UnitOfWork, *, source: str, found: Sequence[Alert | RefusedAlert], body: bytes, content_type: str
) -> Sequence[Accepted]:
    """Keep a request and its alerts, in one transaction; each is worked off later, or was refused with its reason."""
    given = known_names(uow, source, [each.id for each in found if isinstance(each, Alert) and each.id])
    items = [_item(source, each, given) for each in found]
    take_in_request(uow, source=intake_of(source), body=body, content_type=content_type, items=items)
    if any(not item.refused for item in items):
        owe_work(uow, source)
    names = [str(item.content.get("name", "")) for item in items]
    numbers = numbers_of(uow, sorted(filter(None, names)))
    return [_accepted(place, each, names[place], numbers) for place, each in enumerate(found)]


def _accepted(place: int, each: Alert | RefusedAlert, name: str, numbers: Mapping[str, int]) -> Accepted:
    if isinstance(each, RefusedAlert):
        return Accepted(place, refused=each.reason, field=each.field)
    return Accepted(place, name, numbers.get(name))


def intake_of(source: str) -> str:
    """The name of a source in the intake ledger."""
    return f"alerts:{source}"


def owe_work(uow: UnitOfWork, source: str) -> None:
    """Let the worker work off what came: once a second for each source at most, however many requests there are."""
    due = uow.now.replace(microsecond=0) + PAUSE
    uow.later(
        "monitoring.work_off", source=source, at=due, lane=f"monitoring.{source}",
        key=f"monitoring.work_off {source} {due.isoformat()}",
    )  # fmt: skip


def _item(source: str, each: Alert | RefusedAlert, given: Collection[str]) -> Inbound:
    """given: ids of ours that came back; whatever else a sender keeps in that place is none."""
    if isinstance(each, RefusedAlert):
        return Inbound({"field": each.field}, each.reason.fill(each.reason.msgid))
    content = {name: _plain(value) for name, value in asdict(each).items() if value}
    if not each.url.lower().startswith(("http://", "https://")):
        content.pop("url", None)  # it becomes a link
    return Inbound({"name": each.id if each.id in given else name_of(source, each), **content})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def alert_in(content: Mapping[str, Any]) -> Alert:
    """The alert that was kept so."""
    moments = {n: datetime.fromisoformat(content[n]) for n in ("starts_at", "ends_at") if n in content}
    return Alert(**{"key": "", "status": "note", **{n: v for n, v in content.items() if n != "name"}, **moments})
