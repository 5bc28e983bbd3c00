"""The document `answers.around`."""

from itsm.blocks.answers.schemas import AroundSchema, check_around
from itsm.core.hookspecs.declarations import DocumentType

NAME = "answers.around"
EXAMPLE = """language: ru
around:
- salutation: {en: 'Hello {{requester}},', ru: 'Здравствуйте, {{requester}}!'}
  signature: {en: "Kind regards\\n{{agent}}", ru: "С уважением,\\n{{agent}}"}
- group: l2          # this group and those below it
  salutation: {en: 'Hello {{requester}},', ru: 'Здравствуйте, {{requester}}!'}
  signature: {en: "{{agent}}, second line", ru: "{{agent}}, вторая линия"}
"""
AROUND = DocumentType(
    NAME,
    {"en": "Salutation and signature", "ru": "Приветствие и подпись"},
    AroundSchema,
    {"language": "en", "around": []},
    check=check_around,
    order=70,
    example=EXAMPLE,
)
