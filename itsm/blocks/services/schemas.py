"""Services as part of a desk's configuration."""

from marshmallow import fields

from itsm.core.schemas import Key, LabelField, Size, Strict, YesNo


class TreeEntry(Strict):
    """One service; `parent` is the key of another, `solved_by` are keys of groups; without them its parent's count."""

    key = Key(required=True)
    label = LabelField(required=True)
    parent = Key(load_default=None, allow_none=True)
    active = YesNo(load_default=True)
    solved_by = fields.List(Key(), load_default=list, validate=Size(0, 200))
