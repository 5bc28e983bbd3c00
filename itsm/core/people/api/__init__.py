"""`/api/v1/people`, `/organisations`, `/teams`: find those whom tickets name, bring in new ones, change, merge."""

from itsm.core.people.api import organisations as _organisations
from itsm.core.people.api import people as _people
from itsm.core.people.api import teams as _teams
from itsm.core.people.api.blueprint import api

__all__ = ["api"]

_ROOMS = (_people, _organisations, _teams)  # importing them adds their routes
