"""Where a request may go: addresses of the open internet, and what the desk allows by name or network."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
PORTS = (80, 443, 8080, 8443)
# IPv6 addresses that carry an IPv4 one, and where in it: NAT64 (RFC 6052), 6to4 (RFC 3056), IPv4-compatible (RFC 4291).
CARRIERS = ((ip_network("64:ff9b::/96"), 0), (ip_network("2002::/16"), 80), (ip_network("::/96"), 0))
# Inside by the registries of IANA, though `is_global` of some Python versions says otherwise.
INSIDE = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "2001:20::/28", "5f00::/16")))


@dataclass(frozen=True, slots=True)
class Reach:
    """What a desk allows beside the open internet on `ports`.

    hosts: names, each with its one port or None for all; their addresses are taken on trust. networks: at any port.
    seconds, size: how long one request may take in all, and how many bytes its answer may have. ca: a file of
    certificates to trust instead of the well-known ones; empty for these.
    """

    hosts: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset(PORTS)
    seconds: float = 10.0
    size: int = 5_000_000
    ca: str = ""


def parse_allowed(text: str) -> tuple[frozenset[tuple[str, int | None]], tuple[Network, ...]]:
    """Read `idp.example.org, ci.example.org:8081, 10.1.0.0/16`; `ValueError` names the entry that is none."""
    hosts: set[tuple[str, int | None]] = set()
    networks: list[Network] = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        try:
            networks.append(ip_network(entry))
        except ValueError:
            hosts.add(_host(entry))
    return frozenset(hosts), tuple(networks)


def _host(entry: str) -> tuple[str, int | None]:
    name, colon, port = entry.partition(":")
    plain = all(part and part.replace("-", "").replace("_", "").isalnum() for part in name.split("."))
    if not plain or (colon and not port.isdecimal()):
        raise ValueError(f"{entry!r} is neither a host, host:port nor a network such as 10.1.0.0/16")
    return name_of(name), int(port) if colon else None


def name_of(host: str) -> str:
    """A host as it is compared: lower case, without the dot at its end."""
    return host.rstrip(".").casefold()


def is_inside(address: Address) -> bool:
    """Whether an address is not one of the open internet: private, loopback, link-local, multicast, reserved, …"""
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return is_inside(carried)
    if any(address in network for network in INSIDE if network.version == address.version):
        return True
    return not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    for network, shift in CARRIERS:
        if address in network:
            return IPv4Address(int(address) >> shift & 0xFFFF_FFFF)
    return None


def refusal(reach: Reach, host: str, port: int, addresses: Sequence[str]) -> str:
    """Why a request may not go to `host`, which is at `addresses`; empty when it may.

    One address inside is enough: a name that is at both would be a way in.
    """
    name = name_of(host)
    if {(name, None), (name, port)} & reach.hosts:
        return ""
    found = [ip_address(address) for address in addresses]
    if found and all(any(one in net for net in reach.networks if net.version == one.version) for one in found):
        return ""
    for address in found:
        if is_inside(address):
            return f"{address} is an inside address; ITSM_OUTBOUND_ALLOW may name the host or its network"
    if port not in reach.ports:
        return f"port {port} is not among ITSM_OUTBOUND_PORTS; ITSM_OUTBOUND_ALLOW may name the host with its port"
    return ""
