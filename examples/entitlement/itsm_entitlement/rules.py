"""Who is entitled to support."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from itsm.plugins import Draft, Refusal, say

UNTIL = "entitlement.until"


def expired(fields: Mapping[str, Any], today: date) -> bool:
    """Whether the support of an organisation with these values is over; without a day it never is."""
    return bool(fields.get(UNTIL)) and fields[UNTIL] < today.isoformat()


def refuse_expired(draft: Draft, fields: Mapping[str, Any], today: date) -> Iterable[Refusal]:
    """Its people open no tickets themselves; machines and agents with a reason may."""
    if draft.by_person and expired(fields, today) and not draft.values.get("entitlement.courtesy"):
        yield Refusal("organisation", say("The support of this organisation ended on {day}.", day=fields[UNTIL]),
                      "entitlement")  # fmt: skip
