"""The pure part of access: secrets, what a sign-in still lacks, where a caller sits."""

from itsm.core.access.rules.callers import caller_network, device_of, is_within
from itsm.core.access.rules.codes import (
    new_code_secret,
    new_recovery_codes,
    plain_recovery_code,
    provisioning,
    seal,
    step_of,
    unseal,
)
from itsm.core.access.rules.passwords import one_time_password, weakness
from itsm.core.access.rules.secrets import TOKEN_PREFIX, hash_secret, narrowed, new_secret
from itsm.core.access.rules.stages import PASSKEY, SignInRules, Stage, is_strong, next_stage

__all__ = [
    "PASSKEY", "TOKEN_PREFIX", "SignInRules", "Stage", "caller_network", "device_of", "hash_secret", "is_strong",
    "is_within", "narrowed", "new_code_secret", "new_recovery_codes", "new_secret", "next_stage", "one_time_password",
    "plain_recovery_code", "provisioning", "seal", "step_of", "unseal", "weakness",
]  # fmt: skip
