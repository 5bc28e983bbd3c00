"""Sign in and out, accounts, roles, tokens; and who is asking."""

from itsm.core.access.verbs.accounts import (
    account_of,
    add_account,
    disable_account,
    enable_account,
    own_login,
    standing_of,
)
from itsm.core.access.verbs.actors import actor_of_session, actor_of_token
from itsm.core.access.verbs.roles import (
    BUNDLED,
    find_role,
    grant_defaults,
    grant_role,
    history_of_role,
    holders_of,
    list_roles,
    people_who_may,
    remove_role,
    revoke_role,
    save_role,
)
from itsm.core.access.verbs.sign_in import SESSION_FOR, sign_in, sign_out
from itsm.core.access.verbs.tokens import add_token, own_tokens, revoke_token

__all__ = [
    "BUNDLED",
    "SESSION_FOR",
    "account_of",
    "actor_of_session",
    "actor_of_token",
    "add_account",
    "add_token",
    "disable_account",
    "enable_account",
    "find_role",
    "grant_defaults",
    "grant_role",
    "history_of_role",
    "holders_of",
    "list_roles",
    "own_login",
    "own_tokens",
    "people_who_may",
    "remove_role",
    "revoke_role",
    "revoke_token",
    "save_role",
    "sign_in",
    "sign_out",
    "standing_of",
]
