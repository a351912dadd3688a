"""Read a page's metadata: JSON-LD, OpenGraph, microdata and meta tags. Pure."""

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

MOST_FIELD = 20_000  # characters of a value
MOST_JSON = 1_000_000  # characters of one JSON-LD script; what is longer is not read
MOST_SCRIPTS = 50
MOST_BLOCKS = 200  # of one script
MOST_NAMES = 100
_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report|PressRelease|WebPage$", re.IGNORECASE)
_ARTICLE_ONLY = re.compile(r"Article|BlogPosting|Report|PressRelease", re.IGNORECASE)
_DATES = (
    "article:published_time",
    "og:article:published_time",
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
    """The metadata of a page; absent values are None or empty."""

    headline: str | None = None
    og_title: str | None = None
    description: str | None = None
    published: str | None = None
    authors: list[str] = field(default_factory=list)
    site_name: str | None = None
    canonical: str | None = None
    language: str | None = None
    free: bool | None = None  # isAccessibleForFree


def read_structured_data(document: lxml.html.HtmlElement) -> StructuredData:
    """Read the metadata of a parsed page."""
    data = StructuredData()
    metas = _read_metas(document)
    data.og_title = metas.get("og:title") or metas.get("twitter:title")
    data.description = metas.get("og:description") or metas.get("description")
    data.site_name = metas.get("og:site_name")
    data.published = next((metas[name] for name in _DATES if metas.get(name)), None)
    data.authors = [
        name for key in _AUTHORS if (name := metas.get(key)) and not name.startswith("http")
    ][:1]
    data.language = (document.get("lang") or metas.get("og:locale") or "")[:35] or None
    for link in document.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            data.canonical = link.get("href")[:MOST_FIELD].strip()
            break
    blocks = list(_read_json_ld(document))
    known = {str(block["@id"]): block for block in blocks if "@id" in block and "name" in block}
    for block in blocks:
        _add_json_ld(data, block, known)
    return data


def _read_metas(document: lxml.html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in document.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        value = (meta.get("content") or "")[:MOST_FIELD].strip()
        if key and value:
            found.setdefault(key, value)
    return found


def _read_json_ld(document: lxml.html.HtmlElement) -> Iterator[dict[str, Any]]:
    scripts = (node for node in document.iter("script") if "ld+json" in (node.get("type") or ""))
    for script in islice(scripts, MOST_SCRIPTS):
        if len(script.text or "") > MOST_JSON:
            log.info("page.json-ld-too-long characters=%d", len(script.text or ""))
            continue
        text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->").strip(" ;\n")
        try:
            parsed = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        queue, seen = deque([parsed]), 0
        while queue and seen < MOST_BLOCKS:  # a bound for hostile or huge graphs
            node = queue.popleft()
            seen += 1
            if isinstance(node, list):
                queue.extend(node[:MOST_BLOCKS])
            elif isinstance(node, dict):
                queue.extend(node[key] for key in ("@graph", "mainEntity") if key in node)
                yield node


def _add_json_ld(
    data: StructuredData, block: dict[str, Any], known: dict[str, dict[str, Any]]
) -> None:
    kind = block.get("@type")
    kinds = " ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")
    if not _ARTICLE_TYPES.search(kinds):
        return
    is_article = bool(_ARTICLE_ONLY.search(kinds))
    if is_article and isinstance(block.get("headline"), str):
        data.headline = data.headline or block["headline"][:MOST_FIELD]
    published = block.get("datePublished") or block.get("dateCreated")
    if isinstance(published, str) and published.strip() and (is_article or data.published is None):
        data.published = published[:MOST_FIELD]
    if is_article:
        data.authors = _author_names(block.get("author"), known) or data.authors
    if str(block.get("isAccessibleForFree")).lower() == "false":
        data.free = False


def _author_names(author: Any, known: dict[str, dict[str, Any]]) -> list[str]:
    """Return the names of authors; those given by @id are looked up in `known`."""
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
