"""The unit of work: the one object handed to every verb. Leaving its `with` block commits; nothing else can."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Select, false, select
from sqlalchemy.orm import SessionTransaction

from itsm.core.act import Act
from itsm.core.db import upsert
from itsm.core.errors import Forbidden
from itsm.core.hookspecs.declarations import Field
from itsm.core.hookspecs.marks import HookCaller
from itsm.core.hookspecs.registry import Registry
from itsm.core.masking import is_secret
from itsm.core.texts import say
from itsm.core.work.models import OwedCall
from itsm.core.work.session import DeskSession, SessionMisuse


class UnitOfWork:
    """session, hook, now, act: all that a verb may use. `registry` tells what the enabled plugins brought."""

    def __init__(
        self,
        *,
        session: DeskSession,
        hook: HookCaller,
        registry: Registry,
        now: datetime,
        act: Act,
        write: bool = True,
        epoch: int = 1,
    ) -> None:
        self._session, self.hook, self.registry = session, hook, registry
        self.now, self.act, self.write, self.epoch = now, act, write, epoch
        self.memo: dict[str, Any] = {}
        self._writer = ""
        self._before_commit: list[Callable[[], None]] = []
        self._after_commit: list[Callable[[], None]] = []

    @property
    def session(self) -> DeskSession:
        """The SQLAlchemy session of this transaction."""
        return self._session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        committed = False
        try:
            if kind is None and self.write:
                self.flush()
                self._session.ours = True
                self._session.commit()
                committed = True
        finally:
            self._session.ours = True
            self._session.close()
        if committed:
            self._ring()

    def flush(self) -> None:
        """Write everything that is pending, the buffered events included."""
        self.session.flush()
        while self._before_commit:
            self._before_commit.pop(0)()
        self.session.flush()

    def before_commit(self, work: Callable[[], None]) -> None:
        """Do `work` once, just before the commit (the ledger writes its buffered events then)."""
        self._before_commit.append(work)

    def after_commit(self, work: Callable[[], None]) -> None:
        """Do `work` when the commit stands; what it raises is swallowed: a success never becomes an error."""
        self._after_commit.append(work)

    def _ring(self) -> None:
        for work in self._after_commit:
            try:
                work()
            except Exception as error:  # the commit stands; the sweeper finds what a lost bell did not announce
                self.memo["bell_error"] = repr(error)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of the act that may fail by itself: when the block raises, all that it wrote is undone, its events and
        what it owed too, and the rest of the act stands."""
        events = len(self.memo.get("ledger", ()))
        before, after = len(self._before_commit), len(self._after_commit)
        savepoint = self._session.begin_nested()
        try:
            yield
            self._session.flush()
        except BaseException:
            savepoint.rollback()
            del self.memo.get("ledger", [])[events:]
            del self._before_commit[before:], self._after_commit[after:]
            raise
        savepoint.commit()

    def require(self, permission: str, organisation: int | None = None) -> None:
        """Refuse the act unless the actor holds `permission`, for the whole desk or in this organisation."""
        if not self.act.actor.may(permission, organisation):
            raise Forbidden(say("This needs the permission {permission}.", permission=permission))

    def require_somewhere(self, permission: str) -> None:
        """Refuse the act unless the actor holds `permission` anywhere: before it is known what the act is about."""
        if not self.act.actor.holds(permission):
            raise Forbidden(say("This needs the permission {permission}.", permission=permission))

    def query(self, model: type[Any], *columns: Any) -> Select[Any]:
        """A select over the rows of `model` that this actor may see; `columns` narrow what is read.

        A model without a declared visibility shows nothing.
        """
        statement = select(*columns) if columns else select(model)
        declared = self.registry.visible.get(model)
        return statement.where(declared.condition(self.act.actor) if declared else false())

    @contextmanager
    def writing_fields_of(self, plugin: str) -> Iterator[None]:
        """In this block verbs take values of fields that only `plugin` writes (`Field(written_by="plugin")`)."""
        before, self._writer = self._writer, plugin
        try:
            yield
        finally:
            self._writer = before

    def may_write(self, field: Field) -> bool:
        """Whether this act may give a value of the field: a live one may not, where only the plugin writes it."""
        return field.written_by == "people" or self.act.origin != "live" or field.name.startswith(f"{self._writer}.")

    def ask(self, name: str, /, *, default: Any = None, **arguments: Any) -> Any:
        """Ask a *decides* hook that another plugin offers; `default` holds when that plugin is absent."""
        answer = self.hook.call(name, **arguments)
        return default if answer is None else answer

    def later(
        self, name: str, /, *, at: datetime | None = None, key: str | None = None, lane: str | None = None, **args: Any
    ) -> None:
        """Owe the call `<plugin>.<call>`: after the commit, or at a time. A second one with the same `key` is none.

        A key holds while its call waits or has failed for good, and for seven days after it was done; then the same
        key owes a new call. Keys are shared by all plugins: begin them with the name of yours.
        """
        if secret := [key for key, value in args.items() if isinstance(value, str) and is_secret(key)]:
            raise SessionMisuse(
                f"owing {name}: {', '.join(secret)} would stand in the database and on pages; owe an id"
            )
        values = {
            "name": name,
            "plugin": name.replace(":", ".").split(".", 1)[0],
            "args": args,
            "lane": lane,
            "key": key,
            "state": "due",
            "due": at or self.now,
            "attempts": 0,
            "request_id": self.act.request_id,
            "created_at": self.now,
        }
        self.session.execute(upsert(self.session, OwedCall).values(values).on_conflict_do_nothing())


class Reading(UnitOfWork):
    """The unit of work as guards, voices, deciders and panels get it: they read, and nothing of theirs stays.

    The first use of `session` opens a savepoint, which `end` rolls back: a broken statement of a plugin does not
    break the act on PostgreSQL, and a plugin that does not read costs nothing.
    """

    def __init__(self, outer: UnitOfWork) -> None:
        super().__init__(
            session=outer.session, hook=outer.hook, registry=outer.registry, now=outer.now, act=outer.act,
            write=False, epoch=outer.epoch,
        )  # fmt: skip
        self.memo = outer.memo
        self._savepoint: SessionTransaction | None = None

    @property
    def session(self) -> DeskSession:
        if self._savepoint is None:
            self._savepoint = self._session.begin_nested()
        return self._session

    def later(self, name: str, /, **_: Any) -> None:
        raise SessionMisuse(f"owing {name}: a hook that only reads cannot owe calls; do it in `ticket_recorded`")

    def before_commit(self, work: Callable[[], None]) -> None:
        raise SessionMisuse("a hook that only reads cannot write to the ledger")

    def end(self) -> None:
        """Undo whatever was tried."""
        if self._savepoint is not None:
            self._savepoint.rollback()
            self._savepoint = None
