"""The pages of people, organisations and groups: find, look, change, merge; and what waits to be settled."""

import itsm.core.people.pages.edit
import itsm.core.people.pages.find
import itsm.core.people.pages.merge
import itsm.core.people.pages.teams
import itsm.core.people.pages.view  # noqa: F401  (each brings its views)
from itsm.core.people.pages.blueprint import pages

__all__ = ["pages"]
