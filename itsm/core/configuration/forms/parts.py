"""What a field of a document's schema is on a form: one input, a group of inputs, or a list of groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from marshmallow import Schema, fields, missing, validate

from itsm.core.schemas import Body

PartKind = Literal[
    "line", "text", "number", "yes_no", "choice", "several", "lines", "free", "group", "named", "list", "conditions"
]
FIRST = ("key", "name", "rank", "id", "value", "label")  # what names an entry comes before what it says
MOST_NAMED = 12


@dataclass(slots=True)
class Part:
    """One part of a form, in the reader's language. name: its place in the body, `choices.0.label.en`.

    kind: `lines` are texts, one a line; `free` is a piece of YAML; `group` and `named` hold parts; `list` holds groups
    that may be added, removed and moved; `conditions` is no, yes, or a list of conditions.
    text, chosen: what stands in it. most: how many characters it takes. more: few need it. usual: nobody changed it.
    """

    name: str
    label: str
    kind: PartKind
    help: str = ""
    required: bool = False
    text: str = ""
    chosen: Sequence[str] = ()
    options: Sequence[tuple[str, str]] = ()
    most: int = 1000
    more: bool = False
    usual: bool = False
    parts: list["Part"] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_filled(self) -> bool:
        """Whether somebody put something in, or it was refused."""
        if self.usual:
            return bool(self.errors)
        chosen = [one for one in self.chosen if one and (self.kind, one) != ("conditions", "no")]
        own = bool(self.text or chosen or self.errors) if self.kind != "list" else bool(self.parts or self.errors)
        return own or any(part.is_filled for part in self.parts)


class Unread(str):
    """What somebody typed as a piece of YAML and what is none: it goes back into the form as it is."""

    __slots__ = ()


def fields_in_order(schema: Schema) -> Mapping[str, Any]:
    """The fields of a schema, those first that name an entry."""
    declared: Mapping[str, Any] = schema.fields
    place = {name: number for number, name in enumerate(FIRST)}
    return dict(sorted(declared.items(), key=lambda item: place.get(item[0], len(FIRST))))


def kind_of(declared: Any) -> PartKind:
    """What a field is on a form; one whose shape says too little is a piece of YAML."""
    if isinstance(declared, fields.Nested):
        return "list" if declared.many else "group"
    if isinstance(declared, fields.List):
        return _kind_of_list(declared)
    if isinstance(declared, fields.Dict):
        return "named" if names_of(declared) and declared.value_field is not None else "free"
    if getattr(declared, "conditions", None) is not None:
        return "conditions"
    if isinstance(declared, fields.Boolean):
        return "yes_no"
    if words_of(declared) or "offers" in declared.metadata:
        return "choice"
    if isinstance(declared, fields.Number):
        return "number"
    if isinstance(declared, fields.String):
        return "text" if isinstance(declared, Body) else "line"
    return "free"


def _kind_of_list(declared: fields.List[Any]) -> PartKind:
    inner: Any = declared.inner
    if isinstance(inner, fields.Nested):
        return "list"
    if words_of(inner) or "offers" in declared.metadata:
        return "several"
    return "lines" if isinstance(inner, fields.String | fields.Number) else "free"


def schema_of(declared: Any) -> Schema:
    """The schema of a group, or of each entry of a list."""
    inner: Any = declared.inner if isinstance(declared, fields.List) else declared
    conditions = getattr(declared, "conditions", None)
    found: Schema = conditions() if conditions is not None else inner.schema
    return found


def words_of(declared: Any) -> Sequence[str]:
    """The words of which a text must be one; () where any will do."""
    for rule in declared.validators:
        if isinstance(rule, validate.OneOf):
            return [str(word) for word in rule.choices]
    return ()


def names_of(declared: fields.Dict) -> Sequence[str]:
    """The names that a mapping may have, such as languages or weekdays; () for any, or for too many for a form."""
    names = words_of(declared.key_field) if declared.key_field is not None else ()
    return names if len(names) <= MOST_NAMED else ()


def default_of(declared: Any) -> Any:
    """What stands in a new entry: None where nothing does."""
    given = declared.load_default() if callable(declared.load_default) else declared.load_default
    return None if given is missing else given


def longest(declared: Any) -> int:
    """How many characters an input takes."""
    sizes = [rule.max for rule in declared.validators if isinstance(rule, validate.Length) and rule.max]
    return min([*sizes, 100_000])
