"""The one place that sets up logs: a JSON object a line, or plain lines on a terminal; never what people wrote.

Whoever has something to log uses the standard library; `extra` becomes members of the line. Texts of errors are left
out, for they quote what was typed and what a database holds; `ITSM_LOG_LEVEL=debug` lets them in.
"""

import logging
import sys
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog
from sqlalchemy.exc import OperationalError

from itsm.core.settings import Settings

Line = MutableMapping[str, Any]
FRAMES = 12


def configure_logs(settings: Settings, process: str, stream: TextIO | None = None) -> None:
    """Set up the logs of this process; `process` stands on every line. Calling it again replaces what was."""
    stream = stream or sys.stderr
    as_json = settings.log == "json" or (settings.log == "auto" and not stream.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _logger, _name, line: {"process": process, **line},
        errors_by_their_kind(quoting=settings.log_level == "debug"),
    ]
    last = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else plain
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, last]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("sqlalchemy", "rq", "urllib3", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def errors_by_their_kind(*, quoting: bool) -> Callable[[Any, str, Line], Line]:
    """A processor that turns an exception into its kinds and places, without its text unless `quoting`."""

    def turn(_logger: Any, _name: str, line: Line) -> Line:
        given = line.pop("exc_info", None)
        error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
        if isinstance(error, BaseException):
            line["error"] = [told(one, quoting=quoting) for one in _causes(error)]
        return line

    return turn


def told(error: BaseException, *, quoting: bool = False) -> str:
    """One error in one text: its kind, and where it came from, the innermost place last."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = " < ".join(f"{one.filename.rpartition('site-packages/')[2]}:{one.lineno}" for one in reversed(frames))
    return f"{kind_of(error)}{f': {error}' if quoting else ''} at {places or '?'}"


def kind_of(error: BaseException) -> str:
    """The class of an error; of a database that is away also what its driver says, which quotes nobody."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, OperationalError):
        said = str(error.orig).strip().splitlines()
        return f"{name} ({said[0] if said else ''})"
    return name


def plain(_logger: Any, _name: str, line: Line) -> str:
    """`09:30:01 web warning: what happened  key=value …`"""
    moment, process, level = (line.pop(key, "") for key in ("timestamp", "process", "level"))
    event, errors = line.pop("event", ""), line.pop("error", [])
    more = "".join(f"  {key}={value}" for key, value in line.items() if value not in ("", None))
    return "\n  ".join([f"{moment[11:19]} {process} {level}: {event}{more}", *errors])


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found
