"""Keys that identify an item: hashes of its URLs, identifier and words. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from storage.rules.addresses import canonical_url as canonical_url
from storage.rules.combining_marks import limit_marks

# escapes of "%" and "/" are kept: decoded, they would begin another escape or path segment
_KEPT_ESCAPES = re.compile(r"(%2[5F])", re.IGNORECASE)
_INDEX_FILE = re.compile(r"/(index|default)\.(html?|php|aspx?)$")
_WORD = re.compile(r"\w+")
_MIN_WORDS = 40  # a shorter text is too often a template ("This video is unavailable")
_SHORT = "short:"
# results that are kept: the address of an entry is asked for a dozen times until it is stored
KEPT_KEYS = 512
UNTITLED = "(no title)"  # hashed in place of a title that is the beginning of the text


@lru_cache(maxsize=KEPT_KEYS)
def url_key(url: str) -> str:
    """Hash a URL so that http and https, `www.` and a trailing slash make no difference.

    The order of parameters and the spelling of escapes make none either. Bytes that are not UTF-8
    are kept.
    """
    url = canonical_url(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return _digest(url)
    path, query, fragment = page_path(parts), _fold_query(parts.query), _fold(parts.fragment)
    named = (parts.netloc.removeprefix("www."), path, query, *([fragment] if fragment else ()))
    return _digest("\x1f".join(named))


def page_path(parts: SplitResult) -> str:
    """Return the path of a canonical URL without index file and trailing slash."""
    return _INDEX_FILE.sub("/", _fold(parts.path)).rstrip("/")


def page_key(url: str) -> str:
    """Hash a URL as `url_key` does, without its fragment: the key of its page."""
    return url_key(canonical_url(url).partition("#")[0])


def _fold(escaped: str) -> str:
    """Normalise escapes: those of characters that need none are decoded."""
    parts = _KEPT_ESCAPES.split(escaped)
    return "".join(
        part.upper() if at % 2 else quote(unquote_to_bytes(part), safe="/%:@!$&'()*+,;=~-._")
        for at, part in enumerate(parts)
    )


def _fold_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    return urlencode(sorted(pairs), errors="surrogateescape")


def guid_key(guid: str) -> str:
    """Hash a publisher's identifier to a key of fixed length."""
    return _digest(guid.strip())


def content_hash(title: str, body: str) -> str | None:
    """Hash the words of title and full text; None for an empty text.

    The hash of a short text has a prefix: it detects an edit, but does not identify an item.
    """
    words = _split_words(body)
    if not words:
        return None
    digest = _digest(" ".join(_split_words(title)) + "\x1f" + " ".join(words))
    return digest if len(words) >= _MIN_WORDS else _SHORT + digest


def is_identifying_hash(text_hash: str | None) -> bool:
    """Return whether an equal hash means the same text, not just the same template."""
    return text_hash is not None and not text_hash.startswith(_SHORT)


def entry_hash(title: str, summary: str, published_raw: str | None) -> str:
    """Hash title, summary and date of an entry, without links and identifiers."""
    parts = (
        " ".join(_split_words(title)),
        " ".join(_split_words(summary)),
        (published_raw or "").strip(),
    )
    return _digest("\x1f".join(parts))


def _split_words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", limit_marks(text)).casefold())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
