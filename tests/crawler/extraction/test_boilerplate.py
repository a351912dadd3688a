"""What surrounds an article goes, whatever stands in it; what holds the article stays."""

from __future__ import annotations

import lxml.html
import pytest

from crawler.extraction.cleaning.boilerplate import strip_boilerplate

PROSE = (
    "The board of Marlow Vale Trust approved the records contract on Tuesday after a long debate, "
    "and its chief nurse said that the wards would move in three steps over the coming winter."
)
ARTICLE = "".join(f"<p>{PROSE} Step {n}.</p>" for n in range(4))


def stripped(body: str) -> tuple[str, str]:
    document = lxml.html.document_fromstring(f"<html><body>{body}</body></html>")
    comments = strip_boilerplate(document)
    return " ".join(document.text_content().split()), comments


@pytest.mark.parametrize(
    "box",
    [
        '<div class="sidebar"><h1>Most read</h1><a href="/a">Zorbiq wins a deal</a></div>',
        '<div class="video-js vjs-default"><p>Zorbiq presents: this is a modal window.</p></div>',
        "<aside><article><h2>Zorbiq wins a deal</h2></article></aside>",
        '<div class="related-posts"><p>Zorbiq wins a deal</p></div>',
        "<nav><ul><li>Zorbiq</li></ul></nav>",
        '<div class="newsletter-signup"><p>News of Zorbiq and others, weekly</p></div>',
        '<section id="cookie-banner"><p>We and Zorbiq use cookies</p></section>',
        "<p hidden>Zorbiq</p>",
        '<span style="display: none">Zorbiq</span>',
        '<h2 class="screen-reader-text">Zorbiq</h2>',
    ],
    ids=lambda box: box[1:30],
)
def test_what_stands_beside_the_article_goes(box: str) -> None:
    text, comments = stripped(f"<main>{ARTICLE}</main>{box}")
    assert "Zorbiq" not in text
    assert comments == ""
    assert text.count("Marlow Vale") == 4


@pytest.mark.parametrize("name", ["widget", "read-more", "sidebar", "newsletter", "subscribe-wall"])
def test_a_box_that_holds_the_article_stays_whatever_it_is_called(name: str) -> None:
    text, _ = stripped(f'<p>Home</p><div id="{name}">{ARTICLE}</div><p>Contact</p>')
    assert text.count("Marlow Vale") == 4


def test_comments_are_taken_once_without_their_form_and_buttons() -> None:
    text, comments = stripped(
        f"""<main>{ARTICLE}</main>
        <section id="comments" class="comments-area"><h3>2 comments</h3>
        <ol class="comment-list">
          <li class="comment"><div class="comment-body"><p>I nursed there with Ottoline.</p>
            <button>Reply</button></div></li>
          <li class="comment"><div class="comment-body"><p>What did it cost?</p>
            <a href="#r">Reply</a></div></li>
        </ol>
        <div id="respond"><h3>Leave a Reply Cancel reply</h3>
          <form><p>Your email address will not be published.</p><textarea></textarea></form>
        </div></section>"""
    )
    assert comments == "I nursed there with Ottoline.\nWhat did it cost?"
    assert "Ottoline" not in text


def test_many_long_comments_are_comments_all_the_same() -> None:
    talk = "".join(f'<li class="comment"><p>{PROSE} Said {n}.</p></li>' for n in range(30))
    text, comments = stripped(f'<main>{ARTICLE}</main><ol class="comment-list">{talk}</ol>')
    assert text.count("Marlow Vale") == 4
    assert comments.count("Marlow Vale") == 30


def test_a_page_of_commentary_is_no_comment_section() -> None:
    text, comments = stripped(f'<div class="commentary">{ARTICLE}</div>')
    assert text.count("Marlow Vale") == 4
    assert comments == ""
