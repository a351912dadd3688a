"""Descriptions of the rules that cut text from an article's page, and keys of cut blocks. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "recurring": "also on other pages of the site",
    "other-article": "a link to another article of the site, or its teaser",
    "linked-line": "a link to another article amid the text",
    "house-line": "a link, a request to readers or a credit, by its wording",
    "plea": "asks readers to log in, to pay, to agree or to switch something on",
    "page-note": "a headline, a date line or a note about an author",
    "caption": "the caption or credit of a picture",
    "sidebar": "in a sidebar",
    "menu": "in a menu",
    "footer": "in the footer",
    "form": "in a form or dialog",
    "hidden": "hidden on the page",
    "box": "in a box that is named as no part of the article",
    "comments": "among readers' comments",
    "column": "in a column beside the article",
    "junk": "the page had nothing else, and other pages of the site have the same",
    "extractor": "found to be no part of an article",
    "over-limit": "not kept: more than is kept of one page",
}
_LETTERS = re.compile(r"[^\W\d_]+|\d+")


def rule_in_words(rule: str, detail: str = "") -> str:
    """Describe the rule that cut a block."""
    words = RULES.get(rule, rule)
    return f"{words} ({detail})" if detail else words


def block_key(text: str) -> str:
    """Return the key of a block (40 hex digits): without case, punctuation and numbers."""
    words = ("0" if word.isdigit() else word for word in _LETTERS.findall(text.casefold()))
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:40]
