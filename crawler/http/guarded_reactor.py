"""Holds every connection of the reactor to the guard: at the lookup and again at the connect.

The lookup knows the host's name and all its addresses, so a host with one public and one private
address is refused, and the addresses judged are the ones connected to (no second lookup that could
answer differently). The connect knows only the address: nothing goes out that no lookup let pass.
Scrapy's own TWISTED_DNS_RESOLVER is ignored by AsyncCrawlerRunner, so this is installed by hand.
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

REMEMBERED = 1000  # names and addresses kept; a batch has some dozens


class GuardedReactor:
    """The guard as the reactor sees it."""

    def __init__(self, guard: FetchGuard) -> None:
        self.guard = guard
        self._refused: OrderedDict[str, str] = OrderedDict()
        self._passed: OrderedDict[str, None] = OrderedDict()

    def install(self, reactor: Any) -> None:
        """Put this door before all lookups and TCP connections of a reactor."""
        reactor.installNameResolver(_JudgingResolver(reactor.nameResolver, self))
        reactor.connectTCP = self._judging_connect(reactor.connectTCP)

    def refusal(self, host: str) -> str | None:
        """Why the last lookup of a host was refused, if it was."""
        return self._refused.get(host)

    def judge(self, host: str, found: Sequence[IAddress]) -> list[IAddress]:
        """The addresses of a host that may be connected to: all, or none with the reason kept."""
        usable = [one for one in found if isinstance(one, IPv4Address | IPv6Address)]
        try:
            self.guard.check_resolved(host, [_address(one.host) for one in usable])
        except (FetchRefused, ValueError) as error:
            _remember(self._refused, host, str(error))
            return []
        self._refused.pop(host, None)
        for one in usable:
            _remember(self._passed, one.host, None)
        return list(usable)

    def _judging_connect(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        def judged(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            if host not in self._passed:
                try:
                    allowed = self.guard.allows(_address(host))
                except ValueError:
                    allowed = False
                if not allowed:
                    log.error("connection.refused address=%s port=%d", host, port)
                    raise FetchRefused(f"refused a connection to {host}: no lookup let it pass")
            return connect(host, port, *args, **kwargs)

        return judged


@implementer(IHostnameResolver)
class _JudgingResolver:
    def __init__(self, inner: Any, door: GuardedReactor) -> None:
        self._inner = inner
        self._door = door

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        judging = _JudgingReceiver(resolutionReceiver, hostName, self._door)
        resolution: IHostResolution = self._inner.resolveHostName(
            judging, hostName, portNumber, addressTypes, transportSemantics
        )
        return resolution


@implementer(IResolutionReceiver)
class _JudgingReceiver:
    """Waits for all addresses of a name before it passes any on."""

    def __init__(self, inner: Any, host: str, door: GuardedReactor) -> None:
        self._inner = inner
        self._host = host
        self._door = door
        self._found: list[IAddress] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        self._inner.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        for address in self._door.judge(self._host, self._found):
            self._inner.addressResolved(address)
        self._inner.resolutionComplete()


def _address(host: str) -> Address:
    return ipaddress.ip_address(host.partition("%")[0])


def _remember(kept: OrderedDict[str, Any], key: str, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
