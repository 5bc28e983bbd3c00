"""The body of a request as data: JSON, or the fields of a form."""

from typing import Any
from urllib.parse import parse_qsl

from itsm.plugins import Invalid, parse_json, say

MOST_FIELDS = 300
FORM = "application/x-www-form-urlencoded"


def data_of(body: bytes, content_type: str) -> Any:
    """The value of the JSON, or a form's fields by name; whatever the sender calls it, a form is what curl says it is.

    Raises `BadRequest` for what is no JSON, `Invalid` for what is no form.
    """
    if content_type.partition(";")[0].strip().lower() != FORM or body[:1] in (b"{", b"["):
        return parse_json(body)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS))
    except ValueError:  # also where it is no UTF-8
        raise Invalid.field("", say("Neither JSON nor a form.")) from None
