"""The blueprint of this API."""

from itsm.core.web import ApiBlueprint

api = ApiBlueprint("accounts_api", __name__, description="Roles, and the accounts of people")
