"""The document of a list, and what trying it out tells: what is wrong with it as a whole, what it would change."""

from collections.abc import Mapping, Sequence
from typing import Any

from itsm.blocks.rules.hookspecs import RuleListType
from itsm.blocks.rules.rules.findings import findings
from itsm.blocks.rules.schemas import RulesSchema, check_keys
from itsm.blocks.rules.verbs.check import check_rules, list_type
from itsm.blocks.rules.verbs.lists import compiled, rules_in_force
from itsm.core.hookspecs.declarations import DocumentType, Finding
from itsm.core.work.uow import UnitOfWork

ORDER = 200


def document_of(declared: RuleListType) -> DocumentType:
    """A list as the configuration document `rules.<list>`, empty as shipped. Rules name teams, services and fields,
    so they come after these."""
    name = declared.name
    label = {
        "en": f"Rules: {declared.label.get('en', name)}",
        "ru": f"Правила: {declared.label.get('ru', name)}",
    }
    return DocumentType(
        f"rules.{name}",
        label,
        RulesSchema,
        {"rules": []},
        check=check_keys,
        check_desk=lambda uow, body: check_rules(uow, name, body),
        try_out=lambda uow, body: try_rules(uow, name=name, body=body),
        order=ORDER,
        example=declared.example,
    )


def try_rules(uow: UnitOfWork, *, name: str, body: Mapping[str, Any]) -> Sequence[Finding]:
    """What is found in a checked body without running it, then what it would have done otherwise with the past."""
    declared, new = list_type(uow, name), compiled(uow, name, body)
    told = declared.try_out(uow, new, rules_in_force(uow, name)) if declared.try_out is not None else ()
    return [*findings(new), *told]
