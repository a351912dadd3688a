"""What an article says twice is said twice; what a page shows twice around it is not."""

from __future__ import annotations

import lxml.html

from crawler.extraction.page import extract
from crawler.extraction.repeated_paragraphs import find_repeated, restore_repeated
from tests.support.pages import a_fetched_page

OATH = "I will keep the records of the Tarn clinics as if they were those of my own family."
STORY = "Forty clerks of the Tarn clinics said these words in the hall on Tuesday, one by one."


def body(*paragraphs: str, tag: str = "p") -> str:
    rows = "".join(f"<{tag}>{one}</{tag}>" for one in paragraphs)
    return f"<html><body><article><h1>Clerks take an oath</h1>{rows}</article></body></html>"


def test_a_paragraph_that_an_article_says_twice_is_said_twice() -> None:
    for tag in ("p", "div"):
        text = extract(a_fetched_page(body(OATH, STORY, OATH, tag=tag))).text
        assert (text.count(OATH), text.count(STORY)) == (2, 1)


def test_what_stands_again_in_a_box_of_its_own_is_said_once() -> None:
    page = body(OATH, STORY).replace("</article>", f"<div><p>{OATH}</p></div></article>")
    assert find_repeated(lxml.html.document_fromstring(page)) == {}


def test_a_text_that_has_all_or_none_of_them_stays_as_it_is() -> None:
    repeated = find_repeated(lxml.html.document_fromstring(body(OATH, OATH, STORY)))
    assert repeated == {OATH: 2}
    for text in (f"{OATH}\n{OATH}\n{STORY}", STORY, ""):
        assert restore_repeated(text, repeated) == text
    assert restore_repeated(f"{OATH}\n{STORY}", repeated) == f"{OATH}\n{OATH}\n{STORY}"


def test_a_paragraph_that_a_page_repeats_a_thousand_times_is_not() -> None:
    text = extract(a_fetched_page(body(STORY, *[OATH] * 1000))).text
    assert text.count(OATH) <= 5
