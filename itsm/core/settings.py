"""Settings: the environment over `itsm.toml`, one schema; an unknown or wrong key is an error that names it."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from itsm.core.errors import SettingsError
from itsm.core.outbound.rules import Reach, parse_allowed
from itsm.core.refusals import refusals_of
from itsm.core.schemas import Whole, YesNo
from itsm.core.secret import MAKE_ONE, secret_fault
from itsm.core.texts import Message, say
from itsm.core.work.rules import MAX_ATTEMPTS

PREFIX = "ITSM_"
ONLY_TESTS = ("clock_file", "failpoint")


def _told(help: Message) -> dict[str, Message]:
    return {"help": help}


class SettingsSchema(Schema):
    """Every core setting; `metadata["help"]` is its line in the reference."""

    class Meta:
        unknown = EXCLUDE

    database_url = fields.String(
        load_default="", metadata=_told(say("SQLAlchemy URL; default: SQLite in the data folder"))
    )
    redis_url = fields.String(
        load_default="", metadata=_told(say("Redis or Valkey; empty: the worker polls the database"))
    )
    secret_key = fields.String(
        load_default="", metadata=_told(say("signs forms; `itsm init` writes one to the data folder"))
    )
    base_url = fields.String(
        load_default="", metadata=_told(say("the address that people go to, for links in messages"))
    )
    data_dir = fields.String(load_default="data", metadata=_told(say("database, files and secrets of this desk")))
    timezone = fields.String(load_default="UTC", metadata=_told(say("the desk's zone, such as Europe/Moscow")))
    mode = fields.String(
        load_default="production",
        validate=validate.OneOf(("production", "demo", "test")),
        metadata=_told(say("`production`, `demo` or `test`")),
    )
    strict = YesNo(load_default=False, metadata=_told(say("1: any fault of a plugin at start ends the start")))
    trusted_hosts = fields.String(
        load_default="", metadata=_told(say("host names that may stand in requests, comma separated"))
    )
    trusted_proxies = Whole(0, 9, load_default=0, metadata=_told(say("how many proxies in front set `X-Forwarded-*`")))
    max_body = Whole(1024, 1 << 31, load_default=26_214_400, metadata=_told(say("largest request in bytes")))
    rate_people = Whole(
        0,
        10**6,
        load_default=3_000,
        metadata=_told(say("requests a minute from one browser session; 0: any number")),
    )
    rate_tokens = Whole(
        0, 10**6, load_default=30_000, metadata=_told(say("requests a minute with one API token; 0: any number"))
    )
    rate_strangers = Whole(
        0, 10**6, load_default=600, metadata=_told(say("requests a minute from one address without sign-in; 0: any"))
    )
    hook_fault_after = fields.Float(
        load_default=2.0, metadata=_told(say("seconds after which a guard's slowness is a fault"))
    )
    hook_hung_after = fields.Float(
        load_default=5.0, metadata=_told(say("seconds after which a hung hook ends its process"))
    )
    quarantine_after = Whole(
        1, 1000, load_default=5, metadata=_told(say("faults within ten minutes that quarantine a plugin"))
    )
    seal_dir = fields.String(
        load_default="", metadata=_told(say("where seals of the ledger go; default: `seals` in the data folder"))
    )
    seal_every = Whole(1, 8760, load_default=24, metadata=_told(say("hours between two seals of the ledger")))
    call_attempts = Whole(
        1, 40, load_default=MAX_ATTEMPTS, metadata=_told(say("failed attempts after which a job waits for a person"))
    )
    worker_poll = fields.Float(load_default=0.5, metadata=_told(say("seconds between looks of an idle worker")))
    outbound_allow = fields.String(
        load_default="",
        metadata={
            "help": say("inside hosts, host:port or networks that requests to other systems may reach, comma separated")
        },
    )
    outbound_ports = fields.String(
        load_default="80,443,8080,8443", metadata=_told(say("ports of other systems that requests may reach"))
    )
    outbound_seconds = fields.Float(
        load_default=10.0, metadata=_told(say("longest time for one request to another system"))
    )
    outbound_bytes = Whole(
        1024, 1 << 30, load_default=5_000_000, metadata=_told(say("largest answer of another system"))
    )
    outbound_ca = fields.String(
        load_default="",
        metadata=_told(say("file of certificates to trust in other systems; empty: the well-known ones")),
    )
    log = fields.String(
        load_default="auto",
        validate=validate.OneOf(("auto", "json", "plain")),
        metadata=_told(say("`json`, `plain`, or `auto`: plain on a terminal, JSON elsewhere")),
    )
    log_level = fields.String(
        load_default="info",
        validate=validate.OneOf(("debug", "info", "warning", "error")),
        metadata=_told(
            say("`debug`, `info`, `warning` or `error`; `debug` tells what errors quote, which may be personal")
        ),
    )
    metrics_token = fields.String(
        load_default="", metadata=_told(say("bearer token for /metrics; empty: it answers this machine alone"))
    )
    clock_file = fields.String(load_default="", metadata=_told(say("moved time for tests; refused in production")))
    failpoint = fields.String(load_default="", metadata=_told(say("name:action for tests; refused in production")))


@dataclass(frozen=True, slots=True)
class Settings:
    """What `SettingsSchema` says; `plugins` holds raw values per plugin, read by each plugin's own schema.

    sources: where each setting that was given comes from, `environment` or `file`. outbound: what `reach` was made of.

    What may hold a password does not show in `repr`, which ends up in tracebacks.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str
    data_dir: Path
    timezone: str
    mode: str
    strict: bool
    trusted_hosts: tuple[str, ...]
    trusted_proxies: int
    max_body: int
    rate_people: int
    rate_tokens: int
    rate_strangers: int
    hook_fault_after: float
    hook_hung_after: float
    quarantine_after: int
    seal_dir: Path
    seal_every: int
    call_attempts: int
    worker_poll: float
    reach: Reach
    log: str
    log_level: str
    metrics_token: str
    clock_file: str
    failpoint: str
    plugins: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)
    outbound: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def secure(self) -> bool:
        """Whether people come by https."""
        return self.base_url.startswith("https:")


def refuse_weak_secret(settings: Settings) -> None:
    """Web and worker of a desk in production do not start with a secret key that others know or could guess."""
    if settings.mode != "production":
        return
    if fault := secret_fault(settings.secret_key):
        raise SettingsError(f"ITSM_SECRET_KEY is no secret for production: {fault}. {MAKE_ONE}")
    if (settings.data_dir / "demo.json").exists():
        raise SettingsError(
            f"{settings.data_dir} holds the demo desk, whose passwords are printed at each start. Use another data "
            "folder in production, or set ITSM_MODE=demo."
        )


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environment` (default: the process's) over the file that `ITSM_CONFIG` names."""
    environment = os.environ if environment is None else environment
    file, given = _from_file(environment.get("ITSM_CONFIG", "")), _from_environment(environment)
    raw, plugins = _split(file | given)
    _refuse_unknown(raw)
    try:
        values = SettingsSchema().load(raw)
    except ValidationError as error:
        raise SettingsError(
            "; ".join(f"{PREFIX}{r.field.upper()}: {r.message}" for r in refusals_of(error.messages))
        ) from error
    if values["timezone"] not in available_timezones():
        raise SettingsError(f"ITSM_TIMEZONE: {values['timezone']!r} is no zone; write one such as Europe/Moscow")
    if values["mode"] == "production":
        for name in ONLY_TESTS:
            if values[name]:
                raise SettingsError(f"{PREFIX}{name.upper()} is for tests; unset it or set ITSM_MODE=test")
    sources = dict.fromkeys(file, "file") | dict.fromkeys(given, "environment")
    return _settings(values, plugins, sources)


def _settings(values: dict[str, Any], plugins: dict[str, dict[str, str]], sources: dict[str, str]) -> Settings:
    outbound = {name: value for name, value in values.items() if name.startswith("outbound_")}
    reach = _reach(values)
    folder = Path(values["data_dir"]).expanduser().absolute()
    values["data_dir"] = folder
    values["database_url"] = values["database_url"] or f"sqlite:///{folder / 'itsm.sqlite3'}"
    values["seal_dir"] = Path(values["seal_dir"]).expanduser().absolute() if values["seal_dir"] else folder / "seals"
    secret = folder / "secret_key"
    if not values["secret_key"] and secret.is_file():
        values["secret_key"] = secret.read_text().strip()
    values["trusted_hosts"] = tuple(h.strip() for h in values["trusted_hosts"].split(",") if h.strip())
    return Settings(**values, reach=reach, plugins=plugins, sources=sources, outbound=outbound)


def _reach(values: dict[str, Any]) -> Reach:
    """Where requests to other systems may go; takes its settings out of `values`."""
    given = {name: values.pop(f"outbound_{name}") for name in ("allow", "ports", "seconds", "bytes", "ca")}
    try:
        hosts, networks = parse_allowed(given["allow"])
    except ValueError as error:
        raise SettingsError(f"ITSM_OUTBOUND_ALLOW: {error}") from error
    try:
        ports = frozenset(int(port) for port in given["ports"].split(",") if port.strip())
    except ValueError as error:
        raise SettingsError("ITSM_OUTBOUND_PORTS: write numbers, comma separated, such as 80,443") from error
    return Reach(hosts, networks, ports, given["seconds"], given["bytes"], given["ca"])


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != "ITSM_CONFIG"
    }


def _from_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        with open(path, "rb") as file:
            content = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"ITSM_CONFIG: {path}: {error}") from error
    flat: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, dict):
            flat |= {f"{name}__{key}": inner for key, inner in value.items()}
        else:
            flat[name] = value
    return flat


def _split(raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    core: dict[str, Any] = {}
    plugins: dict[str, dict[str, str]] = {}
    for name, value in raw.items():
        plugin, separator, key = name.partition("__")
        if separator:
            plugins.setdefault(plugin, {})[key] = value
        else:
            core[name] = value
    return core, plugins


def _refuse_unknown(raw: Mapping[str, Any]) -> None:
    known = set(SettingsSchema().fields)
    for name in raw:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""
            raise SettingsError(f"{PREFIX}{name.upper()} is not a setting{hint}")
