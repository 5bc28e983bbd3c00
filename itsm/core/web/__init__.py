"""The edges' common ground: who is asking, units of work for requests, errors as answers, words in two languages."""

from itsm.core.web.edge import act_of_request, actor, desk, needs, reading, writing
from itsm.core.web.parser import ApiBlueprint

__all__ = ["ApiBlueprint", "act_of_request", "actor", "desk", "needs", "reading", "writing"]
