"""Keys that identify an item: canonical URLs and hashes. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from contextlib import suppress
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from storage.rules.combining_marks import limit_marks

# query parameters for tracking, which never identify the article
_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|mc_[ce]id|igshid|yclid|_hsenc|_hsmi|"
    r"mkt_tok|at_(medium|campaign|custom\d|link_\w+|format|ptr_name|bbc_team)|cmpid|ocid|"
    r"ns_(mchannel|source|campaign|linkname)|s_cid|wt\.mc_id|sessionid|phpsessid|jsessionid)$",
    re.IGNORECASE,
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_LEAST_WORDS = 40  # a shorter text is too often a template ("This video is unavailable")
_SHORT = "short:"


def canonical_url(url: str) -> str:
    """Remove from a URL what varies between listings of the same page.

    Lower-case scheme and host, no default port, fragment, credentials or tracking parameters.
    The case of the path and the order of the other parameters are kept: servers may depend on
    them. Text that is not a URL is returned unchanged.
    """
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


def url_key(url: str) -> str:
    """Hash a URL so that http and https, `www.` and a trailing slash make no difference."""
    url = canonical_url(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return _digest(url)
    host = parts.netloc.removeprefix("www.")
    path = re.sub(r"/(index|default)\.(html?|php|aspx?)$", "/", parts.path).rstrip("/")
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return _digest("\x1f".join((host, path, query)))


def guid_key(guid: str) -> str:
    """Hash a publisher's identifier to a key of fixed length."""
    return _digest(guid.strip())


def content_hash(title: str, body: str) -> str | None:
    """Hash the words of title and full text; None for an empty text.

    The hash of a short text has a prefix: it detects an edit, but does not identify an item.
    """
    words = _words(body)
    if not words:
        return None
    digest = _digest(" ".join(_words(title)) + "\x1f" + " ".join(words))
    return digest if len(words) >= _LEAST_WORDS else _SHORT + digest


def identifies(text_hash: str | None) -> bool:
    """Return whether an equal hash means the same text, not just the same template."""
    return text_hash is not None and not text_hash.startswith(_SHORT)


def entry_hash(title: str, summary: str, published_raw: str | None) -> str:
    """Hash title, summary and date of an entry, without links and identifiers."""
    parts = (" ".join(_words(title)), " ".join(_words(summary)), (published_raw or "").strip())
    return _digest("\x1f".join(parts))


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", limit_marks(text)).casefold())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
