"""Signing in and out, one's own account, its factors, sessions and tokens."""

from itsm.core.access.pages import account, security, sign_in, steps, tokens
from itsm.core.access.pages.blueprint import pages
from itsm.core.access.pages.confirm import confirmed

__all__ = ["account", "confirmed", "pages", "security", "sign_in", "steps", "tokens"]
