"""Put a set of field values into their stored form, with every refusal at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from itsm.core.configuration.verbs import document
from itsm.core.configuration.verbs.documents import FRESH
from itsm.core.errors import Refusal
from itsm.core.fields.rules import Wrong, clean
from itsm.core.fields.verbs.references import settle_references
from itsm.core.files.models import StoredFile, Upload
from itsm.core.hookspecs.declarations import Choice, Field
from itsm.core.texts import say
from itsm.core.tickets.models import Attachment
from itsm.core.work.uow import UnitOfWork


def clean_fields(
    uow: UnitOfWork, subject: str, values: Mapping[str, Any], held: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], list[Refusal]]:
    """The stored form of `values`, None meaning "clear it", and every refusal at once.

    held: what stands in the fields now, for a file that stays may be named again.
    """
    declared = uow.registry.fields_of(subject)
    cleaned: dict[str, Any] = {}
    refusals = []
    for name, value in values.items():
        field = declared.get(name)
        if field is None:
            refusals.append(Refusal(name, say("Unknown field.")))
            continue
        if not uow.may_write(field):
            refusals.append(Refusal(name, say("Only the plugin writes this; people read it.")))
            continue
        try:
            cleaned[name] = clean(field, value, _codes(uow, field))
        except Wrong as wrong:
            refusals.append(Refusal(name, wrong.message))
    refusals += settle_references(uow, declared, cleaned)
    refusals += _settle_files(uow, declared, cleaned, held or {})
    return cleaned, refusals


def _codes(uow: UnitOfWork, field: Field) -> Sequence[str]:
    return [choice.value for choice in choices_of(uow, field)] if field.choices or field.document else ()


def choices_of(uow: UnitOfWork, field: Field) -> Sequence[Choice]:
    """The choices of a field: its own, or the entries of the configuration document it names."""
    if not field.document:
        return field.choices
    name, _, entry = field.document.partition("#")
    found = document(uow, name)
    key = (f"choices {field.document}", found.revision)
    made: Sequence[Choice] | None = uow.registry.parsed.get(key)
    if made is None:
        made = [Choice(e["key"], e["label"]) for e in found.body[entry or "entries"] if e.get("active", True)]
        if found.revision not in uow.memo.get(FRESH, ()):  # an act's own revision may be rolled back
            uow.registry.parsed[key] = made
    return made


def fields_in_order(uow: UnitOfWork, subject: str) -> list[Field]:
    """The fields of a subject as forms and pages show them."""
    return sorted(uow.registry.fields_of(subject).values(), key=lambda field: field.order)


def merged(current: Mapping[str, Any], cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """A new dictionary (a changed one in place would not be seen as dirty); None removes."""
    return {name: value for name, value in {**current, **cleaned}.items() if value is not None}


def _settle_files(
    uow: UnitOfWork, declared: Mapping[str, Field], cleaned: dict[str, Any], held: Mapping[str, Any]
) -> list[Refusal]:
    """Let each file have the size that its content has.

    One whose content was never uploaded is refused, and so is one that the actor neither brought nor can see.
    """
    files = [name for name, value in cleaned.items() if value is not None and declared[name].type == "file"]
    if not files:
        return []
    wanted = {cleaned[name]["sha256"] for name in files}
    rows = uow.session.execute(select(StoredFile.sha256, StoredFile.size).where(StoredFile.sha256.in_(wanted)))
    sizes = {sha256: size for sha256, size in rows}
    standing = _contents(held) & sizes.keys()
    known = standing | _known_to(uow, sizes.keys() - standing)
    sizes = {sha256: size for sha256, size in sizes.items() if sha256 in known}
    lost = [name for name in files if cleaned[name]["sha256"] not in sizes]
    for name in files:
        if name not in lost:
            cleaned[name] = {**cleaned[name], "size": sizes[cleaned[name]["sha256"]]}
    for name in lost:
        del cleaned[name]
    return [Refusal(name, say("There is no such file.")) for name in lost]


def _contents(held: Mapping[str, Any]) -> set[str]:
    """The contents that stand in fields; a value of a removed field may be anything."""
    return {
        value["sha256"] for value in held.values() if isinstance(value, dict) and isinstance(value.get("sha256"), str)
    }


def _known_to(uow: UnitOfWork, contents: Collection[str]) -> set[str]:
    """Those that the actor brought, or sees attached to a ticket; machines and imports know all."""
    who = uow.act.actor
    if who.kind == "system" or uow.act.origin != "live":
        return set(contents)
    brought = select(Upload.sha256).where(Upload.person_id == who.person_id, Upload.sha256.in_(contents))
    attached = uow.query(Attachment, Attachment.sha256).where(Attachment.sha256.in_(contents))
    return {*uow.session.scalars(brought), *uow.session.scalars(attached)}
