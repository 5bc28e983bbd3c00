"""Where a caller sits: the network that is throttled as one, narrowed tokens, a device by its user agent."""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network

# The first that fits wins: each browser also names the ones it descends from.
BROWSERS = (
    ("YaBrowser/", "Yandex Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python-requests/", "Python"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def caller_network(address: str) -> str:
    """The address, or the /64 of an IPv6 one: there a customer holds that many, and could take a new one each time."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return UNPRINTABLE.sub("?", address)[:60]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, 64), strict=False))


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of these networks."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return is_within(str(found.ipv4_mapped), networks)
    return any(found in ip_network(network) for network in networks)


def device_of(agent: str) -> str:
    """A user agent in a few words, such as `Firefox, Linux`; what is unknown as it calls itself."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part) or agent[:40]
