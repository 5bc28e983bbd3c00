"""Which requests are not even looked at: from unknown hosts, with addresses without end, too many in a minute.

Rates are counted in each process; what must hold across processes, such as wrong passwords, is counted in rows.
"""

import math
import threading
import time
from urllib.parse import urlsplit

from flask import Request
from werkzeug.exceptions import BadRequest, RequestURITooLarge
from werkzeug.sansio.utils import host_is_trusted

from itsm.core.act import Actor
from itsm.core.errors import TooMany
from itsm.core.settings import Settings
from itsm.core.texts import say

LONGEST_ADDRESS = 8_000
MINUTE = 60.0
MOST_KEYS = 20_000
# Asked by machines that know the process by its number, not by its name, and often.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


def trusted_hosts(settings: Settings) -> list[str]:
    """Hosts that may stand in a request: those of the setting, else the one of `ITSM_BASE_URL`; none named, any."""
    if settings.trusted_hosts:
        return list(settings.trusted_hosts)
    host = urlsplit(settings.base_url).hostname
    return [host] if host else []


def check_address(request: Request, hosts: list[str]) -> None:
    """Refuse a request to a host that is not ours, so that nothing we answer is believed to be its own."""
    if hosts and request.path not in PROBES and not host_is_trusted(request.host, hosts):
        raise BadRequest("This desk does not answer to the name in the Host header; see ITSM_TRUSTED_HOSTS.")
    if len(request.path) + len(request.query_string) > LONGEST_ADDRESS:
        raise RequestURITooLarge()


class Rates:
    """How many requests in a minute: one moment for each key, the one at which all that it sent would be due.

    A key that was quiet may send a minute's worth at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._people, self._tokens = settings.rate_people, settings.rate_tokens
        self._strangers = settings.rate_strangers
        self._due: dict[str, float] = {}
        self._lock = threading.Lock()

    def charge(self, actor: Actor, *, address: str, token: str | None, session: str | None) -> None:
        """Count one request; raises `TooMany` with the seconds to wait. A token or session that is nobody's is charged
        to the address that it came from."""
        if actor.kind != "person":
            self.count(f"address {address}", self._strangers, time.monotonic())
        elif token is not None:
            self.count(f"token {token}", self._tokens, time.monotonic())
        else:
            self.count(f"session {session}", self._people, time.monotonic())

    def count(self, key: str, most: int, moment: float) -> None:
        """Count one of `most` in a minute, 0 for any number, at this moment of a clock that only goes forward."""
        if not most:
            return
        step = MINUTE / most
        with self._lock:
            due = max(self._due.get(key, 0.0), moment)
            wait = due - moment + step - MINUTE
            if wait <= 0:
                self._due[key] = due + step
                if len(self._due) > MOST_KEYS:
                    self._forget(moment)
        if wait > 0:
            raise TooMany(say("Too many requests; wait {seconds} seconds.", seconds=math.ceil(wait)), wait=wait)

    def _forget(self, now: float) -> None:
        """Drop who owes nothing, and whoever came first where that is not enough."""
        self._due = {key: due for key, due in self._due.items() if due > now}
        for key in list(self._due)[: max(0, len(self._due) - MOST_KEYS // 2)]:
            del self._due[key]
