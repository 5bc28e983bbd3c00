"""A provider that can be made to lie: a strict one by default, over real HTTP, with every claim in the test's hand."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from werkzeug.serving import make_server
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

CLIENT, SECRET = "service-desk", "s3cret/with+signs"


@dataclass
class Lying:
    """An OpenID provider. claims: of who signs in. overrides: what the ID token says instead of the truth (None: leaves
    out). discovery: likewise of the discovery document. sign: makes the token of the claims."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    keys: list[RSAKey] = field(default_factory=list)
    sign: Callable[["Lying", dict[str, Any]], str] | None = None
    iss: str | None = None
    error: str = ""
    clock: Callable[[], float] = lambda: 0.0
    asked: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return self.address

    def __call__(self, environ: Any, start: Any) -> Iterable[bytes]:
        request = Request(environ)
        self.calls.append(request.path)
        pages = {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self._authorize,
            "/token": self._token,
            "/jwks": lambda _: KeySet(self.keys).as_dict(private=False),
            "/userinfo": self._userinfo,
        }
        answer = pages[request.path](request)
        if not isinstance(answer, Response):
            answer = Response(json.dumps(answer), content_type="application/json")
        return answer(environ, start)

    def _discovery(self, _: Request) -> dict[str, Any]:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "end_session_endpoint": f"{self.address}/end",
        }
        return {**told, **self.discovery}

    def _authorize(self, request: Request) -> Response:
        """Whoever comes is signed in at once."""
        asked = request.args.to_dict()
        self.asked.append(asked)
        answer = {"state": asked["state"]}
        if self.error:
            answer["error"] = self.error
        else:
            code = f"code-{len(self.asked)}"
            self.codes[code] = asked
            answer["code"] = code
        if self.iss is not None:
            answer["iss"] = self.iss
        return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")  # type: ignore[return-value]

    def _token(self, request: Request) -> dict[str, Any] | Response:
        """A code is good once, for who knows the secret and the verifier."""
        asked = self.codes.pop(request.form.get("code", ""), None)
        user = base64.b64decode(request.headers.get("Authorization", "").partition(" ")[2]).decode()
        if user != f"{CLIENT}:s3cret%2Fwith%2Bsigns":
            return Response('{"error": "invalid_client"}', 401, content_type="application/json")
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != request.form["redirect_uri"]
        ):
            return Response('{"error": "invalid_grant"}', 400, content_type="application/json")
        now = int(self.clock())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.claims | self.overrides
        told = {name: value for name, value in claims.items() if value is not None}
        return {"id_token": (self.sign or signed)(self, told), "access_token": "access", "token_type": "Bearer"}

    def _userinfo(self, request: Request) -> dict[str, Any]:
        assert request.headers["Authorization"] == "Bearer access"
        return {"sub": self.claims["sub"], **self.more}


def signed(provider: Lying, claims: dict[str, Any]) -> str:
    """As it should be: with the newest key, named in the header."""
    key = provider.keys[-1]
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def unsigned(_: Lying, claims: dict[str, Any]) -> str:
    """`alg: none`."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)
    ]
    return ".".join([*parts, ""])


def by_public_key(provider: Lying, claims: dict[str, Any]) -> str:
    """`HS256` with the public key as its secret: who confuses the two takes it for true."""
    public = provider.keys[-1].as_pem(private=False)
    return jwt.encode(
        {"alg": "HS256", "kid": provider.keys[-1].kid}, claims, OctKey.import_key(public), algorithms=["HS256"]
    )


def by_client_secret(provider: Lying, claims: dict[str, Any]) -> str:
    """`HS256` with the secret of the client."""
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


def by_stranger(provider: Lying, claims: dict[str, Any]) -> str:
    """A key of somebody else under the name of the true one."""
    key = RSAKey.generate_key(2048, {"kid": provider.keys[-1].kid})
    return jwt.encode({"alg": "RS256", "kid": provider.keys[-1].kid}, claims, key)


def spoilt(provider: Lying, claims: dict[str, Any]) -> str:
    """One claim changed after signing."""
    head, _, tail = signed(provider, claims).split(".")
    body = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "somebody else"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{tail}"


@contextmanager
def running(provider: Lying) -> Iterator[Lying]:
    """Serve it from a thread."""
    server = make_server("127.0.0.1", 0, provider, threaded=True)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, name="provider")
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
