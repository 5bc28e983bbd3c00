"""Strict base fields for every form, request and import: the same verdict on both databases.

SQLite stores what PostgreSQL refuses (NUL, over-long text), and marshmallow's own Integer takes 1.9 and "1_000".
"""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from itsm.core.texts import say

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LINE_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u2028\u2029]")
KEY = re.compile(r"\A[a-z][a-z0-9_.-]{0,59}\Z")
MAX_ID = 2**53 - 1


class Size(validate.Length):
    """A length within two bounds; says so in the reader's language, as the two below do."""

    def __call__(self, value: Any) -> Any:
        try:
            return super().__call__(value)
        except ValidationError:
            low, high = self.min or 0, self.max
            sentence = say("Must have {low} to {high} characters.", low=low, high=high)
            if not isinstance(value, str):
                sentence = say("Must have {low} to {high} entries.", low=low, high=high)
            raise ValidationError([sentence]) from None


class Within(validate.Range):
    """A number within bounds."""

    def __call__(self, value: Any) -> Any:
        try:
            return super().__call__(value)
        except ValidationError:
            raise ValidationError([say("Must be between {low} and {high}.", low=self.min, high=self.max)]) from None


class Among(validate.OneOf):
    """One of given words."""

    def __call__(self, value: Any) -> Any:
        try:
            return super().__call__(value)
        except ValidationError:
            raise ValidationError([say("Must be one of: {allowed}.", allowed=self.choices_text)]) from None


class Strict(Schema):
    """Refuses unknown fields by name."""

    class Meta:
        unknown = RAISE


class Answer(Schema):
    """What is answered: it never reads, so its fields may be plain; the OpenAPI page says that nothing else comes."""

    class Meta:
        unknown = RAISE


class Line(fields.String):
    """One line of text without control characters, trimmed; `maximum` characters."""

    def __init__(self, maximum: int = 200, *, blank: bool = False, **kwargs: Any) -> None:
        self.maximum, self.blank = maximum, blank
        super().__init__(validate=Size(0 if blank else 1, maximum), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if LINE_CONTROL.search(text):
            raise ValidationError("Control characters and line breaks are not allowed here.")
        return text.strip()


class Verbatim(fields.String):
    """A text exactly as it was given, spaces too: passwords, keys, separators. What no text can hold is refused."""

    def __init__(self, maximum: int = 500, *, minimum: int = 0, **kwargs: Any) -> None:
        super().__init__(validate=Size(minimum, maximum), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if CONTROL.search(text):
            raise ValidationError("Control characters are not allowed here.")
        return text


class AnyValue(fields.Raw):
    """A JSON value that a rule of its own reads: the default of a field, for one."""


class AnyValues(fields.Dict):
    """Names and JSON values that rules of their own read: fields, documents. Here only the names are looked at."""

    def __init__(self, maximum: int = 120, **kwargs: Any) -> None:
        super().__init__(keys=Verbatim(maximum, minimum=1), **kwargs)


class Words(fields.String):
    """What somebody looks for: nothing that is typed is an error. What no text can hold separates, the rest is cut."""

    def __init__(self, maximum: int = 500, **kwargs: Any) -> None:
        self.maximum = maximum
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return LINE_CONTROL.sub(" ", text)[: self.maximum]


class Body(fields.String):
    """Text of several lines; line ends become `\\n`, other control characters are refused."""

    def __init__(self, maximum: int = 100_000, *, blank: bool = True, **kwargs: Any) -> None:
        super().__init__(validate=Size(0 if blank else 1, maximum), **kwargs)
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
        super().__init__(validate=Within(minimum, maximum), **kwargs)

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


class Flag(YesNo):
    """true or false in an address, where an empty one is neither."""

    falsy = YesNo.falsy - {""}


class TrueFalse(YesNo):
    """true or false as text and nothing else: what the API documents for a member of a multipart form."""

    truthy = {"true"}  # noqa: RUF012
    falsy = {"false"}  # noqa: RUF012


def _key(value: str) -> None:
    if not KEY.match(value):
        raise ValidationError("Use small letters, digits, dot, dash, underscore.")


class Key(fields.String):
    """A short code: lower case letters, digits, `_`, `-` and `.`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=_key, **kwargs)


class LabelField(fields.Dict):
    """A name in both languages, {"en": …, "ru": …}; at least one of them."""

    def __init__(self, **kwargs: Any) -> None:
        languages = fields.String(validate=Among(("en", "ru")))
        super().__init__(keys=languages, values=Line(120), validate=_Named(1), **kwargs)


class _Named(validate.Length):
    def __call__(self, value: Any) -> Any:
        if not value:
            raise ValidationError([say("Needed in one language at least.")])
        return value
