"""The providers in force, each with what it told of itself, kept for a while in this process."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any

from itsm.blocks.oidc.errors import UnknownKey
from itsm.blocks.oidc.rules import Provider, parse_provider
from itsm.blocks.oidc.settings import NAME
from itsm.core.configuration.verbs import parsed_document
from itsm.core.errors import Unknown
from itsm.core.hookspecs.registry import Registry
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

FRESH = timedelta(hours=1)
# A token may be signed with a key that is minutes old; who makes up keys shall not make us ask all the time.
PAUSE = timedelta(seconds=30)


def outside() -> ModuleType:
    """What speaks with providers; it takes a quarter of a second to load, and most desks have no provider."""
    return import_module("itsm.blocks.oidc.outside")


class Party:
    """One provider. What it says of itself and its keys are asked for at need, and again after `FRESH`."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._metadata: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, Any] | None = None

    def metadata(self, http: Any, now: datetime) -> Mapping[str, Any]:
        """Its discovery document."""
        held = self._metadata
        if held is None or now - held[0] > FRESH:
            held = self._metadata = (now, outside().discover(http, self.provider.issuer))
        return held[1]

    def read(self, http: Any, tokens: Any, *, nonce: str, now: datetime) -> Mapping[str, Any]:
        """The claims of an ID token; keys that are not known yet are asked for once."""
        asked = {"issuer": self.provider.issuer, "client_id": self.provider.client_id, "nonce": nonce, "now": now}
        held = self._keys
        if held is None or now - held[0] > FRESH:
            held = self._fetch(http, now)
        try:
            found: Mapping[str, Any] = outside().read_token(tokens, held[1], **asked)
        except UnknownKey:
            if now - held[0] < PAUSE:
                raise
            found = outside().read_token(tokens, self._fetch(http, now)[1], **asked)
        return found

    def _fetch(self, http: Any, now: datetime) -> tuple[datetime, Any]:
        self._keys = fetched = (now, outside().fetch_keys(http, self.metadata(http, now)))
        return fetched


def list_parties(uow: UnitOfWork) -> Sequence[Party]:
    """All providers of the document, in its order."""

    def parse(body: Mapping[str, Any]) -> Sequence[Party]:
        return [Party(parse_provider(entry)) for entry in body["providers"]]

    return parsed_document(uow, NAME, parse)[1]


def party_of(uow: UnitOfWork, key: str) -> Party:
    """One provider; raises `Unknown`."""
    found = next((party for party in list_parties(uow) if party.provider.key == key), None)
    if found is None:
        raise Unknown(say("There is no such way to sign in."))
    return found


def secret_of(registry: Registry, provider: Provider) -> str:
    """The client's secret at this provider; '' for a public client."""
    found: str = registry.settings["oidc"]["secrets"].get(provider.key, "")
    return found
