"""Codes by time and recovery codes; secrets that leave memory only sealed with the desk's key."""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken

STEP = 30
# Clocks may differ by one step.
SKEW = (-1, 0, 1)
RECOVERY_CODES = 10


def seal(key: str, purpose: str, content: object, now: datetime) -> bytes:
    """Encrypted and signed with the desk's secret key, for one purpose."""
    return _box(key, purpose).encrypt_at_time(json.dumps(content).encode(), int(now.timestamp()))


def unseal(key: str, purpose: str, sealed: bytes, now: datetime, seconds: int | None = None) -> object | None:
    """What was sealed; None when it is not ours, is for something else or older than `seconds`."""
    box = _box(key, purpose)
    try:
        text = box.decrypt_at_time(sealed, seconds, int(now.timestamp())) if seconds else box.decrypt(sealed)
    except InvalidToken:
        return None
    content: object = json.loads(text)
    return content


def _box(key: str, purpose: str) -> Fernet:
    derived = hmac.new(key.encode(), f"itsm {purpose}".encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))


def new_code_secret() -> str:
    """160 bits as authenticator apps take them."""
    return pyotp.random_base32()


def provisioning(secret: str, login: str, desk: str) -> str:
    """What the picture says to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=desk)


def step_of(secret: str, code: str, now: datetime, after: int = 0) -> int | None:
    """The time step that this code is of; None for a wrong one, or one not later than the step `after`."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    present, found = int(now.timestamp()) // STEP, None
    for step in (present + skew for skew in SKEW):
        if secrets.compare_digest(pyotp.TOTP(secret).at(step * STEP), digits) and step > after:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 bits in groups of four."""
    return [_grouped(base64.b32encode(secrets.token_bytes(10)).decode().lower()) for _ in range(RECOVERY_CODES)]


def plain_recovery_code(typed: str) -> str:
    """As it was made, however it was typed."""
    return _grouped("".join(c for c in typed.lower() if c.isalnum())[:40])


def _grouped(text: str) -> str:
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))
