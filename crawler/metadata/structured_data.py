"""Reads a page's metadata: JSON-LD, OpenGraph, microdata and meta tags. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import lxml.html

from crawler.metadata.article_block import choose_blocks, is_article
from crawler.metadata.json_ld import MAX_FIELD, JsonLd, read_json_ld, text_value, types_of
from crawler.metadata.site_names import SiteNames, collect_site_names
from crawler.text.plain_text import one_line, text_of

MAX_NAMES = 100
MAX_PARAGRAPHS = 1_000
MAX_BODY = 300_000  # characters of a text in structured data
_MAX_HEADINGS = 50
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
    "dcterms.issued",
    "citation_online_date",
    "citation_publication_date",
    "prism.publicationdate",
    "originalpublicationdate",
    "govuk:first-published-at",
)
_AUTHORS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "byl",
)
_INVERTED_KEYS = frozenset(("citation_author", "dc.creator", "dcterms.creator"))
_INVERTED = re.compile(
    r"(?P<family>[^\W\d_][^\W\d_'’-]*+(?:[\s'’-][^\W\d_]++)?),\s(?P<given>[^\W\d_][^,\d@]{0,40})"
)
_OTHER_THING = re.compile(r"object$|comment$|review$|person$|organization$", re.IGNORECASE)
_ORGANISATION = re.compile(r"organi[sz]ation$|corporation$|business$|^ngo$|university$|^project$")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorClaim:
    """An author named by structured data, as written; and whether declared as a person or not."""

    name: str
    is_organisation: bool = False
    is_person: bool = False


@dataclass(slots=True)
class StructuredData:
    """The metadata of a page; absent values are None or empty.

    `headline`, `published`, `block_authors`, `publisher` and `body` come from one block.
    """

    headline: str | None = None
    og_title: str | None = None
    description: str | None = None
    published: str | None = None
    block_authors: list[AuthorClaim] = field(default_factory=list)
    meta_authors: list[str] = field(default_factory=list)
    publisher: str | None = None
    body: str | None = None  # the article's text, with markup
    site_name: str | None = None
    sites: SiteNames = field(default_factory=SiteNames)
    canonical: str | None = None
    language: str | None = None
    is_published_by_block: bool = False
    free: bool | None = None  # isAccessibleForFree


def read_structured_data(
    document: lxml.html.HtmlElement, addresses: Collection[str] = ()
) -> StructuredData:
    """Read the metadata of a parsed page.

    Args:
        document: the parsed page.
        addresses: the absolute URLs under which the page was fetched.
    """
    data = StructuredData()
    metas = _read_metas(document)
    data.og_title = metas.get("og:title") or metas.get("twitter:title")
    data.description = metas.get("og:description") or metas.get("description")
    data.site_name = metas.get("og:site_name")
    data.published = next((metas[name] for name in _DATES if metas.get(name)), None)
    data.meta_authors = _read_meta_authors(document)
    data.language = (document.get("lang") or metas.get("og:locale") or "")[:35] or None
    for link in document.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            data.canonical = link.get("href")[:MAX_FIELD].strip()
            break
    json_ld = read_json_ld(document)
    known = [one for one in addresses if one]
    blocks = choose_blocks(
        json_ld.blocks,
        addresses=[*known, *(one for one in (data.canonical, metas.get("og:url")) if one)],
        titles=[*_read_titles(document), *([data.og_title] if data.og_title else [])],
    )
    for block in blocks:
        _add_block(data, block, json_ld)
    data.sites = collect_site_names(
        metas, json_ld.blocks, publisher=data.publisher, document=document,
        address=next(iter(known), data.canonical),
    )  # fmt: skip
    return data


def _read_metas(document: lxml.html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in document.iter("meta"):
        value = (meta.get("content") or "")[:MAX_FIELD].strip()
        if not value:
            continue
        for key in _list_meta_names(meta):
            found.setdefault(key, value)
    return found


def _read_meta_authors(document: lxml.html.HtmlElement) -> list[str]:
    """Return all values of the first name in `_AUTHORS` that the page has."""
    found: dict[str, list[str]] = {}
    for meta in document.iter("meta"):
        value = (meta.get("content") or "")[:MAX_FIELD].strip()
        if value and not value.startswith(("http", "//", "/")) and not _is_of_another_thing(meta):
            for key in _list_meta_names(meta):
                found.setdefault(key, []).append(value)
    key = next((key for key in _AUTHORS if key in found), "")
    names = found.get(key, [])[:MAX_NAMES]
    return [_restore_name_order(name) for name in names] if key in _INVERTED_KEYS else names


def _restore_name_order(name: str) -> str:
    """Convert "Okonjo, Ada" of a scholarly page to "Ada Okonjo"; keep two full names unchanged."""
    inverted = _INVERTED.fullmatch(name)
    if inverted is None or (" " in inverted["family"] and " " in inverted["given"]):
        return name
    return f"{inverted['given'].strip()} {inverted['family']}"


def _is_of_another_thing(meta: lxml.html.HtmlElement) -> bool:
    """Return whether microdata assigns a value to a picture, video or comment of the page."""
    if not meta.get("itemprop"):
        return False
    scope = next((one for one in meta.iterancestors() if one.get("itemscope") is not None), None)
    return scope is not None and bool(_OTHER_THING.search((scope.get("itemtype") or "")[:500]))


def _list_meta_names(meta: lxml.html.HtmlElement) -> list[str]:
    name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
    return name[:MAX_FIELD].lower().split()[:MAX_NAMES]


def _read_titles(document: lxml.html.HtmlElement) -> list[str]:
    titles = islice(document.iter("h1", "title"), _MAX_HEADINGS)
    return [one_line(text_of(one, MAX_FIELD)) for one in titles]


def _add_block(data: StructuredData, block: dict[str, Any], json_ld: JsonLd) -> None:
    """Add the values of a block that previous blocks lack."""
    article = is_article(block)
    headline = text_value(block.get("headline"))
    if not headline and not any(kind.endswith("page") for kind in types_of(block)):
        headline = text_value(block.get("name"))
    data.headline = data.headline or headline
    published = text_value(block.get("datePublished")) or text_value(block.get("dateCreated"))
    if published and (data.published is None or (article and not data.is_published_by_block)):
        data.published, data.is_published_by_block = published, True
    data.block_authors = data.block_authors or (
        _read_author_claims(block.get("author"), json_ld)
        or _read_author_claims(block.get("creator"), json_ld)
    )
    publisher = block.get("publisher")
    publisher = json_ld.resolve(
        publisher[0] if isinstance(publisher, list) and publisher else publisher
    )
    if isinstance(publisher, dict):  # a person who is the publisher is an author, not a site
        publisher = None if "person" in types_of(publisher) else publisher.get("name")
    data.publisher = data.publisher or text_value(publisher)
    data.body = data.body or _read_body(block)
    if str(text_value(block.get("isAccessibleForFree"))).lower().endswith("false"):
        data.free = False


def _read_body(block: dict[str, Any]) -> str | None:
    updates = block.get("liveBlogUpdate")
    body = block.get("articleBody") or block.get("text")
    # some have a list of paragraphs
    parts: list[object] = list(body[:MAX_PARAGRAPHS]) if isinstance(body, list) else [body]
    for one in updates[:MAX_NAMES] if isinstance(updates, list) else ():
        if isinstance(one, dict):
            parts += [one.get("headline"), one.get("articleBody")]
    texts = [part for part in parts if isinstance(part, str) and part.strip()]
    return "\n".join(texts)[:MAX_BODY] or None


def _read_author_claims(value: object, json_ld: JsonLd) -> list[AuthorClaim]:
    """Return the authors that a block names; those referred to by @id are resolved."""
    claims: list[AuthorClaim] = []
    people = value if isinstance(value, list) else [value]
    if len(people) == 1 and isinstance(people[0], list):
        people = people[0]
    for person in people[:MAX_NAMES]:
        one = json_ld.resolve(person)
        if not isinstance(one, dict):
            names, kinds = [one], frozenset[str]()
        else:
            named = one.get("name") or one.get("byline") or _build_full_name(one)
            names, kinds = named if isinstance(named, list) else [named], types_of(one)
        for name in names[:MAX_NAMES]:
            text = text_value(name)
            if text and not text.startswith(("http:", "https:", "//")):
                is_person = "person" in kinds
                is_organisation = any(_ORGANISATION.search(kind) for kind in kinds)
                claims.append(
                    AuthorClaim(
                        name=text,
                        is_organisation=is_organisation and not is_person,
                        is_person=is_person,
                    )
                )
    return list(dict.fromkeys(claims))


def _build_full_name(person: dict[str, Any]) -> str:
    names = (text_value(person.get("givenName")), text_value(person.get("familyName")))
    return " ".join(name for name in names if name)
