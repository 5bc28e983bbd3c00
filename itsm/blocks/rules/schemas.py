"""The body of the documents `rules.<list>`."""

import math
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from itsm.blocks.rules.rules.language import LONGEST
from itsm.core.errors import Invalid, Refusal
from itsm.core.schemas import MAX_ID, Body, Key, LabelField, Line, Size, Strict, YesNo
from itsm.core.texts import say

MOST_RULES = 300


class Plain(fields.Field[Any]):
    """What a rule sets: a text, a number, yes or no, or a list of texts."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, list) and len(value) <= 50 and all(_short(item) for item in value):
            return value
        number = isinstance(value, int | float) and math.isfinite(value) and abs(value) <= MAX_ID
        if isinstance(value, bool) or _short(value) or number:
            return value
        raise ValidationError([say("Give a text, a number, true or false, or a list of texts.")])


def _short(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 500 and value.isprintable()


class RuleSchema(Strict):
    """If `when` holds, what `then` says is set; `stop` ends the list there."""

    key = Key(required=True)
    label = LabelField(required=True)
    when = Body(LONGEST, blank=False, required=True)
    then = fields.Dict(keys=Line(80), values=Plain(), validate=Size(0, 30), load_default=dict)
    active = YesNo(load_default=True)
    stop = YesNo(load_default=False)


class RulesSchema(Strict):
    """A list of rules, in their order."""

    rules = fields.List(fields.Nested(RuleSchema), required=True, validate=Size(0, MOST_RULES))


def check_keys(body: Mapping[str, Any]) -> None:
    """Refuse two rules of one key."""
    keys = [rule["key"] for rule in body["rules"]]
    doubled = [place for place, key in enumerate(keys) if key in keys[:place]]
    if doubled:
        why = "The key {key} is there twice."
        raise Invalid(refusals=[Refusal(f"rules.{i}.key", say(why, key=keys[i])) for i in doubled])
