"""The configuration documents of people."""

from collections.abc import Sequence

from itsm.core.hookspecs.declarations import DocumentType
from itsm.core.people.schemas import PublicDomainsSchema, check_public_domains

# Where anybody may have an address, so that it says nothing of an employer.
PUBLIC_DOMAINS = (
    "aol.com", "bk.ru", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com",
    "icloud.com", "inbox.ru", "internet.ru", "list.ru", "live.com", "live.ru", "mac.com", "mail.com", "mail.ru",
    "me.com", "msn.com", "outlook.com", "pm.me", "proton.me", "protonmail.com", "rambler.ru", "ro.ru", "tutanota.com",
    "vk.com", "web.de", "xmail.ru", "ya.ru", "yahoo.com", "yandex.by", "yandex.com", "yandex.kz", "yandex.ru",
    "zoho.com",
)  # fmt: skip


def people_documents() -> Sequence[DocumentType]:
    """The list of public mail domains."""
    label = {"en": "Public mail domains", "ru": "Общедоступные почтовые домены"}
    default = {"domains": list(PUBLIC_DOMAINS)}
    return (DocumentType("core.public_domains", label, PublicDomainsSchema, default, check_public_domains),)
