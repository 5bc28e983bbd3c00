"""What the outside step of an owed call gets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itsm.core.outbound.outside import OutboundSession
    from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """One attempt of an owed call that speaks to another system; no transaction is open while its step runs.

    key: the same at every attempt of this call, and of no other: send it as Idempotency-Key, Message-ID or event id, so
    that the other system knows a repetition. args: what was owed. attempt: from 1; when it is not the first, the other
    system may have heard of it already.
    reading: `with call.reading() as uow:` a unit of work that only reads; leave it before you speak to anybody.
    unit_of_work: `with call.unit_of_work(act) as uow:` one that writes, for long work that goes on in portions. Each is
    committed before the call is done, so a portion that comes again must find what it did and leave it.
    http: `with call.http() as session:` a `requests` session within the desk's limits, as `outbound` gives it.
    """

    key: str
    args: Mapping[str, Any]
    attempt: int
    reading: "Callable[[], UnitOfWork]"
    http: "Callable[[], OutboundSession]"
    unit_of_work: "Callable[..., UnitOfWork]"
