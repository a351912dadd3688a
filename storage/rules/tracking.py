"""Recognises parameters and fragments of a URL that only track its reader. Pure.

The names are in `tracking_parameters.txt`, which describes its own format.
"""

from __future__ import annotations

import re
from importlib import resources
from urllib.parse import unquote_plus

_LIST = "tracking_parameters.txt"
# anchors of parts that every article page has
_PAGE_PARTS = frozenset(
    ("comments", "comment", "respond", "disqus_thread", "commentform", "commentsform",
     "comments-section", "comments-wrapper", "comment-section", "comment-form", "comment-list",
     "add-comment", "addcomment", "post-comment", "postcomment", "leave-comment",
     "leave-a-comment", "viewcomments", "view-comments", "replies", "reply", "discussion", "top",
     "page-top", "content", "main", "main-content", "maincontent", "primary", "article", "start",
     "header", "footer", "share", "skip-to-content", "skip-content", "page-content",
     "site-content", "google_vignette", "jump", "skip", "readmore", "read-more", "rss", "atom",
     "feed", "_=_")
)  # fmt: skip
# WordPress's "more" link; Tynt, ShareThis, AddThis and their like
_COUNTED = re.compile(
    r"more-\d{1,12}|ixzz\w{1,12}|sthash\.\w{1,20}(?:\.\w{1,20})?|\.\w{8,20}(?:\.\w{1,20})?"
)
_DIRECTIVE = ":~:"  # after it: instructions to a browser (WICG, URL fragment text directives)
_ROUTE = ("!", "/")  # begins the fragment of a route of a single-page application


def _load_parameters() -> tuple[frozenset[str], tuple[str, ...], frozenset[str], tuple[str, ...]]:
    text = resources.files("storage.rules").joinpath(_LIST).read_text("utf-8")
    lines = [one.strip() for one in text.splitlines() if one.strip() and not one.startswith("#")]
    whole = frozenset(one for one in lines if not one.endswith("*"))
    beginnings = frozenset(one[:-1] for one in lines if one.endswith("*"))
    pairs = frozenset(one for one in whole if "=" in one)
    pair_beginnings = frozenset(one for one in beginnings if "=" in one)
    return whole - pairs, tuple(beginnings - pair_beginnings), pairs, tuple(pair_beginnings)


_NAMES, _BEGINNINGS, _PAIRS, _PAIR_BEGINNINGS = _load_parameters()


def is_tracking(parameter: str) -> bool:
    """Return whether `name=value`, as written in a URL, only tracks.

    Also after an ampersand that is escaped as in HTML: `?id=7&amp;utm_source=rss`.
    """
    name, _, value = parameter.partition("=")
    name = unquote_plus(name).lower().removeprefix("amp;")
    if name in _NAMES or name.startswith(_BEGINNINGS):
        return True
    pair = f"{name}={unquote_plus(value).lower()}"
    return pair in _PAIRS or pair.startswith(_PAIR_BEGINNINGS)


def remove_tracking(query: str) -> str:
    """Remove the parameters that only track; the others stay as written, in their order."""
    parts = query.split("&")
    kept = [one for one in parts if not is_tracking(one)]
    return query if len(kept) == len(parts) else "&".join(kept)


def distinguishing_fragment(fragment: str, path: str) -> str:
    """Return the part of a fragment that may distinguish one entry from another; else empty.

    Empty for fragments that only track, name a part that every page has, such as its comments, or
    say how a PDF is to be opened (RFC 8118). `path` is that of the URL.
    """
    fragment = fragment.partition(_DIRECTIVE)[0]
    if path.lower().endswith(".pdf"):
        return ""
    if fragment.startswith(_ROUTE):
        path, mark, query = fragment.partition("?")
        rest = remove_tracking(query)
        return path + mark + rest if rest or not query else path
    head, mark, query = fragment.partition("?")
    if mark and "=" in query:
        kept = remove_tracking(query)
        fragment = f"{head}?{kept}" if kept else head
    fragment = remove_tracking(fragment)
    if fragment.lower() in _PAGE_PARTS or _COUNTED.fullmatch(fragment):
        return ""
    return fragment
