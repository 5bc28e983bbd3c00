"""Check a list against what its type declares and this desk knows, before it can be put in force."""

from collections.abc import Iterator, Mapping
from typing import Any

from itsm.blocks.rules.hookspecs import Effect, RuleListType
from itsm.blocks.rules.outside import Cel
from itsm.blocks.rules.rules.language import Call, Fault, Literal, parse, walk
from itsm.blocks.rules.rules.types import Vocabulary, check_condition
from itsm.core.errors import Invalid, Refusal, Unknown
from itsm.core.fields.verbs import clean_fields
from itsm.core.hookspecs.declarations import Field
from itsm.core.texts import Message, say
from itsm.core.work.uow import UnitOfWork

READ_AS = {
    "text": "text", "long_text": "text", "choice": "text", "date": "text", "moment": "text", "whole": "whole",
    "duration": "whole", "reference": "whole", "decimal": "decimal", "yes_no": "yes_no", "choices": "texts",
}  # fmt: skip
PYTHON: Mapping[str, tuple[type, ...]] = {
    "text": (str,), "whole": (int,), "decimal": (int, float), "yes_no": (bool,), "texts": (list,),
}  # fmt: skip


def list_types(uow: UnitOfWork) -> Mapping[str, RuleListType]:
    """All lists that anybody registered, by name."""
    return uow.registry.brought.get("register_rule_lists", {})


def list_type(uow: UnitOfWork, name: str) -> RuleListType:
    """What is declared of a list; raises `Unknown` for one that nobody registered."""
    lists = list_types(uow)
    if name not in lists:
        raise Unknown(
            say("There is no rule list {name}; there are: {known}.", name=name, known=", ".join(sorted(lists)))
        )
    return lists[name]


def readable_fields(uow: UnitOfWork, declared: RuleListType) -> Mapping[str, Field]:
    """The fields that rules of this list may read and set: those of one plain value."""
    known = uow.registry.fields_of(declared.fields) if declared.fields else {}
    return {name: field for name, field in known.items() if field.type in READ_AS}


def vocabulary_of(uow: UnitOfWork, declared: RuleListType) -> Vocabulary:
    """What conditions of this list may read in this desk."""
    return Vocabulary(
        {v.name: v.type for v in declared.vocabulary},
        {name: READ_AS[field.type] for name, field in readable_fields(uow, declared).items()},
        frozenset(v.name for v in declared.vocabulary if v.folded),
    )


def check_rules(uow: UnitOfWork, name: str, body: Mapping[str, Any]) -> None:
    """Refuse conditions that cannot be and effects that this desk does not know. The place names the rule by its key
    and, in a condition, the character: `rules.vip.when:12`."""
    declared = list_type(uow, name)
    vocabulary = vocabulary_of(uow, declared)
    refusals: list[Refusal] = []
    for rule in body["rules"]:
        place = f"rules.{rule['key']}"
        wrong = _condition_fault(rule["when"], vocabulary)
        if wrong is not None:
            refusals.append(Refusal(f"{place}.when:{wrong.at}" if wrong.at else f"{place}.when", wrong.message))
        refusals += [Refusal(f"{place}.then.{name}", why) for name, why in _effect_faults(uow, declared, rule["then"])]
    if refusals:
        raise Invalid(refusals=refusals)


def _condition_fault(text: str, vocabulary: Vocabulary) -> Fault | None:
    """Ours first, for it names the place; then the engine's, for it will run them."""
    engine = Cel()
    try:
        node = parse(text)
        check_condition(node, vocabulary)
        engine.compile(text)
        for part in walk(node):
            if isinstance(part, Call) and part.function == "matches" and isinstance(part.args[0], Literal):
                engine.compile("text.matches(pattern)").execute(
                    engine.context({"text": "", "pattern": part.args[0].value})
                )
    except Fault as fault:
        return fault
    except Exception as error:  # whatever the engine raises for patterns and numbers that it does not take
        return Fault(say("The engine refuses it: {why}.", why=str(error).splitlines()[0][:200]))
    return None


def _effect_faults(uow: UnitOfWork, declared: RuleListType, then: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    effects = {effect.name: effect for effect in declared.effects}
    fields = readable_fields(uow, declared)
    for name, value in then.items():
        if name in effects:
            wrong = _wrong(uow, effects[name], value)
            if wrong is not None:
                yield name, wrong
        elif name in fields:
            for refusal in clean_fields(uow, declared.fields, {name: value})[1]:
                yield name, refusal.message
        else:
            known = ", ".join(sorted(effects))
            yield (
                name,
                say("A rule cannot set {name}; it may set: {known}, and fields by name.", name=name, known=known),
            )


def _wrong(uow: UnitOfWork, effect: Effect, value: Any) -> Message | None:
    allowed = PYTHON[effect.type]
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        return say("This must be {wanted}; it is {type}.", wanted=effect.type, type=type(value).__name__)
    return effect.check(uow, value) if effect.check is not None else None
