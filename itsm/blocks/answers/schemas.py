"""What an answer, a macro and the document `answers.around` hold: read from forms, from files and for the database."""

import math
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates

from itsm.blocks.answers.rules import OWN_VALUES, SHORTCUTS, VOCABULARY
from itsm.core.errors import Invalid, Refusal
from itsm.core.filling import template_fault
from itsm.core.schemas import MAX_ID, Among, Body, Key, LabelField, Line, Size, Strict, YesNo
from itsm.core.texts import LOCALES, say

HELP = say("Markdown. What it may name stands below.")
LONGEST = 20_000


class Template(Body):
    """A text with names of the vocabulary."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if fault := template_fault(text, VOCABULARY):
            raise ValidationError([fault])
        return text


class Plain(fields.Field[Any]):
    """What a macro sets: a text, a number, yes or no, or a list of texts."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        number = isinstance(value, int | float) and math.isfinite(value) and abs(value) <= MAX_ID
        texts = value if isinstance(value, list) and len(value) <= 50 else [value]
        if isinstance(value, bool) or number or all(isinstance(one, str) and 0 < len(one) <= 500 for one in texts):
            return value
        raise ValidationError([say("Give a text, a number, true or false, or a list of texts.")])


def _texts(longest: int, **more: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=Among(LOCALES)), values=Template(longest, blank=False), validate=Size(0, 2), **more
    )


class ReadySchema(Strict):
    """What answers and macros have in common. group: its key, none for everybody's."""

    key = Key(required=True)
    label = LabelField(required=True)
    group = Key(load_default=None, allow_none=True)
    kinds = fields.List(Key(), load_default=list, validate=Size(0, 50), metadata={"offers": "kinds", "more": True})


class AnswerSchema(ReadySchema):
    """A text. purpose: `reply`, `note`, or the long text of a ticket that it is for, such as `incidents.solution`."""

    purpose = Line(80, load_default="reply", metadata={
        "label": say("Used as"), "offers": "answers.purposes", "at_first": "reply"})  # fmt: skip
    text = _texts(LONGEST, required=True, metadata={"label": say("Text"), "help": HELP})
    topics = fields.List(Key(), load_default=list, validate=Size(0, 200), metadata={
        "label": say("Offered first for these topics"), "offers": "topics", "more": True})  # fmt: skip

    @validates("text")
    def _some(self, value: Mapping[str, str], **_: Any) -> None:
        if not value:
            raise ValidationError([say("Write it in one language at least.")])


class MacroSchema(ReadySchema):
    """Several acts: take it, reply, note, set values, tags, watch it, and a step with values; texts come from answers.

    texts: long text of the ticket → key of an answer.
    """

    shortcut = fields.String(
        load_default="", validate=Among(("", *SHORTCUTS)), metadata={"label": say("Capital letter that opens it")}
    )
    take = YesNo(load_default=False, metadata={"label": say("Take the ticket, if nobody has it")})
    reply = Line(60, blank=True, load_default="", metadata={
        "label": say("Reply with this answer"), "offers": "answers.reply"})  # fmt: skip
    note = Line(60, blank=True, load_default="", metadata={
        "label": say("Internal note with this answer"), "offers": "answers.note"})  # fmt: skip
    transition = Line(60, blank=True, load_default="", metadata={
        "label": say("Step"), "offers": "answers.steps"})  # fmt: skip
    set = fields.Dict(
        keys=Line(80),
        values=Plain(),
        load_default=dict,
        validate=Size(0, 30),
        metadata={
            "label": say("Values"),
            "help": say("A name, a colon and a value a line; the names stand below."),
        },
    )
    texts = fields.Dict(
        keys=Line(80),
        values=Key(),
        load_default=dict,
        validate=Size(0, 10),
        metadata={
            "label": say("Texts from answers"),
            "help": say("The name of a long text, a colon and the key of an answer a line; the names stand below."),
        },
    )
    tags = fields.List(Line(60), load_default=list, validate=Size(0, 20), metadata={"label": say("Tags")})
    watch = YesNo(load_default=False, metadata={"label": say("Watch it"), "more": True})  # fmt: skip

    @validates("set")
    def _known(self, value: Mapping[str, Any], **_: Any) -> None:
        if wrong := [name for name in value if name not in OWN_VALUES and "." not in name]:
            known = ", ".join(OWN_VALUES)
            raise ValidationError([say("{name} is nothing that a macro sets; it sets {known} and fields.",
                                       name=wrong[0], known=known)])  # fmt: skip


class AroundEntry(Strict):
    """What stands around replies on tickets of a group and those below it; without a group, on all others."""

    group = Key(load_default=None, allow_none=True, metadata={"label": say("Group"), "offers": "groups"})
    salutation = _texts(1000, load_default=dict, metadata={"label": say("Salutation")})
    signature = _texts(1000, load_default=dict, metadata={"label": say("Signature")})


class AroundSchema(Strict):
    """The document `answers.around`. language: for tickets of nobody whose language is known."""

    language = fields.String(load_default="en", validate=Among(LOCALES), metadata={
        "label": say("Language where the requester has none")})  # fmt: skip
    around = fields.List(fields.Nested(AroundEntry), load_default=list, validate=Size(0, 300), metadata={
        "label": say("Salutations and signatures")})  # fmt: skip


def check_around(body: Mapping[str, Any]) -> None:
    """Refuse a group that is there twice."""
    groups = [entry["group"] for entry in body["around"]]
    doubled = [place for place, group in enumerate(groups) if group in groups[:place]]
    if doubled:
        why = "{key} is there twice."
        raise Invalid(refusals=[Refusal(f"around.{p}.group", say(why, key=groups[p] or "–")) for p in doubled])


SCHEMAS: Mapping[str, type[ReadySchema]] = {"answer": AnswerSchema, "macro": MacroSchema}
