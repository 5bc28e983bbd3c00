"""Signing in and out, one's own account, its factors, sessions and tokens."""

from itsm.core.access.pages import account, sign_in
from itsm.core.access.pages.blueprint import pages

__all__ = ["account", "pages", "sign_in"]
