"""What can be done with rule lists: check them, run them, try them, say why."""

from itsm.blocks.rules.verbs.check import READ_AS, check_rules, list_type, list_types, readable_fields
from itsm.blocks.rules.verbs.lists import Trace, compiled, rules_in_force, run_rules, trace, trace_of
from itsm.blocks.rules.verbs.trial import document_of, try_rules

__all__ = [
    "READ_AS", "Trace", "check_rules", "compiled", "document_of", "list_type", "list_types", "readable_fields",
    "rules_in_force", "run_rules", "trace", "trace_of", "try_rules",
]  # fmt: skip
