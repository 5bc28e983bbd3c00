"""The pages of people, organisations and groups: find, look, change, merge; and what waits to be settled."""

from itsm.core.people.pages import edit as _edit
from itsm.core.people.pages import find as _find
from itsm.core.people.pages import merge as _merge
from itsm.core.people.pages import teams as _teams
from itsm.core.people.pages import view as _view
from itsm.core.people.pages.blueprint import pages

__all__ = ["pages"]

_ROOMS = (_find, _view, _edit, _teams, _merge)  # importing them adds their routes
