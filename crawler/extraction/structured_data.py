"""What a page says of itself in JSON-LD, OpenGraph and meta tags. Pure."""

from __future__ import annotations

import json
import logging
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import lxml.html

log = logging.getLogger(__name__)

MOST_FIELD = 20_000  # characters of a claim
MOST_JSON = 1_000_000  # characters of one JSON-LD script; what is longer is not read
MOST_SCRIPTS = 50
MOST_BLOCKS = 200  # of one script
MOST_NAMES = 100
_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report|PressRelease|WebPage$", re.IGNORECASE)
_STRONG = re.compile(r"Article|BlogPosting|Report|PressRelease", re.IGNORECASE)
_DATES = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date.issued",
    "dc.date",
    "dcterms.created",
    "dcterms.date",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publication_date",
    "article.published",
    "cxenseparse:recs:publishtime",
)
_AUTHORS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
)


@dataclass(slots=True)
class StructuredData:
    """The claims of a page; absent ones are empty."""

    headline: str | None = None
    og_title: str | None = None
    description: str | None = None
    published: str | None = None
    authors: list[str] = field(default_factory=list)
    site_name: str | None = None
    canonical: str | None = None
    language: str | None = None
    free: bool | None = None  # isAccessibleForFree
    article_body: str | None = None


def read_structured_data(document: lxml.html.HtmlElement) -> StructuredData:
    """Collect the claims of a parsed page."""
    said = StructuredData()
    metas = _metas(document)
    said.og_title = metas.get("og:title") or metas.get("twitter:title")
    said.description = metas.get("og:description") or metas.get("description")
    said.site_name = metas.get("og:site_name")
    said.published = next((metas[name] for name in _DATES if metas.get(name)), None)
    said.authors = [
        name for key in _AUTHORS if (name := metas.get(key)) and not name.startswith("http")
    ][:1]
    said.language = (document.get("lang") or metas.get("og:locale") or "")[:35] or None
    for link in document.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            said.canonical = link.get("href")[:MOST_FIELD].strip()
            break
    blocks = list(_json_ld(document))
    known = {str(block["@id"]): block for block in blocks if "@id" in block and "name" in block}
    for block in blocks:
        _claim(said, block, known)
    said.published = said.published or _microdata_date(document)
    return said


def _metas(document: lxml.html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in document.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        value = (meta.get("content") or "")[:MOST_FIELD].strip()
        if key and value:
            found.setdefault(key, value)
    return found


def _microdata_date(document: lxml.html.HtmlElement) -> str | None:
    for element in document.iter("time", "span", "div", "p"):
        if (element.get("itemprop") or "").lower() == "datepublished":
            said = element.get("datetime") or element.get("content") or ""
            return said.strip() or None
    return None


def _json_ld(document: lxml.html.HtmlElement) -> Iterator[dict[str, Any]]:
    scripts = (one for one in document.iter("script") if "ld+json" in (one.get("type") or ""))
    for script in islice(scripts, MOST_SCRIPTS):
        if len(script.text or "") > MOST_JSON:
            log.info("page.json-ld-too-long characters=%d", len(script.text or ""))
            continue
        text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->").strip(" ;\n")
        try:
            said = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        queue, seen = deque([said]), 0
        while queue and seen < MOST_BLOCKS:  # hostile or huge graphs end somewhere
            one = queue.popleft()
            seen += 1
            if isinstance(one, list):
                queue.extend(one[:MOST_BLOCKS])
            elif isinstance(one, dict):
                queue.extend(one[key] for key in ("@graph", "mainEntity") if key in one)
                yield one


def _claim(said: StructuredData, block: dict[str, Any], known: dict[str, dict[str, Any]]) -> None:
    kind = block.get("@type")
    kinds = " ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")
    if not _ARTICLE_TYPES.search(kinds):
        return
    strong = bool(_STRONG.search(kinds))
    if strong and isinstance(block.get("headline"), str):
        said.headline = said.headline or block["headline"][:MOST_FIELD]
    published = block.get("datePublished") or block.get("dateCreated")
    if isinstance(published, str) and published.strip() and (strong or said.published is None):
        said.published = published[:MOST_FIELD]
    if strong:
        said.authors = _names(block.get("author"), known) or said.authors
        if isinstance(block.get("articleBody"), str):
            said.article_body = block["articleBody"]
    if str(block.get("isAccessibleForFree")).lower() == "false":
        said.free = False


def _names(author: Any, known: dict[str, dict[str, Any]]) -> list[str]:
    """The names of authors, who may be named in full elsewhere and by their identifier here."""
    people = author if isinstance(author, list) else [author]
    names = []
    for person in people[:MOST_NAMES]:
        one = person
        if isinstance(one, dict) and not one.get("name"):
            one = known.get(str(one.get("@id")), one)
        name = one.get("name") if isinstance(one, dict) else one
        for each in name[:MOST_NAMES] if isinstance(name, list) else [name]:
            if isinstance(each, str) and each.strip() and not each.startswith("http"):
                names.append(each[:MOST_FIELD].strip())  # noqa: PERF401 - nested, a comprehension hides it
    return list(dict.fromkeys(names))
