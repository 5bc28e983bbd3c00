"""Strict base fields for every form, request and import: the same verdict on both databases.

SQLite stores what PostgreSQL refuses (NUL, over-long text), and marshmallow's own Integer takes 1.9 and "1_000".
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LINE_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u2028\u2029]")
MAX_ID = 2**53 - 1


class Strict(Schema):
    """Refuses unknown fields by name."""

    class Meta:
        unknown = RAISE


class Line(fields.String):
    """One line of text without control characters, trimmed; `maximum` characters."""

    def __init__(self, maximum: int = 200, *, blank: bool = False, **kwargs: Any) -> None:
        self.maximum, self.blank = maximum, blank
        super().__init__(validate=validate.Length(0 if blank else 1, maximum), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if LINE_CONTROL.search(text):
            raise ValidationError("Control characters and line breaks are not allowed here.")
        return text.strip()


class Body(fields.String):
    """Text of several lines; line ends become `\\n`, other control characters are refused."""

    def __init__(self, maximum: int = 100_000, *, blank: bool = True, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(0 if blank else 1, maximum), **kwargs)
        self.blank = blank

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if CONTROL.search(text):
            raise ValidationError("Control characters are not allowed here.")
        return text if self.blank or text.strip() else ""


class Whole(fields.Integer):
    """A whole number, as JSON number or plain digits; no 1.9, no "1_000", no 10^400."""

    def __init__(self, minimum: int = -MAX_ID, maximum: int = MAX_ID, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(minimum, maximum), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        digits = isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,16}", value.strip()) is not None
        if not digits and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.make_error("invalid", input=value)
        return int(value)


class Ident(Whole):
    """The id of something."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(1, MAX_ID, **kwargs)


class YesNo(fields.Boolean):
    """true or false; from forms also on, 1, 0 and empty."""

    truthy = {True, "true", "on", "1", "yes"}  # noqa: RUF012
    falsy = {False, "false", "off", "0", "no", ""}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Key(fields.String):
    """A short code: lower case letters, digits, `_`, `-` and `.`."""

    def __init__(self, **kwargs: Any) -> None:
        rule = validate.Regexp(r"\A[a-z][a-z0-9_.-]{0,59}\Z", error="Use small letters, digits, dot, dash, underscore.")
        super().__init__(validate=rule, **kwargs)


class LabelField(fields.Dict):
    """A name in both languages, {"en": …, "ru": …}; at least one of them."""

    def __init__(self, **kwargs: Any) -> None:
        languages = fields.String(validate=validate.OneOf(("en", "ru")))
        super().__init__(keys=languages, values=Line(120), validate=validate.Length(1), **kwargs)
