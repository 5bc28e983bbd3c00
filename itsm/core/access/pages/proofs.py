"""How somebody proves who they are, at sign-in and before dangerous acts: password, code, passkey."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from flask import g, request, session
from werkzeug.exceptions import BadRequest

from itsm.core.access import verbs
from itsm.core.access.models import Passkey
from itsm.core.access.pages.blueprint import session_secret
from itsm.core.access.verbs import Entry
from itsm.core.act import Act, Actor
from itsm.core.web.edge import desk, reading, writing
from itsm.core.work.uow import UnitOfWork

CHALLENGE_FOR = timedelta(minutes=10)
LONGEST_CREDENTIAL = 20_000


def outside() -> Any:
    """The module `itsm.core.access.outside`, loaded at the first passkey: it costs a third of a second."""
    return import_module("itsm.core.access.outside")


def secret_key() -> str:
    """What secrets are sealed with."""
    return desk().settings.secret_key


def place() -> Any:
    """Where passkeys are good: the address that people type, else the one that was asked."""
    base = desk().settings.base_url.rstrip("/") or request.host_url.rstrip("/")
    scheme, _, rest = base.partition("://")
    host = rest.partition("/")[0]
    if not host:  # the Host header is none, and the desk does not say where it is
        raise BadRequest()
    return outside().Place(host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host, f"{scheme}://{host}")


def entry_here() -> Entry | None:
    """The session of this browser, whole or on its way."""
    secret = session_secret()
    if not secret:
        return None
    with reading() as uow:
        return verbs.entry_of(uow, secret)


def as_owner(person_id: int, *, write: bool = True) -> UnitOfWork:
    """A unit of work of whoever is signing in: the events are theirs, and they may nothing at all yet."""
    owner = Actor(kind="person", person_id=person_id)
    return desk().unit_of_work(Act(owner, channel="web", request_id=g.get("request_id", "")), write=write)


def keep_challenge(purpose: str, options: str, now: datetime) -> None:
    """Remember the challenge of these options in this browser's signed cookie."""
    session[f"passkey_{purpose}"] = [outside().challenge_of(options), (now + CHALLENGE_FOR).isoformat()]


def kept_challenge(purpose: str) -> tuple[str, datetime] | None:
    """(challenge, until) of the last options for this purpose."""
    kept = session.get(f"passkey_{purpose}")
    return (kept[0], datetime.fromisoformat(kept[1])) if kept else None


def spend_challenge(uow: UnitOfWork, challenge: str, until: datetime) -> bool:
    """A challenge is good once, even where the cookie is kept."""
    return verbs.spend(uow, secret=f"passkey {challenge}", until=until)


def right_password(entry: Entry, password: str) -> bool:
    """Whether this is the password of whoever the session belongs to; guesses are counted like those at sign-in."""
    where = {"login": entry.login, "address": request.remote_addr or ""}
    with writing() as uow:
        verbs.begin_attempt(uow, **where, person_id=entry.person_id)
    with reading() as uow:
        proof = verbs.check_password(uow, login=entry.login, password=password)
    if proof is None or proof.person_id != entry.person_id:
        return False
    with writing() as uow:
        verbs.forgive_attempts(uow, **where)
    return True


def right_factor(entry: Entry, *, code: str = "", credential: str = "") -> str | None:
    """Which second factor was proved: code, recovery, passkey; None for a wrong one, which its owner can see later.

    Guesses are counted apart from those of the password, which a right password would forgive.
    """
    where = {"login": f"factor {entry.login}", "address": request.remote_addr or ""}
    with writing() as uow:
        verbs.begin_attempt(uow, **where, person_id=entry.person_id)
    kind = "passkey" if credential else "code" if len(code.replace(" ", "")) == 6 else "recovery"
    with as_owner(entry.person_id) as uow:
        if kind == "passkey":
            right = passkey_shown(uow, credential, purpose="factor", person_id=entry.person_id) is not None
        elif kind == "code":
            right = verbs.use_code(uow, key=secret_key(), code=code)
        else:
            right = verbs.use_recovery_code(uow, code=code)
        if right:
            verbs.forgive_attempts(uow, **where)
        else:
            verbs.note_refusal(uow, factor=kind)
    return kind if right else None


def passkey_shown(uow: UnitOfWork, credential: str, *, purpose: str, person_id: int | None = None) -> Passkey | None:
    """The passkey that signed this browser's challenge; None for any that is wrong, used before, unknown or copied."""
    kept = kept_challenge(purpose)
    if kept is None or len(credential) > LONGEST_CREDENTIAL:
        return None
    key = verbs.passkey_by(uow, credential=outside().credential_id(credential))
    if key is None or (person_id is not None and key.person_id != person_id):
        return None
    shown = outside().checked_signature(
        credential, challenge=kept[0], place=place(), public_key=key.public_key, alone=purpose == "alone"
    )
    if shown is None or not spend_challenge(uow, *kept):
        return None
    return key if verbs.use_passkey(uow, passkey_id=key.id, counter=shown.counter) else None
