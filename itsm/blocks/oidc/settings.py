"""Secrets of providers, which stand in no document; and the document with everything else."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from itsm.core.schemas import Strict

NAME = "oidc.providers"
EXAMPLE = """providers:
  - key: company
    label: {en: Company account, ru: Учётная запись компании}
    issuer: https://sso.example.org/realms/main
    client_id: service-desk
    domains: [example.org]
    make_unknown: true
    roles:
      - {group: desk-agents, role: agent}
      - {group: desk-leads, role: head, within: own}
"""


class Hidden(dict[str, str]):
    """Secrets by the key of their provider; whoever prints or logs it sees that there are some."""

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"

    __str__ = __repr__


class Secrets(fields.String):
    """`company=s3cret,other=…`"""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        found = Hidden()
        for place, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), 1):
            key, equals, secret = entry.partition("=")
            if not equals or not key.strip() or not secret.strip():
                raise ValidationError(f"entry {place} is not of the form key=secret")
            found[key.strip()] = secret.strip()
        return found


class OidcSettings(Strict):
    """`ITSM_OIDC__SECRETS`."""

    secrets = Secrets(
        load_default=Hidden,
        metadata={"help": "client secrets of OpenID Connect providers: key=secret, comma separated"},
    )
