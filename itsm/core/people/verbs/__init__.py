"""People, organisations and teams: make, meet, change, merge, find; each has a history of its own."""

from itsm.core.people.verbs.addresses import add_address, change_address, remove_address
from itsm.core.people.verbs.common import survivor_of
from itsm.core.people.verbs.domains import new_domains
from itsm.core.people.verbs.duplicates import Duplicates, find_duplicates
from itsm.core.people.verbs.find import find_by_address, find_one, find_visible, list_provisional, suggest_people
from itsm.core.people.verbs.history import history_of, whole_history_of
from itsm.core.people.verbs.meet import Met, find_or_meet
from itsm.core.people.verbs.merge import Preview, merge_organisations, merge_people, merge_references, preview_merge
from itsm.core.people.verbs.organisations import add_contract, add_domains, add_organisation, change_organisation
from itsm.core.people.verbs.people import add_person, change_own_settings, change_person, confirm_person
from itsm.core.people.verbs.preferences import preference, set_preference
from itsm.core.people.verbs.teams import add_team, change_team, set_member

__all__ = [
    "Duplicates", "Met", "Preview", "add_address", "add_contract", "add_domains", "add_organisation", "add_person",
    "add_team", "change_address", "change_organisation", "change_own_settings", "change_person", "change_team",
    "confirm_person", "find_by_address", "find_duplicates", "find_one", "find_or_meet", "find_visible", "history_of",
    "list_provisional", "merge_organisations", "merge_people", "merge_references", "new_domains", "preference",
    "preview_merge", "remove_address", "set_member", "set_preference", "suggest_people", "survivor_of",
    "whole_history_of",
]  # fmt: skip
