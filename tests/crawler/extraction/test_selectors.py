"""An article's page is read by the selectors of its source."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import lxml.html
import pytest

from config.model import Selectors
from crawler.extraction.selectors import read_selected
from tests.support.builders import NOW, an_entry
from tests.support.crawls import a_source
from tests.support.pages import a_fetched_page

PAGE = """<html><head><title>Trust pauses Halcyon</title></head><body>
<nav>Home Zorbiq</nav>
<h1>Trust pauses Halcyon</h1>
<div class="text"><p>Millbrook Hospitals has paused its roll-out, the trust told staff on
Monday, after pharmacists had objected to the way in which doses are shown.</p>
<p class="promo">Read also: Corvid wins a prize in the north of the country.</p>
<p>The pause will last until the board has met and has heard the pharmacists.</p></div>
<div class="text"><p>A second part follows further below, with what the supplier says.</p></div>
<aside>Most read: Zorbiq leaks</aside></body></html>"""


def read(html: str, select: Selectors) -> str:
    source = replace(a_source("outlet", "https://outlet.example/feed"), select=select)
    page = a_fetched_page(html, fetched_at=NOW)
    return read_selected(page, source, an_entry()).text


def test_what_is_to_be_removed_is_no_part_of_the_text() -> None:
    without = read(PAGE, Selectors(remove=(".promo", "aside, nav")))

    assert "objected to the way" in without
    assert "Corvid" not in without
    assert "Zorbiq" not in without


def test_the_named_container_is_the_text_all_of_it() -> None:
    text = read(PAGE, Selectors(article="div.text", remove=(".promo",)))

    assert text.startswith("Millbrook Hospitals has paused")
    assert text.endswith("with what the supplier says.")
    assert "Corvid" not in text


def test_elements_that_html_does_not_know_are_no_words_of_the_text() -> None:
    widget = '<quiz-widget subject="doses"></quiz-widget><p>The pause'
    text = read(PAGE.replace("<p>The pause", widget), Selectors(article="div.text"))

    assert "The pause will last" in text
    assert "quiz-widget" not in text


def test_the_page_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    parse = lxml.html.document_fromstring

    def count(markup: bytes, **options: Any) -> Any:
        parsed.append(markup)
        return parse(markup, **options)

    monkeypatch.setattr(lxml.html, "document_fromstring", count)
    read(PAGE, Selectors(article="div.text", remove=(".promo",)))

    assert len(parsed) == 1


def test_a_container_within_another_is_taken_once() -> None:
    html = PAGE.replace('<div class="text"><p>A second', '<div><div class="text"><p>A second')

    html = html.replace("</p></div>\n<aside", "</p></div></div>\n<aside")
    text = read(html, Selectors(article="div"))

    assert text.count("A second part") == 1


def test_a_selector_that_fits_nothing_is_reported_and_the_article_is_found(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        text = read(PAGE, Selectors(article="main.story"))

    assert "Millbrook Hospitals has paused" in text
    assert "source.selector-missed source=outlet selector='main.story'" in caplog.text


def test_a_page_that_nobody_could_read_is_read_where_its_text_is_named() -> None:
    html = "<html><body><table><tr><td id=t>Paused.</td></tr></table></body></html>"

    assert read(html, Selectors(article="#t")) == "Paused."
