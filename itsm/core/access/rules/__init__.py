"""The pure part of access: secrets, what a sign-in still lacks, where a caller sits."""

from itsm.core.access.rules.callers import caller_network, device_of, is_within
from itsm.core.access.rules.secrets import TOKEN_PREFIX, hash_secret, narrowed, new_secret
from itsm.core.access.rules.stages import SignInRules, Stage, is_strong, next_stage

__all__ = [
    "TOKEN_PREFIX", "SignInRules", "Stage", "caller_network", "device_of", "hash_secret", "is_strong", "is_within",
    "narrowed", "new_secret", "next_stage",
]  # fmt: skip
