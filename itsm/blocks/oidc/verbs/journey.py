"""The way to a provider and back. It touches no table: what is known of it travels in the browser, signed."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from itsm.blocks.oidc.errors import Declined, NotOurs, Untrue
from itsm.blocks.oidc.rules import PATIENCE, Told, lacking, told_by
from itsm.blocks.oidc.verbs.providers import Party, outside


@dataclass(frozen=True, slots=True)
class Journey:
    """A sign-in that was begun in one browser. person: who links the provider to their account, 0 to sign in."""

    key: str
    state: str
    nonce: str
    verifier: str
    began: str
    following: str
    person: int = 0

    @classmethod
    def new(cls, key: str, now: datetime, following: str, person: int = 0) -> "Journey":
        """One that begins now, with secrets of its own."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(key, state, nonce, verifier, now.isoformat(), following, person)

    @classmethod
    def of(cls, held: Any) -> "Journey":
        """What the browser brought back, once its signature was found true."""
        try:
            return cls(**held)
        except TypeError as error:
            raise NotOurs("the cookie holds no journey") from error

    def packed(self) -> Mapping[str, Any]:
        """As it travels."""
        return asdict(self)

    def check(self, key: str, state: str, now: datetime) -> None:
        """Raise `NotOurs` unless it leads to this provider, is not too old, and the answer is to its question."""
        if self.key != key:
            raise NotOurs(f"it was begun with {self.key!r}, and {key!r} answers")
        if not hmac.compare_digest(self.state.encode(), state.encode()):
            raise NotOurs("the state is of another sign-in")
        if not datetime.fromisoformat(self.began) <= now <= datetime.fromisoformat(self.began) + PATIENCE:
            raise NotOurs("it was begun too long ago")


def begin(http: Any, party: Party, journey: Journey, redirect_uri: str, now: datetime, language: str) -> str:
    """The provider's address to which the browser goes; who links an account signs in there anew."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(journey.verifier.encode()).digest()).rstrip(b"=").decode()
    provider = party.provider
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes), "state": journey.state, "nonce": journey.nonce,
        "code_challenge": challenge, "code_challenge_method": "S256", "ui_locales": language,
    }  # fmt: skip
    if journey.person:
        asked["prompt"] = "login"
    place = str(party.metadata(http, now)["authorization_endpoint"])
    return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"


def leave(http: Any, party: Party, back: str, now: datetime) -> str:
    """Where one signs out of the provider; straight back where it offers nothing of the kind."""
    place = party.metadata(http, now).get("end_session_endpoint")
    if not party.provider.sign_out or not isinstance(place, str) or not place.startswith(("https:", "http:")):
        return back
    asked = {"client_id": party.provider.client_id, "post_logout_redirect_uri": back}
    return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"


def arrive(
    http: Any, party: Party, journey: Journey, answer: Mapping[str, str], redirect_uri: str, secret: str, now: datetime
) -> Told:
    """What the provider tells of who signed in there; `answer` is what the browser brought from it."""
    provider, metadata = party.provider, party.metadata(http, now)
    _check_issuer(answer.get("iss"), provider.issuer, metadata)
    if "error" in answer:
        raise Declined(f"the provider answers {answer['error'][:60]!r}")
    if not answer.get("code"):
        raise Declined("the provider gives no code")
    code = outside().Code(answer["code"], redirect_uri, journey.verifier, journey.nonce)
    tokens = outside().exchange(http, metadata, provider.client_id, secret, code)
    claims = party.read(http, tokens, nonce=journey.nonce, now=now)
    if lacking(provider, claims):
        claims = {**outside().fetch_more(http, metadata, tokens, claims["sub"]), **claims}
    return told_by(provider, claims)


def _check_issuer(given: str | None, issuer: str, metadata: Mapping[str, Any]) -> None:
    """RFC 9207: an answer names who gives it, so that no provider passes for another."""
    promised = metadata.get("authorization_response_iss_parameter_supported") is True
    if given is None and not promised:
        return
    if given != issuer:
        raise Untrue(f"the answer is of {given!r}")
