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

MONEY = re.compile(r"\A(-?[0-9][0-9 \u00a0\u202f]*(?:[.,][0-9]{1,4})?)[ \u00a0\u202f]*([A-Za-z]{3})\Z")
AMOUNT = re.compile(r"\A-?[0-9]{1,15}(?:\.[0-9]{1,4})?\Z")
LONGEST_AMOUNT = 80
CURRENCY = re.compile(r"\A[A-Z]{3}\Z")
SHA256 = re.compile(r"\A[0-9a-f]{64}\Z")


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


def _text(field: Field, value: Any, _: Collection[str]) -> str | None:
    long = field.type == "long_text"
    if not isinstance(value, str):
        raise Wrong(say("Not a valid string."))
    text = value.replace("\r\n", "\n").strip()
    if (CONTROL if long else LINE_CONTROL).search(text):
        raise Wrong(say("Control characters are not allowed here."))
    maximum = field.maximum or (20_000 if long else 500)
    if len(text) > maximum:
        raise Wrong(say("Longer than {maximum} characters.", maximum=maximum))
    return text or None


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
    if not number.is_finite() or number.copy_abs() > MAX_ID:  # abs() overflows where there are too many digits
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
    """The id; whether there is such a thing, and for whom, is asked of the desk."""
    try:
        number = _whole(Field(field.name, "whole", field.label), value, ())
    except Wrong:
        raise Wrong(nothing(field.reference)) from None
    if number < 1:
        raise Wrong(nothing(field.reference))
    return number


def nothing(kind: str) -> Message:
    """What is said of a reference to nothing, and in the same words to what the actor may not see."""
    return say("There is no such {kind}.", kind=kind)


def _money(field: Field, value: Any, _: Collection[str]) -> dict[str, str]:
    """{"amount": "1250.50", "currency": "RUB"}, or the same as a text: 1 250,50 RUB."""
    short = isinstance(value, str) and len(value) <= LONGEST_AMOUNT  # the pattern is slow on a long row of blanks
    if short and (found := MONEY.match(value.strip())):
        value = {"amount": re.sub(r"[ \u00a0\u202f]", "", found[1]).replace(",", "."), "currency": found[2].upper()}
    if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
        raise Wrong(say('Not an amount of money; write 1250.50 RUB, or {"amount": "1250.50", "currency": "RUB"}.'))
    amount, currency = str(value["amount"]), value["currency"]
    if isinstance(value["amount"], bool | float) or not AMOUNT.match(amount):
        raise Wrong(say("The amount is a text with a dot and up to four decimals, such as 1250.50."))
    if not isinstance(currency, str) or not CURRENCY.match(currency):
        raise Wrong(say("The currency is a code of three capital letters, such as RUB."))
    number = _within(field, Decimal(amount))
    whole, _dot, cents = f"{number:f}".partition(".")
    return {"amount": f"{whole}.{cents.rstrip('0').ljust(2, '0')}".replace("-0.00", "0.00"), "currency": currency}


def _file(_field: Field, value: Any, _: Collection[str]) -> dict[str, Any]:
    """What an upload answered; whether the content is there is asked of the desk, which knows its size."""
    if not isinstance(value, dict) or not {"sha256", "name"} <= set(value) <= {"sha256", "name", "size"}:
        raise Wrong(say("Not a file; upload it first (POST /api/v1/files) and give what that answered."))
    name = value["name"]
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 255 or LINE_CONTROL.search(name) or "/" in name:
        raise Wrong(say("The file needs a name."))
    if not isinstance(value["sha256"], str) or not SHA256.match(value["sha256"]):
        raise Wrong(say("There is no such file."))
    size = value.get("size", 0)
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= MAX_ID:
        raise Wrong(say("Not a valid integer."))
    return {"sha256": value["sha256"], "name": name.strip(), "size": size}


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
    "money": _money,
    "reference": _reference,
    "file": _file,
}
NUMERIC = frozenset({"whole", "decimal", "duration", "reference"})


def unfilterable(field: Field) -> Message | None:
    """Why a field cannot be filtered by. An index holds what is short and single: PostgreSQL refuses long rows."""
    if field.type in ("long_text", "choices") or (field.type == "text" and (field.maximum or 500) > 600):
        return say("it may be long or hold several values")
    if field.type == "money":
        return say("amounts of different currencies do not compare; filter by a field of the type decimal")
    if field.type == "file":
        return say("a file has nothing to filter by; a field of the type yes_no can say that one is there")
    return None
