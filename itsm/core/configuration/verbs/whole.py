"""The configuration of a whole desk: written down, and read in again as one act, all or nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from packaging.version import InvalidVersion, Version

from itsm import __version__
from itsm.core.configuration.rules import Change, compare
from itsm.core.configuration.schemas import FORMAT, WholeSchema, plain
from itsm.core.configuration.verbs.activate import put_in_force
from itsm.core.configuration.verbs.documents import check_body, document, document_type, store_revision
from itsm.core.configuration.verbs.trial import normal
from itsm.core.errors import Invalid, Refusal
from itsm.core.hookspecs.declarations import ConfigurationPart, DocumentType, Finding
from itsm.core.refusals import loaded
from itsm.core.texts import Message, say
from itsm.core.work.uow import UnitOfWork


class Taken(NamedTuple):
    """What became of one document: how it differs from what was in force, and what trying it out has shown."""

    name: str
    changes: Sequence[Change]
    findings: Sequence[Finding]


class Outcome(NamedTuple):
    """What an import did: each document of the file, and how many things of each part were changed."""

    documents: Sequence[Taken]
    parts: Mapping[str, int]


def parts_of(uow: UnitOfWork) -> Sequence[ConfigurationPart]:
    """The registered parts in their order."""
    brought: Mapping[str, ConfigurationPart] = uow.registry.brought.get("register_configuration", {})
    return sorted(brought.values(), key=lambda part: (part.order, part.name))


def export_desk(uow: UnitOfWork) -> dict[str, Any]:
    """The whole configuration; the same desk gives the same, whatever its ids and its database.

    Documents stand in it also as shipped: another version of the code may ship other ones.
    """
    uow.require("core.configure")
    names = sorted(uow.registry.documents)
    return {
        "format": FORMAT,
        "itsm": __version__,
        "plugins": dict(sorted(uow.registry.plugins.items())),
        "parts": {part.name: _in_columns(part.export(uow)) for part in parts_of(uow)},
        "documents": {name: normal(document_type(uow, name), document(uow, name).body) for name in names},
    }


def _in_columns(value: Any) -> Any:
    """Entries keep the order of their names; what these hold, such as labels, is sorted."""
    if isinstance(value, list | tuple):
        return [_in_columns(entry) for entry in value]
    return {name: plain(value[name]) for name in value} if isinstance(value, Mapping) else value


def import_desk(uow: UnitOfWork, *, content: Any, reason: str, try_out: bool = False) -> Outcome:
    """Make the desk what the content says; what it does not name stays. All faults are raised at once as `Invalid`.

    Bodies are checked alone first; then parts and documents are put in force in their declared order; and only then
    each document is checked against the desk, so that it meets the others as they will be. try_out: ask what each
    changed document would mean here.
    """
    uow.require("core.configure")
    whole = _check_head(uow, content)
    given = whole["documents"].items()
    with _Faults() as faults:
        bodies = {n: faults.of(f"documents.{n}", check_body, uow, name=n, body=body) for n, body in given}
    parts = [part for part in parts_of(uow) if part.name in whole["parts"]]
    with _Faults() as faults:
        counts = {p.name: faults.of(f"parts.{p.name}", p.apply, uow, whole["parts"][p.name]) for p in parts}
    types = sorted((document_type(uow, name) for name in bodies), key=lambda declared: (declared.order, declared.name))
    with _Faults() as faults:
        taken = [faults.of(f"documents.{t.name}", _take, uow, t, bodies[t.name], reason, try_out) for t in types]
    with _Faults() as faults:
        for declared in types:
            if declared.check_desk is not None:
                faults.of(f"documents.{declared.name}", declared.check_desk, uow, bodies[declared.name])
    return Outcome(taken, counts)


def _take(uow: UnitOfWork, declared: DocumentType, body: dict[str, Any], reason: str, try_out: bool) -> Taken:
    name = declared.name
    changes = compare(normal(declared, document(uow, name).body), normal(declared, body))
    if not changes:
        return Taken(name, (), ())
    found = declared.try_out(uow, body) if try_out and declared.try_out is not None else ()
    put_in_force(uow, store_revision(uow, name=name, body=body, reason=reason))
    return Taken(name, changes, list(found))


class _Faults:
    """Refusals from several places, raised together when the block is left."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def of(self, place: str, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """What `act` returns; None when it refuses, which is noted below `place`."""
        try:
            return act(*given, **named)
        except Invalid as error:
            told = error.refusals or (Refusal("", error.message),)
            self.refusals += [Refusal(f"{place}.{r.field}".rstrip("."), r.message, r.source) for r in told]
            return None

    def __enter__(self) -> "_Faults":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self.refusals:
            raise Invalid(refusals=self.refusals)


def _check_head(uow: UnitOfWork, content: Any) -> dict[str, Any]:
    """Refuse what is no configuration, or of a newer format, or of plugins that are not here."""
    format_ = content.get("format") if isinstance(content, Mapping) else None
    if isinstance(format_, int) and not isinstance(format_, bool) and format_ > FORMAT:
        told = say("This file has format {theirs}; this desk reads {ours}: update itsm.", theirs=format_, ours=FORMAT)
        raise Invalid.field("format", told)
    whole: dict[str, Any] = loaded(WholeSchema(), content)
    strangers = [Refusal(f"plugins.{name}", why) for name, why in _absent(uow, whole["plugins"])]
    if not strangers:
        parts = {part.name for part in parts_of(uow)}
        strangers = [
            *_unknown("parts", whole["parts"], parts),
            *_unknown("documents", whole["documents"], uow.registry.documents),
        ]
    if strangers:
        raise Invalid(refusals=strangers)
    return whole


def _absent(uow: UnitOfWork, plugins: Mapping[str, str]) -> Iterator[tuple[str, Message]]:
    for name, version in plugins.items():
        here = uow.registry.plugins.get(name)
        if here is None:
            yield (
                name,
                say("It does not work here: install it if it is not, then `itsm plugins enable {name}`.", name=name),
            )
        elif _is_newer(version, here):
            yield (
                name,
                say("The file is of its version {theirs}, here is {ours}: update it.", theirs=version, ours=here),
            )


def _is_newer(theirs: str, ours: str) -> bool:
    try:
        return Version(theirs) > Version(ours)
    except InvalidVersion:
        return False


def _unknown(group: str, given: Mapping[str, Any], known: Any) -> Iterator[Refusal]:
    for name in given:
        if name not in known:
            yield Refusal(f"{group}.{name}", say("Nobody here knows it; is its plugin enabled, and of that version?"))
