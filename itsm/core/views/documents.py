"""The document `core.views` as the core registers it."""

from itsm.core.hookspecs.declarations import DocumentType
from itsm.core.views.schemas import ViewsSchema, check_views
from itsm.core.views.verbs import DOCUMENT, check_shared

EXAMPLE = """views:
- key: critical
  label: {en: Critical and unclaimed, ru: Критические без ответственного}
  query: state_category=unfinished&priority=1&assignee=none&sort=updated_at
  roles: [agent, head]
  groups: []
"""


def views_document() -> DocumentType:
    """Views that the desk shares, for all or for some roles or groups."""
    return DocumentType(
        DOCUMENT,
        {"en": "Shared views", "ru": "Общие виды"},
        ViewsSchema,
        {"views": []},
        check=check_views,
        check_desk=check_shared,
        order=60,
        example=EXAMPLE,
    )
