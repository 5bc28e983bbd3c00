"""Passwords: compared, kept as argon2 hashes, hashed anew when the parameters grow."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()
# The hash of a random password that nobody knows; made beforehand, for making one costs a tenth of a second.
NO_ONE = "$argon2id$v=19$m=65536,t=3,p=4$ijyPHEZ7g2DbTKvNwXnUyg$H5hUnn0HmNRcQcAT62YzrJqeX/mAbXnqywnYqCz1jYQ"


def hash_password(password: str) -> str:
    """What is stored; a password typed on another keyboard may come composed otherwise."""
    return HASHER.hash(_composed(password))


def matches(hashed: str, password: str) -> bool:
    """Whether this is the password. Without a hash it is compared too, so that time does not tell who has one."""
    try:
        return HASHER.verify(hashed or NO_ONE, _composed(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Whether the hash was made with weaker parameters than those of today."""
    return HASHER.check_needs_rehash(hashed)


def _composed(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
