"""Fields of people, organisations and groups in an act: cleaned, judged by their conditions, defaults put in."""

from collections.abc import Mapping
from typing import Any

from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.conditions import FORMLESS, Standing, is_empty, missing, visible
from itsm.core.fields.rules import Wrong, clean
from itsm.core.fields.verbs.clean import choices_of, clean_fields, merged
from itsm.core.hookspecs.declarations import Field
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def settle_fields(
    uow: UnitOfWork, subject: str, given: Mapping[str, Any], held: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The stored form of what an act gives, None clearing; raises `Invalid` with every refusal.

    held: the fields before a change, None for a new thing, which gets its defaults. A person must fill what is
    mandatory and cannot clear it; machines and imports are not asked.
    """
    cleaned, refusals = clean_fields(uow, subject, given, held)
    if uow.act.origin == "live":
        declared = uow.registry.fields_of(subject)
        if held is None:
            cleaned = _defaults(uow, declared, given) | cleaned
        known = {refusal.field for refusal in refusals}
        refusals += [r for r in _judged(uow, declared, cleaned, held) if r.field not in known]
    if refusals:
        raise Invalid(refusals=refusals)
    return cleaned


def _judged(
    uow: UnitOfWork, declared: Mapping[str, Field], cleaned: Mapping[str, Any], held: Mapping[str, Any] | None
) -> list[Refusal]:
    roles = uow.act.actor.roles
    after = Standing(roles=roles, values=merged(held or {}, cleaned))
    filled = [name for name, value in cleaned.items() if not is_empty(value)]
    shown = visible(declared, after) if filled else set()
    refusals = [Refusal(name, say("Does not apply here.")) for name in filled if name not in shown]
    if uow.act.actor.kind == "person" and uow.act.channel not in FORMLESS:
        before = missing(declared, Standing(roles=roles, values=held)) if held is not None else []
        demanded = [name for name in missing(declared, after) if name not in before]
        refusals += [Refusal(name, say("Mandatory here.")) for name in demanded]
    return refusals


def _defaults(uow: UnitOfWork, declared: Mapping[str, Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of the fields that apply to a new thing and were not given."""
    waiting = {n: default_of(uow, f) for n, f in declared.items() if f.default is not None and n not in given}
    if not waiting:
        return {}
    at = Standing(roles=uow.act.actor.roles, values={**given, **waiting})
    return {name: value for name, value in waiting.items() if name in visible(declared, at)}


def default_of(uow: UnitOfWork, field: Field) -> Any:
    """The default in its stored form."""
    try:
        return clean(field, field.default, [choice.value for choice in choices_of(uow, field)])
    except Wrong:  # its choices stand in a document that no longer holds it
        return None
