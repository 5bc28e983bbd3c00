"""Documents as forms: inputs made from a document's schema, and the body that a form holds."""

from itsm.core.configuration.forms.build import parts_of_body, put_refusals
from itsm.core.configuration.forms.parts import Part
from itsm.core.configuration.forms.read import altered, body_of, unread

__all__ = ["Part", "altered", "body_of", "parts_of_body", "put_refusals", "unread"]
