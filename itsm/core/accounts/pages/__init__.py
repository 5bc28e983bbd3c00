"""Pages of roles, and of the account of a person."""

from itsm.core.accounts.pages import account as _account
from itsm.core.accounts.pages import matrix as _matrix
from itsm.core.accounts.pages import roles as _roles
from itsm.core.accounts.pages.blueprint import pages

__all__ = ["pages"]

_ROOMS = (_matrix, _roles, _account)  # importing them adds their routes
