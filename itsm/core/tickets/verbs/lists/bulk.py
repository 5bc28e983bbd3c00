"""One act on many tickets: each in a transaction of its own, with its own event; or only tried, and undone again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itsm.core.errors import Conflict, Forbidden, Invalid, Refusal, TooLarge, Unknown
from itsm.core.intake.verbs import settle, take_in
from itsm.core.texts import Message, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs.change import change_ticket
from itsm.core.tickets.verbs.comment import add_comment
from itsm.core.tickets.verbs.find import find_ticket
from itsm.core.tickets.verbs.move import move_ticket
from itsm.core.tickets.verbs.surround import add_tag
from itsm.core.work.uow import UnitOfWork

MOST = 200
Begin = Callable[[], UnitOfWork]


@dataclass(frozen=True, slots=True)
class BulkAct:
    """What is done with each ticket. name: change, step, tag, reply or note; value: the step's key, the tag, the text.

    changes: values by name that are set, with a step or by themselves.
    """

    name: str
    value: str = ""
    changes: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticket. title: '' for one that the actor cannot see. refusals: why not, [] when it was done;
    same: it is so already."""

    number: int
    title: str
    refusals: Sequence[Refusal] = ()
    same: bool = False


class _Undone(Exception):
    """Ends a unit of work that was only to try."""


def try_on_each(begin: Begin, *, numbers: Iterable[int], act: BulkAct) -> list[Outcome]:
    """What would become of each ticket: the act itself is run, guards and rules of plugins included, and undone."""
    return [_run(begin, number, act, None) for number in _limited(numbers)]


def do_on_each(begin: Begin, *, numbers: Iterable[int], act: BulkAct, source: str, key: str) -> list[Outcome]:
    """Do it. begin: makes a unit of work that writes. A repeat with the same `source` and `key` changes nothing, but
    goes on where the first one was cut off."""
    return [_run(begin, number, act, (source, key)) for number in _limited(numbers)]


def _limited(numbers: Iterable[int]) -> list[int]:
    chosen = list(dict.fromkeys(numbers))
    if not chosen:
        raise Invalid.field("number", say("Select some tickets first."))
    if len(chosen) > MOST:
        raise TooLarge(say("At most {most} tickets at once.", most=MOST))
    return chosen


def _run(begin: Begin, number: int, act: BulkAct, once: tuple[str, str] | None) -> Outcome:
    title, same = "", False
    try:
        with begin() as uow:
            ticket = find_ticket(uow, number=number)
            title, version = ticket.title, ticket.version
            if once is None or not _is_done(uow, number, act, once):
                same = act_on(uow, number, act).version == version and act.name == "change"
                uow.flush()
            if once is None:
                raise _Undone
            settle(uow, outcome="added", ticket_id=number, answer={"number": number})
    except _Undone:
        return Outcome(number, title, same=same)
    except (Invalid, Conflict, Forbidden, Unknown) as error:
        return Outcome(number, title, error.refusals or (Refusal("", _sentence(error.message)),))
    return Outcome(number, title, same=same)


def _is_done(uow: UnitOfWork, number: int, act: BulkAct, once: tuple[str, str]) -> bool:
    content = [act.name, act.value, {name: repr(value) for name, value in (act.changes or {}).items()}]
    return take_in(uow, source=once[0], key=f"{once[1]}.{number}", content=content) is not None


def _sentence(message: Message) -> Message:
    return message if message.msgid else say("That did not work.")


def act_on(uow: UnitOfWork, number: int, act: BulkAct) -> Ticket:
    """The act on one ticket, by the verb that does it everywhere."""
    if act.name == "change":
        return change_ticket(uow, number=number, changes=act.changes or {})
    if act.name == "step":
        return move_ticket(uow, number=number, transition=act.value, changes=act.changes)
    if act.name == "tag":
        add_tag(uow, number=number, tag=act.value)
    else:
        add_comment(uow, number=number, body=act.value, public=act.name == "reply")
    return find_ticket(uow, number=number)
