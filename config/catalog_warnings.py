"""Warns of valid declarations that cannot work: example addresses, refused sources. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from urllib.parse import urlsplit

from config.errors import Problem
from config.model import Catalog
from config.values.addresses import AddressRefused, Guard
from config.values.checks import is_channel

_LOOPBACK = IPv4Address("127.0.0.1")
_LOOPBACK_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
# reserved: no mail can ever be delivered there (RFC 2606, RFC 6761)
_EXAMPLE_DOMAINS = ("example.com", "example.net", "example.org")
_EXAMPLE_ENDINGS = ("example", "invalid", "test", "localhost")


def catalog_warnings(catalog: Catalog) -> tuple[Problem, ...]:
    """Return a warning for each recipient and source that cannot work as it is declared."""
    return (*_warn_of_recipients(catalog), *_warn_of_sources(catalog))


def _warn_of_recipients(catalog: Catalog) -> Iterator[Problem]:
    for subscription in catalog.subscriptions:
        for recipient in subscription.to:
            if is_example_address(recipient):
                yield _warn_of_example(
                    recipient, subscription.where.file, subscription.where.line, "to"
                )
    settings = catalog.settings
    for recipient in (settings.operator_to or "", *settings.operator_also):
        if is_example_address(recipient):
            yield _warn_of_example(recipient, str(catalog.folder / "settings.toml"), 0, "operator")


def _warn_of_example(recipient: str, file: str, line: int, key: str) -> Problem:
    return Problem(
        file=file,
        line=line,
        key=key,
        value=recipient,
        message="is an example: mail to this domain is never delivered",
        hint="write an address whose mail you read",
    )


def is_example_address(recipient: str) -> bool:
    """Return whether a mail address is of a domain that is reserved for examples and tests."""
    if is_channel(recipient) or "@" not in recipient:
        return False
    domain = recipient.rpartition("@")[2].strip("> ").rstrip(".").lower()
    return domain.rpartition(".")[2] in _EXAMPLE_ENDINGS or any(
        domain == each or domain.endswith(f".{each}") for each in _EXAMPLE_DOMAINS
    )


def _warn_of_sources(catalog: Catalog) -> Iterator[Problem]:
    guard = Guard(catalog.settings.crawl.allowed_hosts)
    for source in catalog.sources:
        if source.enabled and _is_refused(guard, source.url):
            host = urlsplit(source.url).hostname
            yield Problem(
                file=source.where.file,
                line=source.where.line,
                key=source.key,
                value=source.url,
                message=f"will be refused: {host} is not a public address",
                hint=f'add "{host}" to allowed_hosts under [crawl] in settings.toml',
            )


def _is_refused(guard: Guard, url: str) -> bool:
    """Return whether a literal private address, or a name of this machine, would be refused."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    try:
        if host in _LOOPBACK_NAMES or host.endswith(".localhost"):
            # a network in allowed_hosts allows it too
            guard.check_resolved(host, (_LOOPBACK,))
        else:
            guard.check_url(url)
    except AddressRefused:
        return True
    return False
