"""Finds the authors of a page: in structured data, meta tags, or the visible byline. Pure.

To be called before boilerplate is removed: bylines are often in boxes beside the text.
"""

from __future__ import annotations

import lxml.html
from trafilatura.metadata import extract_author

from crawler.metadata.author_names import is_news_agency, is_person_name, split_names
from crawler.metadata.editorial_teams import is_team
from crawler.metadata.structured_data import StructuredData
from crawler.metadata.visible_byline import find_byline, is_only_quoted

MAX_AUTHORS = 50


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
    names = split_names(str(extract_author(document) or ""), data.sites)
    return [name for name in names if not is_only_quoted(document, name)]
