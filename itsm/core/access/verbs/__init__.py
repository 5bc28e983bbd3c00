"""Sign in and out, sessions, factors, accounts, roles, tokens; and who is asking."""

from itsm.core.access.verbs.accounts import (
    account_of,
    add_account,
    disable_account,
    enable_account,
    own_login,
    standing_of,
)
from itsm.core.access.verbs.actors import (
    Found,
    actor_of_session,
    actor_of_token,
    find_by_session,
    find_by_token,
    note_use,
)
from itsm.core.access.verbs.attempts import begin_attempt, forgive_attempts
from itsm.core.access.verbs.identities import identities_of, link_identity, person_of_identity, unlink_identity
from itsm.core.access.verbs.policy import has_factor, is_obliged, sign_in_rules
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
from itsm.core.access.verbs.sessions import (
    Entry,
    advance,
    end_session,
    end_sessions,
    entry_of,
    list_sessions,
    open_session,
    sign_in_as,
    sign_out,
)
from itsm.core.access.verbs.sign_in import Proof, check_password, person_of_login, sign_in
from itsm.core.access.verbs.tokens import add_token, own_tokens, revoke_token

__all__ = [
    "BUNDLED", "Entry", "Found", "Proof", "account_of", "actor_of_session", "actor_of_token", "add_account",
    "add_token", "advance", "begin_attempt", "check_password", "disable_account", "enable_account", "end_session",
    "end_sessions", "entry_of", "find_by_session", "find_by_token", "find_role", "forgive_attempts",
    "grant_defaults", "grant_role", "has_factor", "history_of_role", "holders_of", "identities_of", "is_obliged",
    "link_identity", "list_roles", "list_sessions", "note_use", "open_session", "own_login", "own_tokens",
    "people_who_may", "person_of_identity", "person_of_login", "remove_role", "revoke_role", "revoke_token",
    "save_role", "sign_in", "sign_in_as", "sign_in_rules", "sign_out", "standing_of", "unlink_identity",
]  # fmt: skip
