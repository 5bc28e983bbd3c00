"""How addresses, domains and names are compared, and when a premium mark counts."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import idna

from itsm.core.texts import fold, lower

TYPES = ("email", "phone", "chat", "external")
LEVELS = ("group", "division", "department")
LINES = ("", "L1", "L2", "L3", "commercial", "development")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
LONGEST_DOMAIN = 253
NATIONAL = 10
SHORTEST_PHONE = 4
PHONE = re.compile(r"[\d\s()+.\-–]{4,40}\Z")
YEARS = (1900, 9000)


def address_fold(type: str, value: str) -> str:
    """The form in which an address is unique: phones by their digits (8 912… and +7 912… are one), e-mails in lower
    case with the domain in its ASCII form (почта.рф and xn--80a1acny.xn--p1ai are one), others folded."""
    if type == "email":
        local, at, host = lower(value).rpartition("@")
        return f"{local}{at}{domain_fold(host) or host}"
    if type != "phone":
        return fold(value)
    digits = re.sub(r"\D", "", value)
    if len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    return digits or fold(value)


def digits_of_phone(text: str) -> str:
    """The digits by which a phone is looked for while somebody types: with 8 for the country code 7 as well as without
    any; '' where it does not look like a phone."""
    digits = re.sub(r"\D", "", text) if PHONE.match(text.strip()) else ""
    if len(digits) == len("89120002002"):
        digits = address_fold("phone", digits)
    elif digits.startswith("8") and not text.strip().startswith("+"):
        digits = digits[1:]
    return digits if len(digits) >= SHORTEST_PHONE else ""


def is_email(value: str) -> bool:
    """Whether it has the look of an e-mail address: one @ with something on both sides, nothing blank inside."""
    local, at, host = value.strip().rpartition("@")
    return bool(local and at and host) and not re.search(r"[\s@<>]", local + host)


def domain_fold(domain: str) -> str:
    """A domain as it is compared: ASCII by IDNA 2008, where орёл.рф and орел.рф, faß.de and fass.de are two as they are
    in the DNS; '' when it is none (one word, an address of a host, …)."""
    text = lower(domain).removeprefix("@").rstrip(".")
    try:
        ascii_ = idna.encode(text, uts46=True).decode("ascii") if 0 < len(text) <= LONGEST_DOMAIN else ""
    except UnicodeError:
        return ""
    labels = ascii_.split(".")
    good = len(labels) > 1 and len(ascii_) <= LONGEST_DOMAIN and all(LABEL.match(label) for label in labels)
    return ascii_ if good and not labels[-1].isdigit() else ""


def domains_above(domain: str) -> Sequence[str]:
    """A folded domain and those it lies in, the nearest first: of mail.acme.com also acme.com."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def domain_of(email: str) -> str:
    """The folded domain of an e-mail address; '' when it has none."""
    return domain_fold(email.rpartition("@")[2]) if is_email(email) else ""


def likeness(type: str, fold_: str) -> str:
    """What two folded addresses of one person have in common although they differ: the last ten digits of a phone,
    an e-mail without its +tag, also where it stands as a chat id. '' says nothing."""
    if type == "phone":
        return f"phone:{fold_[-NATIONAL:]}" if fold_.isdigit() and len(fold_) >= NATIONAL else ""
    if type in ("email", "chat") and is_email(fold_):
        local, _, host = fold_.rpartition("@")
        return f"email:{local.partition('+')[0] or local}@{host}"
    return ""


def same_words(name_fold: str) -> str:
    """A folded name whatever the order of its words: Анна Ким and Ким Анна are one."""
    return " ".join(sorted(name_fold.split()))


def is_zone(name: str) -> bool:
    """Whether there is such a zone. Asked one by one, for the list of all is read from the disk each time (10 ms)."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_premium(marked: bool, until: datetime | None, now: datetime) -> bool:
    """Whether a premium mark counts now; one without an end counts until it is taken away."""
    return marked and (until is None or until > now)


def longer(first: datetime | None, second: datetime | None) -> datetime | None:
    """The later end of two marks; None has no end."""
    return None if first is None or second is None else max(first, second)
