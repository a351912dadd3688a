"""Paragraphs that an extractor lost come back where they stood, and as often."""

from __future__ import annotations

import lxml.html

from crawler.extraction.lost_paragraphs import Paragraph, restore_paragraphs
from crawler.extraction.page import extract
from crawler.extraction.repeated_paragraphs import find_repeated, restore_repeated
from tests.support.pages import a_fetched_page

BOX = ("div", "story-part", "")
ONE, TWO, THREE, FOUR = (
    f"This is paragraph {number} of a story about the wards, long enough to count as one."
    for number in ("one", "two", "three", "four")
)
OATH = "I will keep the records of the Tarn clinics as if they were those of my own family."
SPOKEN = "Forty clerks of the Tarn clinics said these words in the hall on Tuesday, one by one."


def page(*texts: str, box: tuple[str, str, str] = BOX) -> list[Paragraph]:
    return [Paragraph(text, box) for text in texts]


def test_a_lost_paragraph_of_the_articles_kind_comes_back_in_its_place() -> None:
    text = f"{ONE}\n- a list item\n{THREE}"
    assert restore_paragraphs(text, page(ONE, TWO, THREE, FOUR)).split("\n") == [
        ONE, TWO, "- a list item", THREE, FOUR,
    ]  # fmt: skip


def test_a_paragraph_in_another_kind_of_box_stays_out() -> None:
    text = f"{ONE}\n{TWO}"
    others = page(THREE, box=("div", "author-about", ""))
    assert restore_paragraphs(text, [*page(ONE, TWO), *others]) == text


def test_a_box_without_a_name_says_nothing() -> None:
    text = f"{ONE}\n{TWO}"
    assert restore_paragraphs(text, page(ONE, TWO, THREE, box=("div", "", ""))) == text


def test_a_kind_that_little_of_the_text_came_from_is_not_the_articles() -> None:
    story = [f"{ONE} Part {number}." for number in range(10)]
    text = "\n".join([*story, TWO, THREE])
    beside = page(TWO, THREE, FOUR, box=("div", "teaser", ""))
    assert restore_paragraphs(text, [*page(*story), *beside]) == text


def test_signs_that_nobody_sees_do_not_make_another_paragraph() -> None:
    text = f"{ONE}\n{TWO}\n{THREE}"
    shown = THREE.replace("story", "sto\u200cry \u2060")
    assert restore_paragraphs(text, page(ONE, TWO, shown)) == text


def test_a_paragraph_after_the_text_comes_back_where_its_box_stands_in_the_same_place() -> None:
    text = f"{ONE}\n{TWO}"
    place, other = ("div", "story"), ("div", "about")
    begun = [Paragraph(one, BOX, place) for one in (ONE, TWO)]
    assert restore_paragraphs(text, [*begun, Paragraph(THREE, BOX, place)]).endswith(THREE)
    assert restore_paragraphs(text, [*begun, Paragraph(THREE, BOX, other)]) == text


def test_a_paragraph_between_those_taken_comes_back_wherever_its_box_stands() -> None:
    story = [Paragraph(one, BOX, ("div", "story")) for one in (ONE, TWO, FOUR)]
    story.insert(2, Paragraph(THREE, BOX, ("div", "row")))
    assert THREE in restore_paragraphs(f"{ONE}\n{TWO}\n{FOUR}", story)


def oath_page(*paragraphs: str, tag: str = "p") -> str:
    rows = "".join(f"<{tag}>{one}</{tag}>" for one in paragraphs)
    return f"<html><body><article><h1>Clerks take an oath</h1>{rows}</article></body></html>"


def test_a_paragraph_that_an_article_says_twice_is_said_twice() -> None:
    for tag in ("p", "div"):
        text = extract(a_fetched_page(oath_page(OATH, OATH, SPOKEN, tag=tag))).text
        assert (text.count(OATH), text.count(SPOKEN)) == (2, 1)


def test_what_stands_again_in_a_box_of_its_own_is_said_once() -> None:
    page = oath_page(OATH, SPOKEN).replace("</article>", f"<div><p>{OATH}</p></div></article>")
    assert find_repeated(lxml.html.document_fromstring(page)) == {}


def test_a_text_that_has_all_or_none_of_them_stays_as_it_is() -> None:
    repeated = find_repeated(lxml.html.document_fromstring(oath_page(OATH, OATH, SPOKEN)))
    assert repeated == {OATH: 2}
    for text in (f"{OATH}\n{OATH}\n{SPOKEN}", SPOKEN, ""):
        assert restore_repeated(text, repeated) == text
    assert restore_repeated(f"{OATH}\n{SPOKEN}", repeated) == f"{OATH}\n{OATH}\n{SPOKEN}"


def test_a_paragraph_that_a_page_repeats_a_thousand_times_is_not() -> None:
    text = extract(a_fetched_page(oath_page(SPOKEN, *[OATH] * 1000))).text
    assert text.count(OATH) <= 5
