"""Finds the authors of a page: in structured data, meta tags, or the visible byline. Pure.

To be called before boilerplate is removed: bylines are often in boxes beside the text.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import lxml.html
from trafilatura import xpaths
from trafilatura.htmlprocessing import prune_unwanted_nodes
from trafilatura.json_metadata import normalize_authors
from trafilatura.metadata import extract_metainfo

from crawler.metadata.author_names import is_news_agency, is_person_name, split_names
from crawler.metadata.editorial_teams import is_team
from crawler.metadata.element_rules import ElementRule
from crawler.metadata.structured_data import StructuredData
from crawler.metadata.visible_byline import find_byline, is_only_quoted

MAX_AUTHORS = 50
_MAX_MARKED = 120  # characters of an element that is marked as an author
_MARKED: list[Any] = [ElementRule(one) for one in xpaths.AUTHOR_XPATHS]
_NOT_AUTHORS: list[Any] = [
    ElementRule(xpaths.AUTHOR_DISCARD_XPATHS[0]),
    *xpaths.AUTHOR_DISCARD_XPATHS[1:],
]


def find_authors(document: lxml.html.HtmlElement, data: StructuredData) -> tuple[str, ...]:
    """Return the authors of a page in document order.

    Names of the site, roles, dates, commenters and the outlet's staff ("News Desk") are left out.
    An organisation that the structured data names as author is kept; if it is the site itself, only
    if no person is named anywhere.
    """
    claimed: list[str] = []
    site: list[str] = []
    for claim in data.block_authors:
        names = split_names(claim.name, data.sites, is_organisation=claim.is_organisation)
        if data.sites.is_name(claim.name) and (claim.is_organisation or is_news_agency(claim.name)):
            site.append(claim.name)
        elif names:
            claimed += names
        elif is_person_name(claim.name) and claim.is_person:
            claimed.append(claim.name)  # a site with the name of its author
    claims = (*(claim.name for claim in data.block_authors), *data.meta_authors)
    found = (
        claimed
        or [name for claim in data.meta_authors for name in split_names(claim, data.sites)]
        or find_byline(document, data.sites)
        or ([] if any(map(is_team, claims)) else _guess_authors(document, data))
        or site
    )
    return tuple(dict.fromkeys(found))[:MAX_AUTHORS]


def _guess_authors(document: lxml.html.HtmlElement, data: StructuredData) -> list[str]:
    """Return the authors that trafilatura finds, without those of quotations and comments."""
    marked = _find_marked_author(document)
    names = split_names(marked, data.sites) if marked else []
    return [name for name in names if not is_only_quoted(document, name)]


def _find_marked_author(document: lxml.html.HtmlElement) -> str:
    """Return the text of the element whose names mark an author, as `extract_author` does."""
    if not any(rule(document) for rule in _MARKED):
        return ""  # saves a copy of the page
    copied = prune_unwanted_nodes(deepcopy(document), _NOT_AUTHORS)
    found = extract_metainfo(copied, _MARKED, len_limit=_MAX_MARKED)
    return (normalize_authors(None, found) or "") if found else ""
