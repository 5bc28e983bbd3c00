"""The way out for verbs: a session under the limits of this desk."""

from importlib import import_module
from typing import TYPE_CHECKING

from itsm.core.outbound.rules import Reach
from itsm.core.work.uow import UnitOfWork

if TYPE_CHECKING:
    from itsm.core.outbound.outside import OutboundSession


def outbound(uow: UnitOfWork) -> "OutboundSession":
    """A `requests` session for code of ours and of plugins: `with outbound(uow) as http: http.post(url, json=…)`.

    It reaches no inside address (private, loopback, link-local, the metadata of clouds), however it is spelled, by name
    or by redirect, but for what `ITSM_OUTBOUND_ALLOW` names; it speaks http and https on `ITSM_OUTBOUND_PORTS` only,
    and takes answers of `ITSM_OUTBOUND_BYTES` within `ITSM_OUTBOUND_SECONDS` a request. What it refuses is a
    `requests.RequestException`, like everything else that can go wrong. In a write transaction the database would wait
    for the other system: owe a call with an outside step for that.
    """
    return session_for(uow.registry.reach)


def session_for(reach: Reach) -> "OutboundSession":
    """The same for who has no unit of work. `requests` is loaded here: a fifth of a second that a start can spare."""
    session: OutboundSession = import_module("itsm.core.outbound.outside").OutboundSession(reach)
    return session
