"""A `requests` session that reaches only where the desk allows: judged by address, at every hop, when it connects."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response, Session, Timeout
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

from itsm.core.outbound.rules import Reach, refusal

CHUNK = 65_536
HOPS = 3
DEFAULT_PORTS = {"http": 80, "https": 443}


class OutboundRefused(RequestException):
    """The desk does not allow this request; the message tells why and how to allow it."""


class OutboundTooLarge(RequestException):
    """The answer is larger than the desk takes."""


class OutboundTooSlow(Timeout):
    """The answer was not there in time."""


class OutboundSession(Session):
    """A session for one piece of work in one thread; proxies, passwords and certificates of the environment are not
    its business. Redirects are followed `HOPS` times, and every hop is judged."""

    def __init__(self, reach: Reach) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = HOPS
        self.verify = reach.ca or True
        self.adapters.clear()
        for scheme in DEFAULT_PORTS:
            self.mount(f"{scheme}://", Gate(reach))


class Gate(BaseAdapter):
    """Judges where each request goes, connects to exactly the judged addresses, and reads the answer within limits."""

    def __init__(self, reach: Reach) -> None:
        super().__init__()
        self._reach = reach

    def send(
        self, request: PreparedRequest, stream: bool = False, timeout: Any = None, verify: Any = True, cert: Any = None,
        proxies: Any = None,
    ) -> Response:  # fmt: skip
        """The whole answer, also for those who asked for a stream."""
        addresses = self._judged(request)
        seconds = min(self._reach.seconds, *_numbers(timeout))
        with _Attempt(addresses, seconds).limited() as attempt:
            response = _OneRequest(attempt).send(request, True, seconds, verify, cert)
            with response:
                response._content = b"".join(self._read(response))  # what `Response.content` itself keeps
        return response

    def close(self) -> None:
        """Nothing stays open between two requests."""

    def _judged(self, request: PreparedRequest) -> Sequence[tuple[Any, ...]]:
        parts = urlsplit(request.url or "")
        host, port = parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
        if parts.username is not None:
            raise OutboundRefused(f"{host}: no name or password in an address; give `auth=`", request=request)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise OutboundRefused(f"{host} has no address: {error}", request=request) from error
        if reason := refusal(self._reach, host, port, [str(one[4][0]) for one in found]):
            raise OutboundRefused(f"{host}:{port}: {reason}", request=request)
        return found

    def _read(self, response: Response) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_content(CHUNK):
            size += len(chunk)
            if size > self._reach.size:
                raise OutboundTooLarge(f"the answer has more than {self._reach.size} bytes", request=response.request)
            yield chunk


class _Attempt:
    """One request on its way: where it may connect, and until when."""

    def __init__(self, addresses: Sequence[tuple[Any, ...]], seconds: float) -> None:
        self._addresses, self._seconds = addresses, seconds
        self._deadline = time.monotonic() + seconds
        self._watched: list[socket.socket] = []
        self._over = False

    @contextmanager
    def limited(self) -> Iterator["_Attempt"]:
        """Within this block the connection is cut when time is over: a limit per read would let bytes drip for ever."""
        timer = threading.Timer(self._seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield self
        except (RequestException, OSError) as error:
            if not self._over:
                raise
            raise self._too_slow() from error
        else:
            if self._over:  # an answer without a length looks complete when its connection is cut
                raise self._too_slow()
        finally:
            timer.cancel()
            for watched in self._watched:
                watched.close()

    def connect(self) -> socket.socket:
        """Connect to the first judged address that answers; the name is not looked up again."""
        failed: OSError = OSError("no address")
        for family, kind, protocol, _, address in self._addresses:
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(max(0.01, self._deadline - time.monotonic()))
                made.connect(address)
            except OSError as error:
                made.close()
                failed = error
                continue
            self._watched.append(made.dup())  # TLS takes the socket over; its copy can still be cut
            return made
        raise failed

    def _too_slow(self) -> OutboundTooSlow:
        return OutboundTooSlow(f"no answer within {self._seconds:g} s")

    def _cut(self) -> None:
        self._over = True
        for watched in self._watched:
            with suppress(OSError):
                watched.shutdown(socket.SHUT_RDWR)


class _OneRequest(HTTPAdapter):
    """What speaks HTTP for one attempt: its connections are those that the attempt makes."""

    def __init__(self, attempt: _Attempt) -> None:
        self._attempt = attempt
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_pool, HTTPConnectionPool, self._attempt),
            "https": partial(_pool, HTTPSConnectionPool, self._attempt),
        }


def _pool(kind: type[HTTPConnectionPool], attempt: _Attempt, host: str, port: int, **more: Any) -> HTTPConnectionPool:
    """A pool whose connections are made by the attempt, for plain HTTP and for TLS alike."""
    pool = kind(host, port, **more)
    pool.ConnectionCls = type("Judged", (kind.ConnectionCls,), {"_new_conn": lambda _: attempt.connect()})
    return pool


def _numbers(timeout: Any) -> Sequence[float]:
    """The limits that a caller gave to `requests`: None, a number, or a pair of them."""
    given = timeout if isinstance(timeout, tuple) else (timeout,)
    return [float(one) for one in given if one is not None] or [float("inf")]
