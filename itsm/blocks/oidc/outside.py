"""Speak with a provider: discovery, its keys, the code for an ID token, what the token says.

Loaded by name (see `verbs`): what reads signatures takes a quarter of a second, which desks without a provider need not
pay. No sentence of an error that is raised here holds a code, a token or a secret.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests import RequestException, Response, Session
from requests.auth import HTTPBasicAuth

from itsm.blocks.oidc.errors import ProviderAway, UnknownKey, Untrue
from itsm.blocks.oidc.rules import LONGEST_SUBJECT

# Signed with a key that only the provider has. Never `none`; never HS…, whose key would be what everybody can read.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY = 60
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Code(NamedTuple):
    """What came back from the provider, and what belongs to it on this side."""

    code: str
    redirect_uri: str
    verifier: str
    nonce: str


class Tokens(NamedTuple):
    """What the provider gave for a code."""

    id_token: str
    access_token: str


def discover(http: Session, issuer: str) -> Mapping[str, Any]:
    """What the provider says of itself; it must call itself exactly so."""
    found = _json(http, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise Untrue(f"discovery says that the issuer is {found.get('issuer')!r}, not {issuer!r}")
    for name in NEEDED:
        if not _is_address(found.get(name), issuer):
            raise Untrue(f"discovery has no usable {name}: {found.get(name)!r}")
    return found


def _is_address(value: Any, issuer: str) -> bool:
    """https, or http where the issuer itself has nothing better."""
    return isinstance(value, str) and urlsplit(value).scheme in ("https", urlsplit(issuer).scheme)


def fetch_keys(http: Session, metadata: Mapping[str, Any]) -> KeySet:
    """The keys that the provider signs with now."""
    try:
        found = _json(http, metadata["jwks_uri"])
        return KeySet.import_key_set({"keys": [key for key in found.get("keys", ()) if key.get("kty") != "oct"]})
    except (JoseError, AttributeError, TypeError, ValueError, KeyError) as error:
        raise Untrue(f"its keys cannot be read: {type(error).__name__}") from error


def exchange(http: Session, metadata: Mapping[str, Any], client_id: str, secret: str, code: Code) -> Tokens:
    """The tokens for a code. Without a secret the client is a public one, and PKCE alone proves who asks."""
    form = {
        "grant_type": "authorization_code", "code": code.code, "redirect_uri": code.redirect_uri,
        "code_verifier": code.verifier, "client_id": client_id,
    }  # fmt: skip
    auth = None
    if secret and "client_secret_basic" in metadata.get(
        "token_endpoint_auth_methods_supported", ["client_secret_basic"]
    ):
        auth = HTTPBasicAuth(quote(client_id, safe=""), quote(secret, safe=""))
        del form["client_id"]
    elif secret:
        form["client_secret"] = secret
    try:
        answer = http.post(metadata["token_endpoint"], data=form, auth=auth, allow_redirects=False)
    except RequestException as error:
        raise ProviderAway(f"the token endpoint: {type(error).__name__}") from error
    found = _body(answer, "the token endpoint")
    id_token, access_token = found.get("id_token"), found.get("access_token")
    if not isinstance(id_token, str):
        raise Untrue("the token endpoint gave no ID token")
    return Tokens(id_token, access_token if isinstance(access_token, str) else "")


def read_token(
    tokens: Tokens, keys: KeySet, *, issuer: str, client_id: str, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """The claims of an ID token that is signed by this provider, for this client, for this sign-in, and fresh.

    Raises `UnknownKey` when it is signed with a key that is not among `keys`, else `Untrue`.
    """
    try:
        token = jwt.decode(tokens.id_token, keys, algorithms=list(ALGORITHMS))
        claims = token.claims
        _times(int(now.timestamp())).validate(claims)
    except InvalidKeyIdError as error:
        raise UnknownKey("the ID token is signed with a key that the provider does not publish") from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Untrue(
            f"the ID token does not hold: {type(error).__name__}: {getattr(error, 'description', '')}"
        ) from error
    _about_us(claims, issuer, client_id, nonce)
    return claims


def _times(now: int) -> jwt.JWTClaimsRegistry:
    """Expired, not yet valid, issued long ago or in the future; a token without these is none."""
    needed: Any = {"essential": True}
    return jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY, exp=needed, iat=needed, sub=needed)


def _about_us(claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> None:
    """Of this issuer, for us, for this sign-in."""
    if claims.get("iss") != issuer:
        raise Untrue(f"the ID token is of {claims.get('iss')!r}")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    if client_id not in audiences:
        raise Untrue("the ID token is for another client")
    party = claims.get("azp")
    if party is None and len(audiences) > 1:
        raise Untrue("the ID token is for several clients and does not say for which")
    if party is not None and party != client_id:
        raise Untrue("the ID token was given to another client")
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise Untrue("the ID token is of another sign-in")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise Untrue("the ID token names nobody")


def fetch_more(http: Session, metadata: Mapping[str, Any], tokens: Tokens, subject: str) -> Mapping[str, Any]:
    """What the provider tells of the same person beside the ID token; {} where it offers nothing."""
    if not tokens.access_token or not _is_address(metadata.get("userinfo_endpoint"), str(metadata.get("issuer"))):
        return {}
    found = _json(http, metadata["userinfo_endpoint"], {"Authorization": f"Bearer {tokens.access_token}"})
    if found.get("sub") != subject:
        raise Untrue("the user info is about somebody else")
    return found


def _json(http: Session, url: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    try:
        answer = http.get(url, headers=dict(headers or {}), allow_redirects=False)
    except RequestException as error:
        raise ProviderAway(f"{_host(url)}: {_reason(error)}") from error
    return _body(answer, _host(url))


def _body(answer: Response, whose: str) -> Mapping[str, Any]:
    if answer.status_code != 200:
        raise ProviderAway(f"{whose} answers {answer.status_code}{_named_error(answer)}")
    try:
        found = answer.json()
    except ValueError as error:
        raise Untrue(f"{whose} does not answer in JSON") from error
    if not isinstance(found, dict):
        raise Untrue(f"{whose} answers something else than an object")
    return found


def _named_error(answer: Response) -> str:
    """The error's code of OAuth, such as invalid_client; nothing else of the answer is told on."""
    try:
        code = answer.json().get("error")
    except (ValueError, AttributeError):
        return ""
    known: Sequence[str] = (
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "invalid_scope",
    )
    return f" ({code})" if code in known else ""


def _reason(error: RequestException) -> str:
    """Why a request failed. Its address holds nothing secret here, but a whole message may be long."""
    return f"{type(error).__name__}: {str(error)[:200]}"


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"
