"""The extractors of trafilatura are called one by one, and give what the library gives."""

from __future__ import annotations

from copy import deepcopy

import lxml.html
import pytest
from lxml import etree
from trafilatura import bare_extraction, xpaths
from trafilatura.metadata import extract_author

from crawler.extraction.cleaning.parse_document import parse_document
from crawler.extraction.main_text.cascade import extract_article_text
from crawler.extraction.parsed_page import collect_blocks
from crawler.metadata.authors import _find_marked_author
from crawler.metadata.element_rules import ElementRule
from tests import DATA

PAGES = sorted((DATA / "pages").glob("*.html"))
RULES = (
    *xpaths.OVERALL_DISCARD_XPATH,
    *xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
    *xpaths.RAW_TREE_PRUNE_XPATH,
    *xpaths.DISCARD_IMAGE_ELEMENTS,
    *xpaths.TEASER_DISCARD_XPATH,
    *xpaths.AUTHOR_XPATHS,
    xpaths.AUTHOR_DISCARD_XPATHS[0],
)
NAMES = """
<html><body class="writer"><div class="sidebar">a</div><div id="x" class="sidebar">b</div>
<div class="x" id="cookie">c</div><div id="cookie" class="x">d</div>
<div id="x" class="cookie">e</div>
<p style="display:none">f</p><section id="infinite-scroll"><h1>g</h1></section>
<section id="infinite-scroll"><p>h</p></section><author>Ada Okonjo</author>
<div class="comment-list">i</div><ol id="comments"><li>j</li></ol><ul class="reply"><li>k</li></ul>
<span class="teaser">l</span><div class="caption">m</div><a rel="author">n</a><p>o</p></body></html>
"""


def pages() -> list[lxml.html.HtmlElement]:
    read = [parse_document(path.read_bytes(), None) for path in PAGES]
    return [*read, lxml.html.document_fromstring(NAMES)]


@pytest.mark.parametrize("expression", RULES, ids=lambda one: one.path.strip()[:60])
def test_rule_selects_what_its_expression_selects(expression: etree.XPath) -> None:
    rule = ElementRule(expression, is_only_candidate="not(.//h1)" in expression.path)
    for _ in range(2):  # new combinations, and known ones
        for page in pages():
            assert rule(page) == list(expression(page))


def test_long_attributes_are_not_remembered() -> None:
    rule = ElementRule(xpaths.TEASER_DISCARD_XPATH[0])
    page = lxml.html.document_fromstring(f'<p class="teaser {"x" * 1000}">a<p class="teaser">b')
    assert len(rule(page)) == 2
    assert len(rule._known) == 1


def test_many_combinations_are_not_remembered() -> None:
    rule = ElementRule(xpaths.TEASER_DISCARD_XPATH[0])
    for start in (0, 3_000, 6_000):
        names = (f'<p class="teaser{at}">a</p>' for at in range(start, start + 3_000))
        assert len(rule(lxml.html.document_fromstring("".join(names)))) == 3_000
        assert len(rule._known) <= 4_000


SHORT = "<p>The trust signed a contract.</p>"
LONG = "<p>The trust signed a contract for records, and it will run for nine years.</p>" * 12
SHAPES = {
    "short": f"<article>{SHORT}</article>",
    "long": f"<article>{LONG}</article>",
    "short beside much": f"<div class='content'>{SHORT}</div><div>{'Other words. ' * 400}</div>",
    "beside a longer text": f"<article>{LONG}</article><div id='b'>{LONG * 4}</div>",
    "a figure": f"<article>{LONG}<figure><img></figure><aside>Other</aside></article>",
    "a table": f"<article><table><tr><td>{LONG}</td><td>{LONG}</td></tr></table></article>",
    "loose lines": f"<div>{'One line of the text<br>' * 40}</div>",
    "lists": f"<main><ul><li>{SHORT}</li><li><a href='/'>Home</a></li></ul>{LONG}</main>",
    "no text": "<article></article>",
    "twice": f"<section class='post'>{LONG}{LONG}</section>",
    "quotes": f"<article><blockquote>{LONG}</blockquote>And so on.<pre>x = 1</pre>tail</article>",
}


@pytest.mark.parametrize("fast", [False, True], ids=["compared", "fast"])
@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
def test_text_of_a_shape_is_that_of_the_library(body: str, *, fast: bool) -> None:
    check_text(lxml.html.document_fromstring(f"<html><body>{body}</body></html>"), fast=fast)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_text_of_a_page_is_that_of_the_library(path: object) -> None:
    page = parse_document(path.read_bytes(), None)  # type: ignore[attr-defined]
    assert _find_marked_author(page) == (extract_author(page) or "")
    collect_blocks(page)  # without scripts
    check_text(page, fast=False)


def check_text(page: lxml.html.HtmlElement, *, fast: bool) -> None:
    url = "https://wharfside.example/news/1"
    found = bare_extraction(deepcopy(page), url=url, include_comments=False, fast=fast)
    ours = extract_article_text(page, url, fast=fast)
    assert ours == (None if found is None else found.text)
