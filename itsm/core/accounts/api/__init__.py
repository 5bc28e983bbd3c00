"""`/api/v1/roles`, and the accounts of people."""

from itsm.core.accounts.api import accounts as _accounts
from itsm.core.accounts.api import roles as _roles
from itsm.core.accounts.api.blueprint import api

__all__ = ["api"]

_ROOMS = (_roles, _accounts)  # importing them adds their routes
