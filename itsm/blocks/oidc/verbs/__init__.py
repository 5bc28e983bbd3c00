"""Providers in force, the way to one and back, and who comes in."""

from itsm.blocks.oidc.verbs.journey import Journey, arrive, begin, leave
from itsm.blocks.oidc.verbs.people import come_in, link_to
from itsm.blocks.oidc.verbs.providers import Party, list_parties, party_of, secret_of

__all__ = [
    "Journey", "Party", "arrive", "begin", "come_in", "leave", "link_to", "list_parties", "party_of", "secret_of",
]  # fmt: skip
