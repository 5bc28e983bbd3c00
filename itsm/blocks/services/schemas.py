"""Services as part of a desk's configuration."""

from itsm.core.schemas import Key, LabelField, Strict, YesNo


class TreeEntry(Strict):
    """One service; `parent` is the key of another."""

    key = Key(required=True)
    label = LabelField(required=True)
    parent = Key(load_default=None, allow_none=True)
    active = YesNo(load_default=True)
