"""Parses sitemaps, news sitemaps, sitemap indexes, and the Sitemap lines of robots.txt. Pure.

Sources: sitemaps.org protocol 0.9, Google's news sitemaps 0.9, RFC 9309 section 2.2.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.errors import NotAFeed
from crawler.listings.entries import join_link
from crawler.text.dates import parse_date

MAX_PARTS = 12  # parts of an index that one poll reads
RECENT = timedelta(days=7)
_NEWS = re.compile(r"news(?!letter)|latest|breaking", re.IGNORECASE)
# names that common site builders give to parts without articles
_NOT_ARTICLES = re.compile(
    r"(?:^|[/_-])(?:image|video|tag|post_tag|category|author|user|product|event|job|location)s?"
    r"(?=[/_.\-\d]|$)",
    re.IGNORECASE,
)
_ROBOTS = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_CLOSING_TAG = re.compile(r"</(?:[\w-]++:)?+(?:urlset|sitemapindex)\s*+>\Z")
# unescaped in a URL: the parser's recovery would drop it and change the URL
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,10};)")
_TAIL_LENGTH = 500  # characters in which a complete sitemap has its closing tag
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapEntry:
    """A `url` of a sitemap, or a part of an index. Fields from `title` on: news sitemaps only."""

    loc: str
    lastmod: datetime | None = None
    title: str = ""
    language: str | None = None
    published_raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """A parsed sitemap. `damage`: if any; the entries are used despite it."""

    entries: tuple[SitemapEntry, ...]
    is_index: bool
    damage: str | None = None


def read_sitemap(text: str, *, base: str) -> Sitemap:
    """Parse a sitemap, a news sitemap or an index; `base` is its URL.

    Raises:
        NotAFeed: the document is none of these.
    """
    if "<![CDATA[" not in text:
        text = _BARE_AMPERSAND.sub("&amp;", text)
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(text.lstrip().encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise NotAFeed(f"the XML cannot be parsed: {error}") from error
    name = _get_local_name(root) if root is not None else ""
    if root is None or name not in ("urlset", "sitemapindex"):
        raise NotAFeed(f"not a sitemap: it begins with <{name or 'nothing'}>")
    wanted = "sitemap" if name == "sitemapindex" else "url"
    elements = [one for one in root if _get_local_name(one) == wanted]
    damage: str | None = None
    if len(parser.error_log):
        first = parser.error_log[0]
        damage = f"line {first.line}: {first.message.strip()}"
    if damage is not None and not _CLOSING_TAG.search(_strip_last_comments(text[-_TAIL_LENGTH:])):
        elements = elements[:-1]  # truncated: the last URL may be incomplete
    entries = [entry for one in elements if (entry := _build_entry(one, base)) is not None]
    missing = len(elements) - len(entries)
    if missing and damage is None:
        damage = f"{missing} of {len(elements)} entries have no address"
    return Sitemap(entries=tuple(entries), is_index=wanted == "sitemap", damage=damage)


def _strip_last_comments(text: str) -> str:
    text = text.rstrip()
    while text.endswith("-->") and (begun := text.rfind("<!--")) >= 0:
        text = text[:begun].rstrip()
    return text


def find_sitemaps_in_robots(text: str, *, base: str) -> tuple[str, ...]:
    """Return the sitemaps that a robots.txt names; only news sitemaps where there are any."""
    named = dict.fromkeys(urljoin(base, found) for found in _ROBOTS.findall(text))
    news = [one for one in named if _NEWS.search(_get_path(one))]
    return tuple(news or (one for one in named if not _NOT_ARTICLES.search(_get_path(one))))[
        :MAX_PARTS
    ]


def select_parts(parts: Sequence[SitemapEntry], *, now: datetime) -> tuple[str, ...]:
    """Return the parts of an index that are news or changed recently, the newest first.

    If there are none, all parts by date, else by the number in their names: site builders start a
    new part when one is full. At most `MAX_PARTS`.
    """
    articles = [one for one in parts if not _NOT_ARTICLES.search(_get_path(one.loc))] or list(parts)
    chosen = [
        one
        for one in articles
        if _NEWS.search(_get_path(one.loc))
        or (one.lastmod is not None and one.lastmod > now - RECENT)
    ]
    chosen = chosen or articles
    placed = sorted(chosen, key=lambda one: _make_natural_key(one.loc), reverse=True)
    placed.sort(key=lambda one: one.lastmod or _LONG_AGO, reverse=True)
    return tuple(dict.fromkeys(one.loc for one in placed))[:MAX_PARTS]


def select_newest(entries: Sequence[SitemapEntry], *, most: int) -> tuple[SitemapEntry, ...]:
    """Return the newest `most` entries; if none has a date, those at both ends.

    Sites add new entries at the beginning or at the end.
    """
    if len(entries) <= most:
        return tuple(entries)
    if not any(map(_get_date, entries)):
        return (*entries[: most // 2], *entries[-(most - most // 2) :])
    return tuple(sorted(entries, key=lambda one: _get_date(one) or _LONG_AGO, reverse=True)[:most])


def is_same_site(one: str, other: str) -> bool:
    """Return whether two URLs have the same host, ignoring www."""
    hosts = [(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)]
    return bool(hosts[0]) and hosts[0] == hosts[1]


def _get_date(entry: SitemapEntry) -> datetime | None:
    return parse_date(entry.published_raw) or entry.lastmod


def _build_entry(element: etree._Element, base: str) -> SitemapEntry | None:
    fields = dict(_read_fields(element))
    loc = fields.get("loc")
    if not loc:
        return None
    try:
        url = join_link(base, loc)
    except ValueError:
        return None
    return SitemapEntry(
        loc=url,
        lastmod=parse_date(fields.get("lastmod")),
        title=fields.get("title", ""),
        language=fields.get("language"),
        published_raw=fields.get("publication_date"),
    )


def _read_fields(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield name and text of an entry's fields, without those of its images and videos."""
    for child in element:
        name = _get_local_name(child)
        if name in ("news", "publication"):
            yield from _read_fields(child)
        elif name in ("loc", "lastmod", "title", "language", "publication_date"):
            parts = [part for part in child.itertext() if isinstance(part, str)]
            text = " ".join("".join(parts).split())
            if text:
                yield name, text


def _get_local_name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _get_path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _make_natural_key(url: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(n or 0), text) for text, n in re.findall(r"(\D*)(\d{0,9})", _get_path(url)))
