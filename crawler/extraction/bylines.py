"""Find the authors of a page: metadata first, then visible text. Pure.

To be called before boilerplate is removed: bylines are often in boxes beside the text.
"""

from __future__ import annotations

import re

import lxml.html
from trafilatura.metadata import extract_author

from crawler.extraction.structured_data import StructuredData
from crawler.text.plain_text import one_line

MOST_AUTHORS = 50
_MAX_BYLINE = 5_000  # characters of a byline that are read
_SEPARATOR = re.compile(r";|,(?:\s*+and\s)?+|\sand\s|\s&\s")  # blanks around it are stripped later
_BY = re.compile(r"^(?:(?:written|posted|reported|(?:view\s)?all\sposts)\s)?by\s++", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?:(?:no |follow )?author|unknown|anonymous|admin(?:istrator)?|user ?name|guest|super ?user"
    r"|wordpress)$",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?:ph\.?d|m\.?d|m\.?a|m\.?sc|b\.?a|b\.?sc|mph|mba|r\.?n|r\.?d|frcp|obe|cbe)\.?$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:\b\w|\b[JS]r)\.$")


def authors_of(document: lxml.html.HtmlElement, data: StructuredData) -> tuple[str, ...]:
    """Return the authors of a page in its order, without degrees and placeholders."""
    named = [person for claim in data.authors for person in _split_names(claim)]
    if not named:
        named = _split_names(str(extract_author(document) or ""))
    return tuple(dict.fromkeys(named))[:MOST_AUTHORS]


def _split_names(claim: str) -> list[str]:
    found = []
    for part in _SEPARATOR.split(one_line(claim[:_MAX_BYLINE])):
        name = _BY.sub("", part.strip()).strip(" ,|")
        if name.endswith(".") and not _INITIAL.search(name):
            name = name[:-1]
        is_name = 1 < len(name) < 80 and "@" not in name and "http" not in name
        if is_name and not _PLACEHOLDER.match(name) and not _DEGREE.match(name):
            found.append(name)
    return found
