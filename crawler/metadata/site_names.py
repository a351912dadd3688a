"""Collects the names of a page's site, to remove them from headlines and authors. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import lxml.html

from crawler.metadata.json_ld import text_value, types_of
from crawler.text.folding import fold_letters
from crawler.text.plain_text import one_line, text_of

_METAS = (
    "og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher",
    "dcterms.publisher", "twitter:site", "citation_journal_title",
)  # fmt: skip
_MAX_NAMES = 50
_MAX_LETTERS = 60  # of a name; longer texts are titles or slogans
_MAX_WORDS = 6
_MAX_PARTS = 3  # of a name that has separators in it
_MAX_LINKS = 300  # that may be the link to the front page
_MAX_HEADINGS = 10
_MAX_TITLE = 1000
_MIN_TITLE_WORDS = 3
# with blanks around it, or a bar or dots without; a hyphen without blanks is part of a word
_SEPARATOR = re.compile(
    r"(?<!\s)(\s*+(?:[|｜»«·•：]|::)++\s*+|\s++(?:[-–—:~/>*@]|\|\|)++\s++|:\s++)"
)
_GENERIC = frozenset(("the", "www", "online", "com", "news", "home", "homepage", "co", "uk", "org"))
_PUBLIC = frozenset(
    ("www", "m", "amp", "mobile", "en", "news", "blog", "blogs", "co", "com", "org", "net", "ac",
     "gov", "edu", "nhs", "gob", "gouv", "or", "ne", "go")
)  # fmt: skip


_SITES = frozenset(("website", "newsmediaorganization", "organization"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNames:
    """Names of a site, folded to letters and digits. `hosts`: labels of its host name."""

    names: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def is_name(self, text: str) -> bool:
        """Return whether a text is a name of the site, also with "the", "online" or ".com"."""
        forms = _fold_forms(text)
        return bool(forms & (self.names | self.hosts))

    def strip(self, title: str) -> str:
        """Remove names of the site from the beginning and end of a title.

        Returns:
            the title without them; empty if it consists of them.
        """
        parts = _SEPARATOR.split(title)  # text, separator, text, ...
        texts = parts[::2]
        first, last = 0, len(texts)
        while (count := self._count_names(parts, first, last, at_end=True)) is not None:
            last -= count
        while (count := self._count_names(parts, first, last, at_end=False)) is not None:
            first += count
        rest = _join_parts(parts, first, last).strip()
        return "" if self.is_name(rest) else rest

    def _count_names(self, parts: list[str], first: int, last: int, *, at_end: bool) -> int | None:
        """Return how many parts at one end of a title, but not all, form a name of the site."""
        for count in range(1, min(_MAX_PARTS + 1, last - first)):
            edge = (last - count, last) if at_end else (first, first + count)
            if self.is_name(_join_parts(parts, *edge)):
                return count
        return None


def collect_site_names(
    metas: Mapping[str, str],
    blocks: Iterable[dict[str, Any]],
    *,
    publisher: str | None,
    address: str | None,
    document: lxml.html.HtmlElement,
) -> SiteNames:
    """Collect the names of a site from meta tags, structured blocks, its URL and visible text."""
    names = _find_shown_names(document, address)
    names += [metas[key].removeprefix("@") for key in _METAS if key in metas]
    names += [publisher] if publisher else []
    for block in blocks:
        kinds = types_of(block)
        if "person" not in kinds and kinds & _SITES:
            names += [
                name for key in ("name", "alternateName") if (name := text_value(block.get(key)))
            ]
    try:
        host = urlsplit(address or "").hostname or ""
    except ValueError:
        host = ""
    labels = [label for label in host.split(".")[:-1] if label not in _PUBLIC and len(label) > 2]
    hosts = {fold_letters(host.removeprefix("www.")), *(fold_letters(label) for label in labels)}
    return SiteNames(
        names=frozenset(form for name in names[:_MAX_NAMES] for form in _fold_forms(name)),
        hosts=frozenset(hosts - {""}),
    )


def _find_shown_names(document: lxml.html.HtmlElement, address: str | None) -> list[str]:
    """Return the parts of the title element that the page shows as names of its site or section.

    The first or last part is one if it is the text of a link to the front page; any part, if it is
    an h1 and another part is longer: the headline.
    """
    title = next(document.iter("title"), None)
    if title is None:
        return []
    texts = _SEPARATOR.split(one_line(text_of(title, _MAX_TITLE)))[::2]
    longest = max(len(text.split()) for text in texts)
    shorter = [text for text in texts if len(text.split()) < longest]
    names: list[str] = []
    if shorter and longest >= _MIN_TITLE_WORDS:
        headings = [text_of(one, _MAX_TITLE) for one in islice(document.iter("h1"), _MAX_HEADINGS)]
        names += [text for text in shorter if any(_are_same(one, text) for one in headings)]
    shown = [
        text_of(link, _MAX_TITLE)
        for link in islice(document.iter("a"), _MAX_LINKS)
        if _is_front_page((link.get("href") or "").strip(), address)
    ]
    return names + [
        text for text in (texts[0], texts[-1]) if any(_are_same(one, text) for one in shown)
    ]


def _are_same(one: str, other: str) -> bool:
    return bool(fold := fold_letters(one)) and fold == fold_letters(other)


def _is_front_page(link: str, address: str | None) -> bool:
    if link == "/":
        return True
    try:
        parts, own = urlsplit(link), urlsplit(address or "")
    except ValueError:
        return False
    is_own = bool(parts.netloc) and parts.netloc == own.netloc
    return is_own and parts.path in ("", "/") and not parts.query


def _join_parts(parts: list[str], first: int, last: int) -> str:
    """Return some texts of a split title with the separators between them."""
    return "".join(parts[2 * first : 2 * last - 1])


def _fold_forms(text: str) -> frozenset[str]:
    words = re.findall(r"\w+", text[: _MAX_LETTERS + 1].casefold())
    if len(text) > _MAX_LETTERS or len(words) > _MAX_WORDS:
        return frozenset()
    core = list(words)
    while len(core) > 1 and core[0] == "the":
        core.pop(0)
    shorter = list(core)
    while len(shorter) > 1 and shorter[-1] in _GENERIC:
        shorter.pop()
    if "." in text and " " not in text.strip() and len(shorter) > 1:
        shorter = shorter[:-1]  # a host, whose last label is its top-level domain
    return frozenset("".join(one) for one in (words, core, shorter)) - {""}
