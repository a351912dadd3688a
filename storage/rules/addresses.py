"""Canonical form of URLs, in which they are shown and stored; it leads to the same page. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import SplitResult, quote, unquote, urlsplit

from storage.rules.tracking import distinguishing_fragment, remove_tracking

_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
# characters that browsers do not escape; "%" too, so that nothing is escaped twice
_IN_PATH = "%/:@!$&'()*+,;=~-._|[]"
_IN_QUERY = _IN_PATH + "?`{}^\\"
_IN_FRAGMENT = _IN_QUERY + "#"
# IDNA 2003 (RFC 3490), Python's codec, maps these to other letters: another host
_DEVIATING = re.compile("[ßς\u200c\u200d]")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_NOT_IN_HOST = re.compile(r"[\x00-\x20/\\?#@:<>\[\]^|%]")


def canonical_url(url: str) -> str:
    """Remove from a URL what varies between listings of the same page.

    Scheme and host become lower case (the host as in DNS); default port, credentials, session ids
    in the path, and parameters and fragments that only track are removed. The rest is kept octet
    for octet: case, order, empty values and escapes, whatever they decode to; only characters that
    a URL may not have are escaped, as UTF-8. Text that is not a URL is returned unchanged.
    """
    url = url.strip().encode("utf-8", "ignore").decode()
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = quote(_SESSION_PATH.sub("", parts.path), safe=_IN_PATH)
    query = quote(remove_tracking(parts.query), safe=_IN_QUERY)
    fragment = quote(distinguishing_fragment(parts.fragment, parts.path), safe=_IN_FRAGMENT)
    scheme = parts.scheme.lower()
    start = f"{scheme}:" if scheme else ""
    host = host_of(parts)
    if host or scheme in ("http", "https"):
        start += f"//{host}"
        if not path.startswith("/"):
            path = f"/{path}"
    return start + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def host_of(parts: SplitResult) -> str:
    """Return host and port as in DNS: lower case, no default port, no trailing dot."""
    host = unescape_host((parts.hostname or "").lower()).rstrip(".")
    host = to_dns_form(host)
    if ":" in host:
        host = f"[{host}]"
    try:
        port = parts.port
    except ValueError:
        port = None
    if port is not None and (parts.scheme.lower(), port) not in {("http", 80), ("https", 443)}:
        host = f"{host}:{port}"
    return host


def unescape_host(host: str) -> str:
    """Decode percent escapes of a host name, unless the result has characters no host may have."""
    if "%" not in host or ":" in host:
        return host
    plain = unquote(host, errors="strict") if _is_utf8(host) else host
    return host if _NOT_IN_HOST.search(plain) else plain.lower()


def to_dns_form(host: str) -> str:
    """Encode a host with letters beyond ASCII for DNS (UTS 46, not transitional)."""
    if host.isascii():
        return host
    with suppress(UnicodeError):
        return ".".join(map(_encode_label, _DOTS.split(host)))
    return host


def fragment_of(url: str) -> str:
    """Return the fragment of a URL where it may identify one entry of a page; else empty."""
    if "#" not in url:
        return ""
    return canonical_url(url).partition("#")[2]


def with_fragment(url: str, fragment: str) -> str:
    """Return the canonical form of a URL with this fragment in place of its own."""
    page = canonical_url(url).partition("#")[0]
    return f"{page}#{fragment}" if fragment else page


def _encode_label(label: str) -> str:
    if _DEVIATING.search(label):
        return "xn--" + label.lower().encode("punycode").decode("ascii")
    return label.encode("idna").decode("ascii")


def _is_utf8(escaped: str) -> bool:
    try:
        unquote(escaped, errors="strict")
    except UnicodeDecodeError:
        return False
    return True
