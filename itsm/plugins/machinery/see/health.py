"""`/healthz`, `/readyz` and `/metrics`: for those who watch the desk; counts only, no names of people or tickets."""

from collections.abc import Iterable, Sequence
from hmac import compare_digest
from ipaddress import ip_address
from platform import python_version
from typing import cast

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Info, generate_latest
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from itsm import __version__
from itsm.core.act import Act, system
from itsm.core.desk.models import PluginFault, PluginRow
from itsm.core.desk.verbs import last_backup
from itsm.core.errors import Forbidden, NotSignedIn
from itsm.core.texts import say
from itsm.core.web.edge import PUBLIC, desk, needs
from itsm.core.work.jobs.clockwork import LEADER, is_held
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import count_calls, oldest_due
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.lineages import lineages
from itsm.plugins.machinery.migrate import pending
from itsm.plugins.machinery.see.times import BOUNDS
from itsm.plugins.machinery.see.verbs import Took, all_times

health = Blueprint("health", __name__)
WATCHING = Act(system("health"), channel="web")


@health.get("/healthz")
@needs(PUBLIC)
def healthz() -> Response:
    """The process answers; asks nothing of anybody else."""
    return jsonify(alive=True)


@health.get("/readyz")
@needs(PUBLIC)
def readyz() -> tuple[Response, int]:
    """Whether requests can be served; without Redis they can, only background work starts a little later."""
    here = cast(Desk, desk())
    state = {"database": "ok", "schema": "ok", "redis": _redis(here)}
    try:
        if pending(here.database.engine, lineages(here.members)):
            state["schema"] = "does not fit this code; run `itsm migrate`"
    except DBAPIError:
        state["database"], state["schema"] = "away", "unknown"
    ready = state["database"] == state["schema"] == "ok"
    return jsonify(ready=ready, degraded=ready and state["redis"] == "away", **state), 200 if ready else 503


@health.get("/metrics")
@needs(PUBLIC)
def metrics() -> Response:
    """Numbers for Prometheus: those of the whole desk from the database, those of requests of this process alone."""
    here = cast(Desk, desk())
    _admit(here.settings.metrics_token)
    with here.unit_of_work(WATCHING, write=False) as uow:
        registry = gathered(uow)
        _about(here, registry)
        here.requests.join(registry)
        body = generate_latest(registry)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _admit(token: str) -> None:
    """Whoever holds the token; where there is none, this machine alone, and no proxy that speaks for others."""
    if token:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), token.encode()):
            raise NotSignedIn(say("Send the token of ITSM_METRICS_TOKEN: Authorization: Bearer …"))
        return
    spoken_for = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    if spoken_for or not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - nobody's address
        raise Forbidden(say("Set ITSM_METRICS_TOKEN to read this from another machine."))


def gathered(uow: UnitOfWork) -> CollectorRegistry:
    """What is owed, how late it is, and what plugins did wrong."""
    registry = CollectorRegistry()
    calls = Gauge("itsm_calls", "Background jobs by state.", ["state"], registry=registry)
    for state, number in count_calls(uow).items():
        if state != "done":  # old ones are forgotten: their number means nothing
            calls.labels(state).set(number)
    due, since = oldest_due(uow)
    Gauge("itsm_calls_overdue", "Background jobs that are due now.", registry=registry).set(due)
    late = (uow.now - since).total_seconds() if due else 0.0
    Gauge("itsm_calls_oldest_seconds", "How long the oldest due job has waited.", registry=registry).set(late)
    _standing(uow, registry)
    _plugins(uow, registry)
    registry.register(HookSeconds(all_times(uow)))
    return registry


def _standing(uow: UnitOfWork, registry: CollectorRegistry) -> None:
    """Who leads, and how old the last backup is."""
    led = Gauge("itsm_worker_leads", "1 while a worker fires schedules.", registry=registry)
    led.set(is_held(uow.session, uow.now, LEADER))
    if (taken := last_backup(uow.session)) is not None:
        age = Gauge("itsm_backup_age_seconds", "How long ago the last backup was taken.", registry=registry)
        age.set((uow.now - taken).total_seconds())


def _about(here: Desk, registry: CollectorRegistry) -> None:
    """What this process is."""
    info = Info("itsm_build", "The code of this process and the desk that it serves.", registry=registry)
    info.info({"version": __version__, "python": python_version(), "database": here.database.dialect})
    told = Gauge("itsm_desk", "1, by the generation and epoch that this process serves.", ["generation", "epoch"],
                 registry=registry)  # fmt: skip
    told.labels(here.generation, str(here.epoch)).set(1)


class HookSeconds(Collector):
    """The times of hooks by plugin and hook, of all processes, as they were written up to a minute ago."""

    def __init__(self, times: Sequence[Took]) -> None:
        self._times = times

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """One histogram."""
        family = HistogramMetricFamily(
            "itsm_hook_seconds", "How long calls of hooks, panels and background jobs took.", labels=["plugin", "hook"]
        )
        for took in self._times:
            buckets = [(str(bound), float(number)) for bound, number in zip(BOUNDS, took.within, strict=True)]
            family.add_metric([took.plugin, took.hook], [*buckets, ("+Inf", float(took.count))], took.seconds)
        return (family,)


def _plugins(uow: UnitOfWork, registry: CollectorRegistry) -> None:
    states = Gauge("itsm_plugin", "1 for each plugin, by what was decided about it.", ["plugin", "state"],
                   registry=registry)  # fmt: skip
    for name, state in uow.session.execute(select(PluginRow.name, PluginRow.state)):
        states.labels(name, state).set(1)
    faults = Gauge("itsm_plugin_faults", "Failures of a plugin's hooks on record.", ["plugin"], registry=registry)
    for name, number in uow.session.execute(select(PluginFault.plugin, func.count()).group_by(PluginFault.plugin)):
        faults.labels(name).set(number)


def _redis(here: Desk) -> str:
    if here.bell is None:
        return "none"
    return "ok" if here.bell.answers() else "away"
