"""Links to other articles within the body of a page go; the links of an article stay."""

from __future__ import annotations

import lxml.html
import pytest

from crawler.extraction.cleaning.linked_lines import drop_linked_lines

STORY = [
    f"Paragraph {number} says that the trust in Brackenford has paused the move of its records, "
    "and that the board will hear of it when it meets again in the town hall."
    for number in range(6)
]
HEADLINE = "Zephyrine wins a deal in Corvant"
LINK = f'<a href="/z">{HEADLINE}</a>'


def left(inserted: str) -> str:
    told = [f"<p>{line}</p>" for line in STORY]
    html = f"<body><article>{''.join(told[:3])}{inserted}{''.join(told[3:])}</article></body>"
    document = lxml.html.document_fromstring(html)
    drop_linked_lines(document)
    text = "\n".join(str(part) for part in document.itertext())
    assert all(line in text for line in STORY)
    return text


@pytest.mark.parametrize(
    "inserted",
    [
        f"<p>{LINK}</p>",
        f"<p><strong>{LINK}</strong></p>",
        f"<div>{LINK}</div>",
        f"<p>LEES OOK | {LINK}</p>",
        f"<p>ALSO READ: {LINK}</p>",
        f"<p>{LINK} [VIDEO]</p>",
        f"<p><a href='/z'>{HEADLINE.upper()}</a></p>",
        f"<ul><li>{LINK}</li><li><a href='/y'>Nurses walk out in Thornby again</a></li></ul>",
        f"<p><strong>{LINK} [INSIGHT]</strong><br><strong><a href='/y'>Nurses walk out of "
        "Thornby ward</a> [VIDEO]</strong></p>",
        "<p><a href='/z'>Who is Zephyrine, and what does it want?</a></p>",
    ],
    ids=[
        "paragraph", "bold", "box", "label in another language", "label", "kind behind it",
        "capitals", "list", "several in a paragraph", "question",
    ],
)  # fmt: skip
def test_a_headline_within_a_link_goes(inserted: str) -> None:
    assert "zephyrine" not in left(inserted).lower()


@pytest.mark.parametrize(
    "inserted",
    [
        f"<p>The trust published {LINK} on Monday, and its board agreed to look at it.</p>",
        "<p><a href='/z'>Zephyrine has paid the whole bill, the trust told us.</a></p>",
        "<p><a href='/z'>Zephyrine</a></p>",
        f"<ul><li>{LINK}</li><li>Nurses walked out in Thornby</li></ul>",
        "<p>Zephyrine wins a deal in Corvant</p>",
        f"<p>{LINK}, {LINK.replace('/z', '/y')} and others were read out in the hall.</p>",
        f"<h2><a href='#deal'>{HEADLINE}</a></h2>",
    ],
    ids=[
        "within a sentence", "a sentence", "a name", "a list with other items", "no link",
        "two in a sentence", "heading",
    ],
)  # fmt: skip
def test_what_the_article_says_by_links_stays(inserted: str) -> None:
    assert "Zephyrine" in left(inserted)


def test_a_card_over_a_name_goes_and_the_name_stays() -> None:
    card = (
        "<span class='c'><a href='/p'>Imogen Tarrant</a><span class='d'>Imogen Mary Tarrant"
        f"{LINK}<a href='/y'>Nurses walk out in Thornby again</a><a href='/m'>MORE</a></span>"
        "</span>"
    )
    text = left(f"<p>The minister {card} (C) has defended the plan, which is to begin in May.</p>")
    assert "Zephyrine" not in text
    assert "Mary" not in text
    assert "Imogen Tarrant" in text
    assert "has defended the plan" in text


def test_a_page_of_links_keeps_them() -> None:
    items = "".join(
        f"<li><a href='/{n}'>Zephyrine wins deal {n} in Corvant</a></li>" for n in range(40)
    )
    assert "Zephyrine" in left(f"<ul>{items}</ul>")


def test_card_within_two_paragraphs_is_removed_once() -> None:
    links = "".join(f'<a href="/{number}">{HEADLINE} {number}</a>' for number in range(2))
    document = lxml.html.document_fromstring(f"<body><div><p>{STORY[0]}</p></div></body>")
    outer = document.find(".//p")
    assert outer is not None
    inner = lxml.html.fragment_fromstring(f"<p>{STORY[1]}<span>{links}</span></p>")
    outer.append(inner)  # parsers leave such paragraphs where tables are damaged
    drop_linked_lines(document)
    assert HEADLINE not in document.text_content()
    assert STORY[1] in document.text_content()
