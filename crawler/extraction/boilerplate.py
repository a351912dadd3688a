"""Takes out of a page what surrounds an article: readers' comments, lists of others, pleas. Pure.

The names of classes and ids say what a part is for; whole words of them count, so that `comment`
does not hit `commentary`. Names lie, so a part that holds much of the page's prose stays whatever
it is called: a wrapper named `widget` or `read-more` may be the article itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import lxml.html

from crawler.text.plain_text import squeeze

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
_FEW_CAPTIONS = 0.25  # of a page's text
_TAGS = frozenset(("aside", "nav", "footer", "form", "dialog"))
_MACHINERY = ("script", "style", "noscript", "template", "iframe", "button", "textarea", "select")
_CHROME = re.compile(
    r"""^(?:
      (?:(?:all|show|view|load|user|post\sa|no)\s)?comments?(?:\sare\sclosed|\son\s.{0,150})?
      |(?:this\spost\shas\s)?\d+\s(?:comments?|repl(?:y|ies)|responses?)|comments?\s?[(:]?\s?\d+\s?\)?
      |(?:leave\sa\s(?:reply|comment))?(?:\s?cancel(?:\s(?:comment\s)?reply)?)?|\d+
      |reply|like|share|report(?:\sabuse)?|permalink|loading(?:\scomments)?
      |view\sthe\sdiscussion\sthread|join\s(?:the\s)?(?:discussion|conversation)
      |comments?\spowered\sby\s\w+|your\semail\saddress\swill\snot\sbe\spublished.{0,60}
      |(?:you\smust\sbe\s|please\s)?(?:log(?:ged)?|sign(?:ed)?)\sin\s(?:or|to|with)\b.{0,60}
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_BLOCKS = frozenset(("p", "div", "td", "section", "article", "li", "blockquote", "main", "span"))
_CARRIERS = ("div", "section", "aside", "ol", "ul", "li", "p", "article", "form")
_SHORT = 80  # characters; a block with fewer is a heading, a teaser or a menu rather than prose
_MUCH = 0.3  # of a page's prose
_MOST = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prose:
    """The running text of a page: characters in each element, blocks within it included."""

    held: dict[lxml.html.HtmlElement, int]
    whole: int

    def drop(self, element: lxml.html.HtmlElement) -> None:
        """Take an element out of its page."""
        if gone := self.held.get(element, 0):
            for above in element.iterancestors():
                self.held[above] = self.held.get(above, 0) - gone
        _drop(element)


def strip_boilerplate(document: lxml.html.HtmlElement) -> str:
    """Remove what is not the article from `document`; returns the text of readers' comments."""
    for element in list(document.iter(*_MACHINERY)):
        _drop(element)
    prose = _prose(document)
    comments = []
    for element in list(_marked(document, _COMMENTS)):
        if not _stands_in(document, element):
            continue
        if _share(element, prose) < _MOST or _holds_comments(element):
            comments.append(_comment_text(element, prose))
    for element in list(_surrounding(document)):
        if _stands_in(document, element) and _share(element, prose) < _MUCH:
            prose.drop(element)
    hidden = [one for one in document.iter() if isinstance(one.tag, str) and _is_hidden(one)]
    paragraphs = _sums(document, _counts_as_paragraph) if hidden else {}
    for element in hidden:
        if paragraphs[element] < 2:  # else it may be the article: pages fold it, or show it later
            _drop(element)
    _drop_captions(document)
    return squeeze("\n".join(comments))


def _drop_captions(document: lxml.html.HtmlElement) -> None:
    """Remove what stands under pictures, unless the article is told in captions."""
    captions = [
        element
        for element in document.iter("figcaption", "div", "p", "span", "small", "cite")
        if element.tag == "figcaption" or _CAPTION.search(element.get("class") or "")
    ]
    if not captions:
        return
    lengths = _sums(document, _length)
    if sum(lengths[element] for element in captions) < _FEW_CAPTIONS * lengths[document]:
        for element in captions:
            if lengths[element] < _LONGEST_CAPTION:
                _drop(element)


def _length(element: lxml.html.HtmlElement) -> int:
    """The characters that stand in an element and in none of its children."""
    own = len((element.text or "").strip()) if isinstance(element.tag, str) else 0
    return own + sum(len((child.tail or "").strip()) for child in element)


def _counts_as_paragraph(element: lxml.html.HtmlElement) -> int:
    """1 for a paragraph of running text; no more of it is read than it takes to tell."""
    length = 0
    if element.tag == "p":
        for part in element.itertext():
            length += len(part)
            if length > _SHORT:
                return 1
    return 0


def _sums(
    document: lxml.html.HtmlElement, measure: Callable[[lxml.html.HtmlElement], int]
) -> dict[lxml.html.HtmlElement, int]:
    """A measure of each element together with all that stand in it, in one pass over the page."""
    sums = {element: measure(element) for element in document.iter()}
    for element in reversed(sums):
        if element is not document and (parent := element.getparent()) is not None:
            sums[parent] += sums[element]
    return sums


def _marked(
    document: lxml.html.HtmlElement, pattern: re.Pattern[str]
) -> Iterator[lxml.html.HtmlElement]:
    for element in document.iter(*_CARRIERS):
        if _is_named(element, pattern):
            yield element


def _is_named(element: lxml.html.HtmlElement, pattern: re.Pattern[str]) -> bool:
    names = (element.get("class") or "").split()
    return any(pattern.match(name) for name in (*names, element.get("id") or ""))


def _surrounding(document: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    for element in document.iter(*_CARRIERS, *_TAGS):
        if element.tag in _TAGS or _is_named(element, _OTHERS):
            yield element


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    """Whether a reader does not see it: declared so where it stands, or meant for the ear."""
    if element.tag in ("html", "body", "head", "main"):
        return False
    if element.get("hidden") is not None or _NOT_SHOWN.search(element.get("style") or ""):
        return True
    return bool(_FOR_THE_EAR.search(element.get("class") or ""))


def _stands_in(document: lxml.html.HtmlElement, element: lxml.html.HtmlElement) -> bool:
    return any(above is document for above in element.iterancestors())


def _prose(document: lxml.html.HtmlElement) -> _Prose:
    """What each block holds of running text, beyond what a heading or teaser would."""
    held = _sums(document, _prose_of)
    return _Prose(held=held, whole=held[document])


def _prose_of(element: lxml.html.HtmlElement) -> int:
    if element.tag not in _BLOCKS:
        return 0
    own = len((element.text or "").strip())
    for child in element:
        own += len((child.tail or "").strip())
        if child.tag not in _BLOCKS and child.tag != "a":
            own += len((child.text or "").strip())
    return max(0, own - _SHORT)


def _share(element: lxml.html.HtmlElement, prose: _Prose) -> float:
    return prose.held.get(element, 0) / prose.whole if prose.whole else 0.0


def _holds_comments(element: lxml.html.HtmlElement) -> bool:
    return any(
        "comment" in (child.get("class") or "").lower() for child in element.iter("li", "article")
    )


def _comment_text(element: lxml.html.HtmlElement, prose: _Prose) -> str:
    """What readers wrote, less the form and its buttons; the element is taken out of the page."""
    for form in list(element.iter("form", "label", "input")):
        if form is not element:
            prose.drop(form)
    blocks = [
        " ".join(" ".join(str(part) for part in block.itertext()).split())
        for block in element.iter("p", "li", "blockquote", "div")
        if block.find("p") is None and block.find("div") is None and block.find("li") is None
    ]
    prose.drop(element)
    return "\n".join(dict.fromkeys(block for block in blocks if not _CHROME.match(block)))


def _drop(element: lxml.html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
