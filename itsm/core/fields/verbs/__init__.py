"""What can be done with values of fields: check them, name what they refer to, find by them."""

from itsm.core.fields.verbs.clean import choices_of, clean_fields, fields_in_order, merged
from itsm.core.fields.verbs.files import file_of
from itsm.core.fields.verbs.filters import expression, index_expression
from itsm.core.fields.verbs.kept import rework_field
from itsm.core.fields.verbs.move import move_references
from itsm.core.fields.verbs.references import references_named, suggest_references, typed_reference
from itsm.core.fields.verbs.settle import default_of, settle_fields

__all__ = [
    "choices_of", "clean_fields", "default_of", "expression", "fields_in_order", "file_of", "index_expression",
    "merged", "move_references", "references_named", "rework_field", "settle_fields", "suggest_references",
    "typed_reference",
]  # fmt: skip
