"""What comes in: why somebody is erased; for how long things are kept."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from itsm.core.errors import Invalid, Refusal
from itsm.core.hookspecs.declarations import DocumentType
from itsm.core.hookspecs.personal import Retained
from itsm.core.hookspecs.registry import Registry
from itsm.core.schemas import Line, Strict, Whole
from itsm.core.texts import say

MOST_DAYS = 36500


class ErasureForm(Strict):
    """Why, over which version, and that it is meant."""

    reason = Line(500, required=True)
    version = Whole(1, required=True)
    sure = Line(40, blank=True, load_default="")


class RetentionSchema(Strict):
    """days: by the names of what is kept for a while; null keeps for ever, a name left out has its default."""

    days = fields.Dict(keys=Line(80), values=Whole(1, MOST_DAYS, allow_none=True), required=True)


def retention_document(registry: Registry) -> list[DocumentType]:
    """The document of this desk, for what its members registered."""
    known: Mapping[str, Retained] = registry.brought.get("register_retention", {})

    def check(body: Mapping[str, Any]) -> None:
        refusals = list(_wrong(known, body["days"]))
        if refusals:
            raise Invalid(refusals=refusals)

    label = {"en": "Retention", "ru": "Сроки хранения"}
    default = {"days": {name: retained.days for name, retained in known.items()}}
    return [DocumentType("core.retention", label, RetentionSchema, default, check)]


def _wrong(known: Mapping[str, Retained], days: Mapping[str, int | None]) -> list[Refusal]:
    refusals = []
    for name, number in days.items():
        retained = known.get(name)
        if retained is None:
            told = say("Nobody keeps {name}; there are: {names}.", name=name, names=", ".join(sorted(known)))
            refusals.append(Refusal(f"days.{name}", told))
        elif number is not None and number < retained.least:
            refusals.append(Refusal(f"days.{name}", say("At least {minimum} days.", minimum=retained.least)))
    return refusals
