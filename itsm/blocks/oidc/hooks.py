"""The table of contents of signing in through OpenID Connect."""

from collections.abc import Sequence

from itsm.blocks.oidc.documents import providers_document
from itsm.blocks.oidc.pages import buttons, connecting, leaving, pages
from itsm.blocks.oidc.settings import OidcSettings
from itsm.core.hookspecs.declarations import DocumentType, Routes, SignInMethod
from itsm.core.hookspecs.marks import hook


@hook
def register_documents() -> Sequence[DocumentType]:
    return (providers_document(),)


@hook
def register_settings() -> type | None:
    return OidcSettings


@hook
def register_sign_in() -> Sequence[SignInMethod]:
    return (SignInMethod("oidc", 50, buttons, connect=connecting, leave=leaving),)


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages, at=""),)
