"""Takes out of a page what surrounds an article: readers' comments, lists of others, pleas. Pure.

The names of classes and ids say what a part is for; whole words of them count, so that `comment`
does not hit `commentary`, and nothing is removed that holds most of the page's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.html

from crawler.plain import squeeze

_COMMENTS = re.compile(
    r"^(comments?|comment-?(list|area|section|body|content|thread|wrapper)s?|comments-?(area|list|"
    r"section|container|wrapper)|disqus_thread|respond|commentlist|reader-comments|discussion)$",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"^(sidebar|side-bar|related(-?(posts?|articles?|content|stories|links|news))?|most-?read|"
    r"most-?popular|trending|popular-?posts|recommended|recommendations|newsletter(-?\w+)?|"
    r"subscribe(-?\w+)?|signup|sign-up|cookie-?\w*|consent-?\w*|gdpr\w*|share(-?(bar|buttons|links|"
    r"tools))?|social(-?(share|links|media|bar))?|breadcrumbs?|advert(isement)?s?|"
    r"read-?(more|next)|more-?(from|stories|news)|also-?read|see-?also|tag-?list|"
    r"author-?bio|outbrain\w*|taboola\w*|widget(-?area)?)$",
    re.IGNORECASE,
)
_TAGS = {
    "aside",
    "nav",
    "footer",
    "form",
    "dialog",
    "button",
    "iframe",
    "script",
    "style",
    "noscript",
}
_NOT_COMMENT = re.compile(
    r"^(comments (are )?closed\.?|\d+ comments?|leave a (reply|comment)|reply|"
    r"log in to (reply|comment)|comments?)$",
    re.IGNORECASE,
)
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_FOR_THE_EAR = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|print-only)(?:\s|$)", re.IGNORECASE
)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:img|image|photo|picture|figure|media|wp|video)?[-_]?(?:caption|credit)s?"
    r"(?:[-_](?:text|container|wrapper))?(?:\s|$)",
    re.IGNORECASE,
)
_LONGEST_CAPTION = 600  # characters
_CARRIERS = ("div", "section", "aside", "ol", "ul", "li", "p", "article", "form")
_MOST = 0.6


def strip_surroundings(document: lxml.html.HtmlElement) -> str:
    """Remove what is not the article from `document`; returns the text of readers' comments."""
    for element in list(document.iter("script", "style", "iframe")):
        _drop(element)
    whole = _length(document) or 1
    comments: list[str] = []
    for element in list(_marked(document, _COMMENTS)):
        if element.getparent() is None or not _inside(element, document):
            continue
        text = _comment_text(element)
        if _length(element) < _MOST * whole or _is_list(element):
            comments.append(text)
            _drop(element)
    for element in list(document.iter()):
        if _is_hidden(element) and not _holds_prose(element):
            _drop(element)
    _drop_captions(document, whole)
    for element in list(document.iter(*_TAGS)):
        if _length(element) < _MOST * whole and _keeps_no_article(element):
            _drop(element)
    for element in list(_marked(document, _OTHERS)):
        if _length(element) < 0.35 * whole and _keeps_no_article(element):
            _drop(element)
    return squeeze("\n".join(comments))


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    """Whether a reader does not see it: declared so where it stands, or meant for the ear."""
    if not isinstance(element.tag, str) or element.tag in ("html", "body", "head", "main"):
        return False
    if element.get("hidden") is not None or _NOT_SHOWN.search(element.get("style") or ""):
        return True
    return bool(_FOR_THE_EAR.search(element.get("class") or ""))


def _drop_captions(document: lxml.html.HtmlElement, whole: int) -> None:
    """Remove what stands under pictures, unless the article is told in captions."""
    captions = [
        element
        for element in document.iter("figcaption", "div", "p", "span", "small", "cite")
        if element.tag == "figcaption" or _CAPTION.search(element.get("class") or "")
    ]
    if sum(map(_length, captions)) < 0.25 * whole:
        for element in captions:
            if _length(element) < _LONGEST_CAPTION and element.getparent() is not None:
                _drop(element)


def _holds_prose(element: lxml.html.HtmlElement) -> bool:
    """Whether it may be the article after all: pages fold it, or show it by a script."""
    return sum(_length(paragraph) > 80 for paragraph in element.iter("p")) > 1


def _marked(
    document: lxml.html.HtmlElement, pattern: re.Pattern[str]
) -> Iterator[lxml.html.HtmlElement]:
    for element in document.iter(
        "div", "section", "aside", "ol", "ul", "li", "p", "article", "form"
    ):
        names = [*(element.get("class") or "").split(), element.get("id") or ""]
        if any(pattern.match(name) for name in names):
            yield element


def _inside(element: lxml.html.HtmlElement, document: lxml.html.HtmlElement) -> bool:
    return any(above is document for above in element.iterancestors())


def _is_list(element: lxml.html.HtmlElement) -> bool:
    return any(
        "comment" in (child.get("class") or "").lower() for child in element.iter("li", "article")
    )


def _keeps_no_article(element: lxml.html.HtmlElement) -> bool:
    if element.tag in ("script", "style", "noscript", "iframe", "button"):
        return True
    return element.find(".//h1") is None and element.find(".//article") is None


def _comment_text(element: lxml.html.HtmlElement) -> str:
    blocks = [
        " ".join(" ".join(str(part) for part in block.itertext()).split())
        for block in element.iter("p", "li", "blockquote", "div")
        if block.find("p") is None and block.find("div") is None and block.find("li") is None
    ]
    kept = [block for block in blocks if block and not _NOT_COMMENT.match(block)]
    return "\n".join(dict.fromkeys(kept))


def _length(element: lxml.html.HtmlElement) -> int:
    return sum(len(str(text).strip()) for text in element.itertext())


def _drop(element: lxml.html.HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None:
        element.drop_tree()
