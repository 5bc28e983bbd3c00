"""Secrets: random, hashed at rest, compared by one look-up."""

import hashlib
import secrets
from collections.abc import Iterable

TOKEN_PREFIX = "itsm_"  # noqa: S105 (marks our tokens for secret scanners)


def new_secret(prefix: str = "") -> tuple[str, bytes]:
    """(secret, its SHA-256): 256 random bits need no slow hash, one indexed look-up finds them."""
    secret = prefix + secrets.token_urlsafe(32)
    return secret, hash_secret(secret)


def hash_secret(secret: str) -> bytes:
    """What is stored and looked up."""
    return hashlib.sha256(secret.encode()).digest()


def narrowed(permissions: Iterable[str], scopes: Iterable[str]) -> frozenset[str]:
    """A token's permissions: those of its person that its scopes name; the scope `*` names all."""
    held, wanted = frozenset(permissions), frozenset(scopes)
    if "*" in wanted:
        return held
    return wanted if "*" in held else held & wanted
