"""Redis as a doorbell, rung through RQ: it wakes workers and knows nothing of the work, which stays in the database.

Losing a ring costs a second: every worker also looks by itself. So nothing here is retried, and nobody waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from redis import Redis, RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout, StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty

QUEUE = "itsm"
DRAIN = "itsm.drain"
BELL = "itsm:bell"
QUIET_FOR = 1  # seconds in which one bell is enough, unless a worker heard it sooner
JOB_WAITS = 30
FAILURE_KEPT = 300
NO_LIMIT = -1  # each call has a limit of its own
PATIENCE = 0.3
LOG = logging.getLogger("itsm")


def connect(url: str, patience: float = PATIENCE) -> Redis:
    """A connection that gives up soon and tries nothing twice."""
    return Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=PATIENCE, retry=None)


class Bell:
    """Rings from a thread of its own, so that a request never waits for Redis, not even for a frozen one."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def ring(self) -> None:
        """Let the workers know that something may be due."""
        self._wanted.set()
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                    self._thread.start()

    def answers(self) -> bool:
        """Whether Redis is there; asks for a third of a second at most."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def _run(self) -> None:
        while self._wanted.wait():
            self._wanted.clear()
            try:
                self._ring()
            except RedisError as error:
                LOG.debug("the bell was not heard: %s", error)
                time.sleep(PATIENCE)

    def _ring(self) -> None:
        if self._redis.set(BELL, "1", nx=True, ex=QUIET_FOR):
            self._queue.enqueue_call(
                DRAIN, job_id=str(uuid4()), timeout=NO_LIMIT, ttl=JOB_WAITS, result_ttl=0, failure_ttl=FAILURE_KEPT
            )


class NoDeathPenalty(BaseDeathPenalty):
    """RQ's own time limit would fight with the limits of the calls over the same signal."""

    def setup_death_penalty(self) -> None:
        pass

    def cancel_death_penalty(self) -> None:
        pass


def drain_job(drain: Callable[[], Any]) -> type[Job]:
    """A job class that can do one thing: what Redis says to import, call or notify is never done."""

    class DrainJob(Job):
        success_callback = failure_callback = stopped_callback = None

        def perform(self) -> None:
            if self.func_name != DRAIN:
                raise PermissionError(f"a worker of this desk runs {DRAIN} and nothing else")
            drain()

        def send_webhooks(self, *_: Any, **__: Any) -> None:
            pass

    return DrainJob


class Hands(SimpleWorker):
    """An RQ worker that drains in its own process: a fork for each bell would cost more than the work.

    It listens on one queue only (with two, RQ loses a job when the worker dies right after taking it), obeys no
    commands that come through Redis, and looks at the database by itself whenever Redis is silent or away.
    """

    death_penalty_class = NoDeathPenalty
    dequeue_timeout = 1
    connection_timeout = 3

    def __init__(self, url: str, drain: Callable[[], Any], stopping: threading.Event) -> None:
        self._drain, self._stopping = drain, stopping
        super().__init__(
            [QUEUE],
            connection=connect(url, self.connection_timeout),
            job_class=drain_job(self._drain_heard),
            serializer=JSONSerializer,
            default_result_ttl=0,
        )

    def dequeue_job_and_maintain_ttl(self, *_: Any, **__: Any) -> tuple[Job, Queue]:
        """The next ring; between two the database is looked at."""
        while not self._stopping.is_set():
            try:
                self.heartbeat()
                found = self.queue_class.dequeue_any(
                    self.queues,
                    self.dequeue_timeout,
                    connection=self.connection,
                    job_class=self.job_class,
                    serializer=self.serializer,
                    death_penalty_class=self.death_penalty_class,
                )
                if found is not None:
                    return found
            except DequeueTimeout:
                pass
            self._drain()
        raise StopRequested

    def _drain_heard(self) -> None:
        """The next ring may come now: what is committed from here on is announced anew."""
        with suppress(RedisError):
            self.connection.delete(BELL)
        self._drain()

    def _install_signal_handlers(self) -> None:
        """The worker process has its own."""

    def subscribe(self) -> None:
        """Nobody gives orders through Redis."""

    def check_for_suspension(self, burst: bool) -> None:
        """Nor stops the work."""


def answer_bell(url: str, drain: Callable[[], Any], stopping: threading.Event, pause: float) -> None:
    """Work until `stopping`: on each ring, each silent second, and while Redis is away every `pause` seconds."""
    while not stopping.is_set():
        try:
            Hands(url, drain, stopping).work(logging_level="ERROR")
        except RedisError as error:
            LOG.warning("Redis does not answer (%s); looking at the database instead", error)
        if not stopping.wait(pause):
            drain()
