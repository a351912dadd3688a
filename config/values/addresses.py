"""Checks which addresses may be connected to, against requests to private networks (SSRF).

Pure. `crawler.http.guarded_reactor` applies it to the connections of the reactor,
`crawler.http.guard_middleware` to every request, redirects included, and `alerts.channels.http`
to requests to other services. Cases: S-01 to S-06 in docs/reliability.md; ranges: the IANA
special-purpose registries.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

MAX_URL = 2083
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# special ranges that `ipaddress` reports as global, at least in some releases of Python 3.11
_ALSO_SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "::/96",  # IPv4-compatible
        "64:ff9b:1::/48",  # local-use NAT64
        "100::/64",
        "2001::/23",  # Teredo and other protocol assignments
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_AMBIGUOUS = re.compile(r"[\x00-\x1f\x7f-\x9f\\]|^\s|\s$|^[^/?#]*//[^/?#]*\s")


class AddressRefused(Exception):
    """An address is not allowed; the message names it and the setting that would allow it."""


class Guard:
    """Checks URLs and resolved addresses, with the operator's exceptions.

    Subclasses set `error` to raise an exception of their own.

    Args:
        allowed: host names, addresses and networks that may be fetched although they are private.
    """

    error: type[Exception] = AddressRefused

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        names: set[str] = set()
        networks: list[Network] = []
        for entry in allowed:
            text = entry.strip().strip("[]").rstrip(".").lower()
            try:
                networks.append(ipaddress.ip_network(text, strict=False))
            except ValueError:
                names.add(text)
        self._names = frozenset(names)
        self._networks = tuple(networks)

    def check_url(self, url: str) -> None:
        """Check the text of a URL, before its host is resolved.

        Raises:
            AddressRefused: the scheme, form or literal address is not allowed.
        """
        if len(url) > MAX_URL:
            raise self.error(f"refused: a URL of {len(url)} characters (at most {MAX_URL})")
        if _AMBIGUOUS.search(url):
            # parsers disagree about the host of such a URL, or about its scheme
            raise self.error(f"refused {url!r}: a backslash, blank or control character in it")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise self.error(f"refused {url!r}: {error}") from error
        if parts.scheme not in ("http", "https"):
            raise self.error(f"refused {url!r}: only http and https are fetched")
        if parts.username is not None or parts.password is not None:
            raise self.error(f"refused a URL of {host}: it contains a user name")
        if not host or port == 0:
            raise self.error(f"refused {url!r}: no host to connect to")
        literal = literal_address(host)
        if literal is not None:
            self.check_resolved(host, (literal,))

    def check_resolved(self, host: str, addresses: Iterable[Address]) -> None:
        """Check that each address of a host is public or allowed by the operator.

        Raises:
            AddressRefused: names the host, the address and the setting that would allow it.
        """
        if self.is_allowed_name(host):
            return
        for address in addresses:
            if not self.is_allowed_address(address):
                raise self.error(
                    f"refused {host}: {address} is not a public address; to fetch it, "
                    f'add "{host}" to allowed_hosts under [crawl] in settings.toml'
                )

    def is_allowed_name(self, host: str) -> bool:
        """Return whether the operator allowed a host by its name."""
        return host.rstrip(".").lower() in self._names

    def is_allowed_address(self, address: Address) -> bool:
        """Return whether a connection to this address is allowed for any host name."""
        effective = _get_effective_address(address)
        return is_public(address) or any(
            one in network
            for one in (address, effective)
            for network in self._networks
            if one.version == network.version
        )


def literal_address(host: str) -> Address | None:
    """Parse a literal IP address in any form that resolvers accept (0, 127.1, 0x7f.1).

    Returns:
        None where the host is a name.
    """
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def is_public(address: Address) -> bool:
    """Return whether an address is public; IPv4 embedded in IPv6 is checked as IPv4."""
    effective = _get_effective_address(address)
    if effective.is_multicast or not effective.is_global:
        return False
    return not any(
        effective in network for network in _ALSO_SPECIAL if network.version == effective.version
    )


def _get_effective_address(address: Address) -> Address:
    """Return the IPv4 address of an IPv4-mapped or NAT64 address, else the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
