"""The document `core.views`."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from itsm.core.errors import Invalid, Refusal
from itsm.core.schemas import Key, LabelField, Line, Size, Strict
from itsm.core.texts import say

LONGEST = 2000


class ViewSchema(Strict):
    """One shared view; with neither roles nor groups it is everybody's. query: as in the address of the queue."""

    key = Key(required=True)
    label = LabelField(required=True)
    query = Line(LONGEST, required=True)
    roles = fields.List(Key(), load_default=list)
    groups = fields.List(Key(), load_default=list)


class ViewsSchema(Strict):
    """The document `core.views`, in the order in which the views are shown."""

    views = fields.List(fields.Nested(ViewSchema), required=True, validate=Size(0, 100))


def check_views(body: Mapping[str, Any]) -> None:
    """Refuse a key that is there twice."""
    keys = [view["key"] for view in body["views"]]
    doubled = [place for place, key in enumerate(keys) if key in keys[:place]]
    if doubled:
        raise Invalid(refusals=[Refusal(f"views.{p}.key", say("{key} is there twice.", key=keys[p])) for p in doubled])
