"""Checks every connection of the reactor with the guard: at the DNS lookup and at the connect.

The lookup knows the host's name and all its addresses, so a host with one public and one private
address is refused, and the addresses checked are the ones connected to (a second lookup could
answer differently). The connect knows only the address: one that passed no lookup is refused.
AsyncCrawlerRunner ignores Scrapy's TWISTED_DNS_RESOLVER, so this is installed by hand.
"""

from __future__ import annotations

import ipaddress
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.fetch_errors import FetchRefused
from crawler.http.guard import Address, FetchGuard

log = logging.getLogger(__name__)

MAX_REMEMBERED = 1000  # names and addresses kept; a batch has some dozens


class GuardedReactor:
    """Installs the guard into a reactor and remembers which addresses passed."""

    def __init__(self, guard: FetchGuard) -> None:
        self.guard = guard
        self._refused: OrderedDict[str, str] = OrderedDict()
        self._passed: OrderedDict[str, None] = OrderedDict()

    def install(self, reactor: Any) -> None:
        """Check all further DNS lookups and TCP connections of a reactor."""
        reactor.installNameResolver(_GuardedResolver(reactor.nameResolver, self))
        reactor.connectTCP = self._guard_connect(reactor.connectTCP)

    def get_refusal(self, host: str) -> str | None:
        """Return the reason why the last lookup of a host was refused; None if it was not."""
        return self._refused.get(host)

    def check_addresses(self, host: str, found: Sequence[IAddress]) -> list[IAddress]:
        """Return all addresses of a host, or none if one is forbidden: see `get_refusal`."""
        usable = [each for each in found if isinstance(each, IPv4Address | IPv6Address)]
        try:
            self.guard.check_resolved(host, [_parse_address(each.host) for each in usable])
        except (FetchRefused, ValueError) as error:
            _remember(self._refused, host, str(error))
            return []
        self._refused.pop(host, None)
        for each in usable:
            _remember(self._passed, each.host, None)
        return list(usable)

    def _guard_connect(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        def connect_if_allowed(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            if host not in self._passed:
                try:
                    allowed = self.guard.is_allowed_address(_parse_address(host))
                except ValueError:
                    allowed = False
                if not allowed:
                    log.error("connection.refused address=%s port=%d", host, port)
                    raise FetchRefused(f"refused a connection to {host}: no DNS lookup allowed it")
            return connect(host, port, *args, **kwargs)

        return connect_if_allowed


@implementer(IHostnameResolver)
class _GuardedResolver:
    def __init__(self, inner: Any, guarded_reactor: GuardedReactor) -> None:
        self._inner = inner
        self._guarded_reactor = guarded_reactor

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        receiver = _GuardedReceiver(resolutionReceiver, hostName, self._guarded_reactor)
        resolution: IHostResolution = self._inner.resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )
        return resolution


@implementer(IResolutionReceiver)
class _GuardedReceiver:
    """Collects all addresses of a name and checks them before it passes any on."""

    def __init__(self, inner: Any, host: str, guarded_reactor: GuardedReactor) -> None:
        self._inner = inner
        self._host = host
        self._guarded_reactor = guarded_reactor
        self._found: list[IAddress] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        self._inner.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        for address in self._guarded_reactor.check_addresses(self._host, self._found):
            self._inner.addressResolved(address)
        self._inner.resolutionComplete()


def _parse_address(host: str) -> Address:
    return ipaddress.ip_address(host.partition("%")[0])


def _remember(entries: OrderedDict[str, Any], key: str, value: Any) -> None:
    entries[key] = value
    entries.move_to_end(key)
    if len(entries) > MAX_REMEMBERED:
        entries.popitem(last=False)
