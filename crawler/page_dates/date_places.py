"""Walks the parts of a page that may contain its article's date. Pure.

Leaves out footers, readers' comments, sidebars, menus, and boxes about other articles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from itertools import islice

import lxml.html

from crawler.text.date_forms import fold
from crawler.text.folding import fold_letters

MAX_TEXT = 240  # characters of an element that may be a date line
_MAX_NODES = 200  # of one element that are searched for its text
_MAX_TEASER = 500  # characters of a box about another article
_MIN_LINK = 30  # characters of a link that is the headline of another article
_MIN_LONE_LINK = 45  # the same, outside a list
_MIN_LINK_WORDS = 5
_LINKS = ("a", "h2", "h3", "h4", "h5")
_LISTS = frozenset(("ul", "ol", "dl", "table", "li", "dd", "tr"))
_MAX_ABOVE = 6  # ancestors that are searched for such a box
_MAX_HEADINGS = 100
_MAX_TITLE = 120  # characters of a headline that are compared
_MAX_CELLS = 10  # of a row that are read
_MAX_NAMES = 300  # characters of an element's classes and identifier
_MAX_BEFORE = 60  # characters before an element
_NOT_HERE_TAGS = frozenset(
    {"footer", "aside", "nav", "form", "dialog", "script", "style", "noscript", "template"}
    | {"select", "button", "head", "iframe", "figure", "figcaption"}
)
_NOT_HERE_ROLES = frozenset({"banner", "complementary", "contentinfo", "navigation", "search"})
# "widget Blog" is the article in pages of Blogger
_NOT_HERE = re.compile(
    r"(?:^|[\s_-])(?:comments?|comment-?lists?|respond|disqus|repl(?:y|ies)|(?:user-?)?reviews|(?:twitter-?)?tweet|colophon|copyright|(?:site|page|main)-?footer"
    r"|side-?bar|related|relacionad[oa]s?|recommend(?:ed|ations)?|widget(?!\sBlog(?:\s|$))|menu|navigation|breadcrumbs?|ticker|popular"
    r"|trending|most-?read|more-?(?:from|news|stories|on)|latest|recent|newsletter|promo|teasers?"
    r"|weather|masthead|top-?bar|site-?header|header-?top|current-?date|today|advert(?:isement)?"
    r"|upcoming|events|calendar|archives|cookies?|consent|modal|popup"
    r"|author-?(?:bio|box)|read-?next|see-?also|also-?read|suggest(?:ed|ions)?)(?:[\s_-]|$)"
    r"|(?:^|\s)footer(?:\s|$)",
    re.IGNORECASE,
)
# readers' comments, and objects with dates of their own
_OTHER_TYPE = re.compile(
    r"schema\.org/(?:(?:User)?Comments?|[a-z]{0,30}Event|JobPosting)\b", re.IGNORECASE
)
_YEAR = re.compile(r"\d{4}")


def find_headline(
    document: lxml.html.HtmlElement, title: str | None
) -> lxml.html.HtmlElement | None:
    """Return the heading with the text of the title, else the first heading of level one."""
    wanted = _fold_title(title or "")
    headings = list(islice(document.iter("h1", "h2", "h3"), _MAX_HEADINGS))
    for tags in (("h1",), ("h2", "h3")):
        for one in headings:
            if one.tag in tags and wanted and _fold_title(bounded_text(one)) == wanted:
                return one
    return next((one for one in headings if one.tag == "h1" and bounded_text(one)), None)


def walk_article(
    document: lxml.html.HtmlElement, around: Collection[lxml.html.HtmlElement]
) -> Iterator[lxml.html.HtmlElement]:
    """Yield the elements of a page in document order, without those that never have its date.

    `around`: the ancestors of the headline, which are kept in spite of their names: a body may be
    named `has-sidebar`.
    """
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if not isinstance(one.tag, str):
            continue
        kept = one in around or one.tag in ("html", "body", "main")
        if kept or not is_elsewhere(one):
            yield one
            waiting.extend(reversed(one))


def is_elsewhere(element: lxml.html.HtmlElement) -> bool:
    """Return whether an element is a footer, a sidebar, readers' comments, or another subject."""
    if element.tag in _NOT_HERE_TAGS or (element.get("role") or "").lower() in _NOT_HERE_ROLES:
        return True
    parent = element.getparent()
    if element.tag == "header" and parent is not None and parent.tag == "body":
        return True  # that of the site
    classes, identifier = element.get("class"), element.get("id")
    if (classes or identifier) and _is_name_elsewhere(
        f"{classes or ''} {identifier or ''}"[:_MAX_NAMES]
    ):
        return True
    kind = element.get("itemtype")
    return bool(kind and _OTHER_TYPE.search(kind[:_MAX_NAMES]))


@lru_cache(maxsize=4096)  # elements share few names
def _is_name_elsewhere(names: str) -> bool:
    return _NOT_HERE.search(names) is not None


def is_within(element: lxml.html.HtmlElement, around: Collection[lxml.html.HtmlElement]) -> bool:
    """Return whether an element is in the head, or among those of `walk_article`."""
    for one in element.iterancestors():
        if one in around or one.tag in ("head", "body", "main"):
            return True
        if is_elsewhere(one):
            return False
    return True


class Teasers:
    """Finds the boxes of a page that are teasers of other articles; results are cached.

    Args:
        around: the ancestors of the headline; none of them is a teaser.
    """

    def __init__(self, around: Collection[lxml.html.HtmlElement]) -> None:
        self._around = around
        self._known: dict[lxml.html.HtmlElement, bool | None] = {}

    def contain(self, element: lxml.html.HtmlElement) -> bool:
        """Return whether an element is in a small box with a link or heading like a headline."""
        for one in islice(element.iterancestors(), _MAX_ABOVE):
            if one not in self._known:
                self._known[one] = self._classify_box(one)
            if (known := self._known[one]) is not None:
                return known
        return False

    def _classify_box(self, box: lxml.html.HtmlElement) -> bool | None:
        """Return whether a box is a teaser; None where that depends on the box around it."""
        if box in self._around or box.tag in ("body", "main"):
            return False
        if box.tag == "a" and len(bounded_text(box)) >= _MIN_LINK:
            return True
        if len(bounded_text(box, _MAX_TEASER)) >= _MAX_TEASER:
            return False
        least = _MIN_LINK if box.tag in ("li", "article", "tr") else _MIN_LONE_LINK
        for part in islice(box.iter(), _MAX_NODES):
            if part.tag in _LINKS and _is_headline(bounded_text(part), part.tag, least):
                return True
        return None


def words_before(element: lxml.html.HtmlElement) -> str:
    """Return the text directly before an element, in its parent or the one above; folded."""
    words = ""
    for _ in range(2):
        parent = element.getparent()
        if parent is None:
            break
        before = [parent.text or ""]
        for sibling in reversed(list(islice(element.itersiblings(preceding=True), 3))):
            before += [bounded_text(sibling), sibling.tail or ""]
        words = " ".join(before)[-MAX_TEXT:]
        if words.strip():
            break
        element = parent
    return fold(words)[-_MAX_BEFORE:]


def is_in_row(element: lxml.html.HtmlElement, around: Collection[lxml.html.HtmlElement]) -> bool:
    """Return whether an element is in a table row with other texts but not the headline."""
    if element.tag in ("table", "thead", "tbody"):
        return True
    row = element if element.tag == "tr" else next(element.iterancestors("tr"), None)
    if row is None or row in around:
        return False
    return sum(bool(bounded_text(cell)) for cell in row[:_MAX_CELLS]) > 1


def is_in_list(element: lxml.html.HtmlElement, around: Collection[lxml.html.HtmlElement]) -> bool:
    """Return whether an element is in a list or table that does not hold the headline."""
    for one in islice((element, *element.iterancestors()), _MAX_ABOVE):
        if one in around:
            return False
        if one.tag in _LISTS:
            return True
    return False


def own_text(element: lxml.html.HtmlElement) -> str:
    """Return an element's text as `bounded_text` does, without parts that never have the date."""
    text = bounded_text(element)
    if not _YEAR.search(text):
        return text  # without a date, the parts need not be checked
    return bounded_text(element, is_skipped=is_elsewhere)


def bounded_text(
    element: lxml.html.HtmlElement,
    most: int = MAX_TEXT,
    *,
    is_skipped: Callable[[lxml.html.HtmlElement], bool] | None = None,
) -> str:
    """Return the first characters of an element's text, from a bounded number of nodes.

    `is_skipped`: decides which elements within it are left out.
    """
    if not len(element):  # the most frequent case
        is_text = isinstance(element.tag, str) and element.tag not in ("script", "style")
        text = (element.text or "") if is_text else ""
        return " ".join(text[: 2 * most].split())[:most]
    pieces: list[str] = []
    length, nodes = 0, 0
    waiting: list[lxml.html.HtmlElement | str] = [element]
    while waiting and length < most and nodes < _MAX_NODES:
        one = waiting.pop()
        nodes += 1
        if isinstance(one, str):
            pieces.append(one[: 2 * most])
            length += len(one.strip())
        elif not isinstance(one.tag, str) or one.tag in ("script", "style"):
            continue
        elif one is element or is_skipped is None or not is_skipped(one):
            for child in reversed(one[:_MAX_NODES]):
                waiting += [child.tail, child] if child.tail else [child]
            if one.text:
                waiting.append(one.text)
    return " ".join(" ".join(pieces).split())[:most]


def _is_headline(text: str, tag: str, least: int) -> bool:
    if tag != "a":
        return len(text) >= _MIN_LINK
    return len(text) >= least and len(text.split()) >= _MIN_LINK_WORDS


def _fold_title(text: str) -> str:
    return fold_letters(text)[:_MAX_TITLE]
