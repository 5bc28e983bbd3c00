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
    actor_of_person,
    actor_of_session,
    actor_of_token,
    find_by_session,
    find_by_token,
    note_use,
)
from itsm.core.access.verbs.attempts import begin_attempt, forgive_attempts
from itsm.core.access.verbs.codes import (
    add_codes,
    codes_of,
    note_refusal,
    offer_codes,
    offered_secret,
    recovery_codes_left,
    remove_codes,
    renew_recovery_codes,
    reset_factors,
    use_code,
    use_recovery_code,
)
from itsm.core.access.verbs.identities import identities_of, link_identity, person_of_identity, unlink_identity
from itsm.core.access.verbs.origins import settle_roles
from itsm.core.access.verbs.passkeys import (
    NewKey,
    add_passkey,
    passkey_by,
    passkeys_of,
    remove_passkey,
    spend,
    use_passkey,
)
from itsm.core.access.verbs.passwords import (
    accepted_password,
    change_password,
    end_tokens,
    give_password,
    person_and_login,
)
from itsm.core.access.verbs.policy import has_factor, is_obliged, sign_in_rules
from itsm.core.access.verbs.roles import (
    BUNDLED,
    find_role,
    grant_defaults,
    grant_role,
    grants_of,
    history_of_role,
    holders_of,
    list_roles,
    people_who_may,
    remove_role,
    revoke_role,
    role_labels,
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
from itsm.core.access.verbs.tokens import HeldToken, add_token, list_tokens, own_tokens, revoke_token, tokens_of

__all__ = [
    "BUNDLED", "Entry", "Found", "HeldToken", "NewKey", "Proof", "accepted_password", "account_of", "actor_of_person",
    "actor_of_session", "actor_of_token", "add_account", "add_codes", "add_passkey", "add_token", "advance",
    "begin_attempt", "change_password", "check_password", "codes_of", "disable_account", "enable_account",
    "end_session", "end_sessions", "end_tokens", "entry_of", "find_by_session", "find_by_token", "find_role",
    "forgive_attempts", "give_password", "grant_defaults", "grant_role", "grants_of", "has_factor", "history_of_role",
    "holders_of", "identities_of", "is_obliged", "link_identity", "list_roles", "list_sessions", "list_tokens",
    "note_refusal", "note_use", "offer_codes", "offered_secret", "open_session", "own_login", "own_tokens",
    "passkey_by", "passkeys_of", "people_who_may", "person_and_login", "person_of_identity", "person_of_login",
    "recovery_codes_left", "remove_codes", "remove_passkey", "remove_role", "renew_recovery_codes", "reset_factors",
    "revoke_role", "revoke_token", "role_labels", "save_role", "settle_roles", "sign_in", "sign_in_as", "sign_in_rules",
    "sign_out", "spend", "standing_of", "tokens_of", "unlink_identity", "use_code", "use_passkey", "use_recovery_code",
]  # fmt: skip
