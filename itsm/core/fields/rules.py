"""What a value of each field type is: from anything a form or JSON holds to what is stored, or a refusal."""

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from itsm.core.db.types import utc_text
from itsm.core.hookspecs.declarations import Field
from itsm.core.schemas import CONTROL, LINE_CONTROL, MAX_ID
from itsm.core.texts import Message, say


class Wrong(ValueError):
    """The value is not one of this field; `message` says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(message))


def clean(field: Field, value: Any, choices: Collection[str] = ()) -> Any:
    """The stored form of `value`, or None for "no value"; raises `Wrong`. `choices` are the allowed codes."""
    if value is None or value == "" or value == []:
        return None
    return CLEANERS[field.type](field, value, choices)


def _text(field: Field, value: Any, _: Collection[str]) -> str:
    long = field.type == "long_text"
    if not isinstance(value, str):
        raise Wrong(say("Not a valid string."))
    text = value.replace("\r\n", "\n").strip()
    if (CONTROL if long else LINE_CONTROL).search(text):
        raise Wrong(say("Control characters are not allowed here."))
    maximum = field.maximum or (20_000 if long else 500)
    if len(text) > maximum:
        raise Wrong(say("Longer than {maximum} characters.", maximum=maximum))
    return text


def _whole(field: Field, value: Any, _: Collection[str]) -> int:
    digits = isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,16}", value.strip()) is not None
    if not digits and (isinstance(value, bool) or not isinstance(value, int)):
        raise Wrong(say("Not a valid integer."))
    return int(_within(field, int(value)))


def _decimal(field: Field, value: Any, _: Collection[str]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Wrong(say("Not a valid number."))
    try:
        number = Decimal(str(value).replace(",", ".").strip())
    except InvalidOperation:
        raise Wrong(say("Not a valid number.")) from None
    if not number.is_finite() or abs(number) > MAX_ID:
        raise Wrong(say("Not a valid number."))
    return float(_within(field, number))


def _within(field: Field, number: Any) -> Any:
    low = field.minimum if field.minimum is not None else -MAX_ID
    high = field.maximum if field.maximum is not None else MAX_ID
    if not low <= number <= high:
        raise Wrong(say("Must be between {low} and {high}.", low=low, high=high))
    return number


def _yes_no(_field: Field, value: Any, _: Collection[str]) -> bool:
    if value in (True, "true", "on", "1", "yes"):
        return True
    if value in (False, "false", "off", "0", "no"):
        return False
    raise Wrong(say("Not a valid boolean."))


def _choice(_field: Field, value: Any, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        allowed = ", ".join(sorted(choices)[:20])
        raise Wrong(say("Must be one of: {allowed}.", allowed=allowed))
    return value


def _choices(field: Field, value: Any, choices: Collection[str]) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list):
        raise Wrong(say("Not a valid list."))
    return sorted({_choice(field, item, choices) for item in values})


def _date(_field: Field, value: Any, _: Collection[str]) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Wrong(say("Not a valid date; write 2026-12-31.")) from None


def _moment(_field: Field, value: Any, _: Collection[str]) -> str:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if moment.tzinfo is None or not 1900 < moment.year < 9000:
            raise ValueError
    except (TypeError, ValueError):
        raise Wrong(say("Not a valid moment; write 2026-12-31T12:00:00+03:00, with its zone.")) from None
    return utc_text(moment)


def _duration(field: Field, value: Any, _: Collection[str]) -> int:
    """Seconds."""
    return _whole(field, value, ())


def _reference(field: Field, value: Any, _: Collection[str]) -> int:
    number = _whole(field, value, ())
    if number < 1:
        raise Wrong(say("There is no such {kind}.", kind=field.reference))
    return number


CLEANERS: dict[str, Callable[[Field, Any, Collection[str]], Any]] = {
    "text": _text,
    "long_text": _text,
    "whole": _whole,
    "decimal": _decimal,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "moment": _moment,
    "duration": _duration,
    "reference": _reference,
}
NUMERIC = frozenset({"whole", "decimal", "duration", "reference"})
