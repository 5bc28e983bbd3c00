"""Pages of the configuration: documents as forms and as text, their revisions."""

from itsm.core.configuration.pages import acts as _acts
from itsm.core.configuration.pages import documents as _documents
from itsm.core.configuration.pages import forms as _forms
from itsm.core.configuration.pages import whole as _whole
from itsm.core.configuration.pages.blueprint import pages

__all__ = ["pages"]

_ROOMS = (_documents, _whole, _forms, _acts)  # importing them adds their routes
