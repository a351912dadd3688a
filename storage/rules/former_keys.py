"""Keys of URLs in archives of releases that ignored fragments and non-UTF-8 escapes. Pure.

Rows of such archives keep them (decision 33). They are only compared: new rows never get one.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from storage.rules.identity import KEPT_KEYS, url_key

_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|mc_[ce]id|igshid|yclid|_hsenc|_hsmi|"
    r"mkt_tok|at_(medium|campaign|custom\d|link_\w+|format|ptr_name|bbc_team)|cmpid|ocid|"
    r"ns_(mchannel|source|campaign|linkname)|s_cid|wt\.mc_id|sessionid|phpsessid|jsessionid)$",
    re.IGNORECASE,
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)


@lru_cache(maxsize=KEPT_KEYS)
def former_url_keys(url: str) -> frozenset[str]:
    """Return the keys under which a URL may be stored, other than its `url_key`."""
    once = former_canonical_url(url)
    found = {_former_key(once), _former_key(former_canonical_url(once))}
    return frozenset(found - {url_key(url)})


def _former_key(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return _digest(url)
    host = parts.netloc.removeprefix("www.")
    path = re.sub(r"/(index|default)\.(html?|php|aspx?)$", "/", parts.path).rstrip("/")
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return _digest("\x1f".join((host, path, query)))


def former_canonical_url(url: str) -> str:
    """Return the form in which older archives hold a URL."""
    url = url.strip().encode("utf-8", "ignore").decode()
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").lower().rstrip(".")
    with suppress(UnicodeError):
        host = host.encode("idna").decode() if not host.isascii() else host
    if ":" in host:
        host = f"[{host}]"
    try:
        port = parts.port
    except ValueError:
        port = None
    if port is not None and (scheme, port) not in {("http", 80), ("https", 443)}:
        host = f"{host}:{port}"
    path = _SESSION_PATH.sub("", parts.path)
    path = quote(
        unquote(path, errors="surrogateescape").encode("utf-8", "surrogateescape"),
        safe="/%:@!$&'()*+,;=~-._",
    )
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if not _TRACKING.match(name)])
    return urlunsplit((scheme, host, path or "/", query, ""))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
