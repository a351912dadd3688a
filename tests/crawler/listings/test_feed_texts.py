"""Texts of feeds: what is markup, which bytes they are, which element is the teaser."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.adapters import parse_feed as adapted
from crawler.extraction.normalise import normalise
from crawler.listings.feed_bytes import convert_to_utf8, escape_bare_ampersands
from crawler.listings.feeds import parse_feed
from storage.model import Article, FetchedEntry
from tests.support.builders import NOW, an_entry

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Ledger</title>{}</feed>'
RSS = (
    '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>'
    "<title>Ledger</title>{}</channel></rss>"
)


def entries(body: str | bytes, content_type: str | None = None) -> tuple[FetchedEntry, ...]:
    return parse_feed(
        body.encode() if isinstance(body, str) else body,
        source_key="ledger",
        url="https://ledger.example/feed",
        content_type=content_type,
        fetched_at=NOW,
    ).entries


def article(entry: FetchedEntry) -> Article:
    return normalise(
        entry, item_kind="news", page=None, text=None, thin_reason="no-page", language=None
    )


def read(body: str | bytes, content_type: str | None = None) -> tuple[str, str]:
    [entry] = entries(body, content_type)
    stored = article(entry)
    if isinstance(body, str):
        assert adapted(body.encode(), "")["entries"][0]["title"] == stored.title
    return stored.title, stored.summary


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


WORDS = "Why <Halcyon> forms break: p<0.05, Q&A"


@pytest.mark.parametrize("form", ["{}", "<![CDATA[{}]]>"])
@pytest.mark.parametrize("kind", ['type="text"', 'type="html"', 'type="TEXT"', ""])
def test_atom_keeps_what_is_no_element_in_titles_and_summaries(form: str, kind: str) -> None:
    # in HTML the text itself is escaped once more
    text = form.format(WORDS if "CDATA" in form else escaped(WORDS))
    body = ATOM.format(
        f"<entry><id>1</id><title {kind}>{text}</title><summary {kind}>{text}</summary></entry>"
    )
    assert read(body) == (WORDS, WORDS)


@pytest.mark.parametrize("form", ["{}", "<![CDATA[{}]]>"])
def test_rss_keeps_what_is_no_element_in_titles_and_descriptions(form: str) -> None:
    text = form.format(WORDS if "CDATA" in form else escaped(WORDS))
    body = RSS.format(f"<item><title>{text}</title><description>{text}</description></item>")
    assert read(body) == (WORDS, WORDS)


def test_elements_in_rss_and_html_are_markup_beside_what_is_none() -> None:
    html = escaped("<p>Big <b>news</b> of <Halcyon> &amp; AT&T</p>")
    body = RSS.format(f"<item><title>{html}</title><description>{html}</description></item>")
    plain = "Big news of <Halcyon> & AT&T"
    assert read(body) == (plain, plain)


def test_a_text_that_is_declared_as_text_is_no_html() -> None:
    text = "How to use <b> and &amp; in HTML"
    body = ATOM.format(
        f'<entry><id>1</id><title type="text">{escaped(text)}</title>'
        f'<summary type="text">{escaped(text)}</summary></entry>'
    )
    assert read(body) == (text, text)


def test_html_that_is_declared_as_text_by_mistake_is_read_as_html() -> None:
    body = ATOM.format(
        '<entry><id>1</id><title type="text">A title</title>'
        f'<summary type="text">{escaped("<p>A <b>teaser</b></p>")}</summary></entry>'
    )
    assert read(body) == ("A title", "A teaser")


def test_xhtml_is_markup() -> None:
    inside = (
        '<div xmlns="http://www.w3.org/1999/xhtml">Use &lt;Halcyon&gt; <b>now</b> R&amp;D</div>'
    )
    body = ATOM.format(f'<entry><id>1</id><title type="xhtml">{inside}</title></entry>')
    assert read(body)[0] == "Use <Halcyon> now R&D"


@pytest.mark.parametrize("broken", ["", "<br>", "&nbsp;"])
def test_bare_ampersands_of_ill_formed_feeds_stay_as_written(broken: str) -> None:
    text = "AT&T, R&D, M&S; ?a=1&copy=3&T;"
    body = RSS.format(
        f"<item><title>{text}</title><link>https://ledger.example/?a=1&copy=3&b=2</link>"
        f"<description>{text}{broken}</description></item>"
    )
    assert read(body) == (text, text)
    assert entries(body)[0].url == "https://ledger.example/?a=1&copy=3&b=2"


def test_ampersands_in_sections_of_characters_stay_as_they_are() -> None:
    body = RSS.format(
        "<item><title>R&D <![CDATA[R&D &amp; x]]></title>"
        "<link><![CDATA[https://ledger.example/?a=1&b=2]]></link></item>"
    )
    assert entries(body)[0].url == "https://ledger.example/?a=1&b=2"


PARTS = (
    "<title>Headline</title>",
    "<description>Teaser</description>",
    "<media:content url='https://ledger.example/p.jpg'><media:title>Picture</media:title>"
    "<media:description>Caption</media:description></media:content>",
    "<link>https://ledger.example/1</link>",
)
DIRECT = (
    "<title>Headline</title>",
    "<description>Teaser</description>",
    "<media:description type='plain'>Caption</media:description>",
    "<media:title>Picture</media:title>",
)


PODCAST = (
    "<title>Headline</title>",
    "<description>Teaser</description>",
    "<itunes:title>Episode</itunes:title>",
    "<itunes:summary>Notes</itunes:summary>",
)


@pytest.mark.parametrize(
    "parts", [PARTS, DIRECT, PODCAST], ids=["within a medium", "beside", "of a podcast"]
)
def test_no_order_of_elements_makes_a_caption_the_teaser(parts: tuple[str, ...]) -> None:
    for order in permutations(parts):
        assert read(RSS.format(f"<item>{''.join(order)}</item>")) == ("Headline", "Teaser")


@pytest.mark.parametrize(
    "part",
    [
        "<image><title>P</title><link>https://ledger.example/p</link><description>C</description>"
        "<url>https://ledger.example/p.jpg</url></image>",
        "<image><credit>Jo</credit><link>https://ledger.example/p</link></image>",
        "<textInput><title>Find</title><description>Words</description><name>q</name>"
        "<link>https://ledger.example/search</link></textInput>",
        "<related><article><title>Other</title><link>https://ledger.example/2</link>"
        "<description>Other teaser</description></article></related>",
    ],
    ids=["image", "image with a credit", "search form", "related article"],
)
@pytest.mark.parametrize("damage", ["", "<x>&bogus </x>"], ids=["well-formed", "ill-formed"])
def test_no_order_makes_parts_of_an_entry_the_entry(part: str, damage: str) -> None:
    for order in permutations((PARTS[0], PARTS[1], PARTS[3], part)):
        [entry] = entries(RSS.format(f"<item>{''.join(order)}{damage}</item>"))
        assert (entry.title, entry.summary, entry.url) == (
            "Headline", "Teaser", "https://ledger.example/1",
        )  # fmt: skip


def test_an_entry_that_has_only_notes_of_a_podcast_gets_them() -> None:
    assert read(RSS.format(f"<item>{PODCAST[0]}{PODCAST[3]}</item>")) == ("Headline", "Notes")


def test_an_entry_that_has_only_a_medium_gets_its_words() -> None:
    group = f"<media:group>{DIRECT[2]}{DIRECT[3]}</media:group>"
    assert read(RSS.format(f"<item>{group}</item>")) == ("Picture", "Caption")


# bytes

CAFE = "Café at the Halcyon ward’s end"
ONE_ITEM = RSS.format(f"<item><title>{CAFE}</title></item>")
DECLARED = '<?xml version="1.0" encoding="{}"?>' + ONE_ITEM


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(DECLARED.format("utf-16").encode(), "text/xml", id="says UTF-16, is UTF-8"),
        pytest.param(DECLARED.format("UTF-16LE").encode(), None, id="says UTF-16LE"),
        pytest.param(DECLARED.format("utf-32").encode(), None, id="says UTF-32"),
        pytest.param(DECLARED.format("utf-16").encode("cp1252"), None, id="says UTF-16, is cp1252"),
        pytest.param(DECLARED.format("utf-8").encode("cp1252"), None, id="says UTF-8, is cp1252"),
        pytest.param(DECLARED.format("iso-8859-1").encode(), None, id="says Latin-1, is UTF-8"),
        pytest.param(DECLARED.format("us-ascii").encode(), None, id="says ASCII"),
        pytest.param(DECLARED.format("x-unknown").encode(), None, id="says what nobody knows"),
        pytest.param(DECLARED.format("").encode(), None, id="says nothing between quotes"),
        pytest.param(ONE_ITEM.encode(), "text/xml; charset=us-ascii", id="header says ASCII"),
        pytest.param(ONE_ITEM.encode(), "text/xml; charset=utf-16", id="header says UTF-16"),
        pytest.param(ONE_ITEM.encode("utf-8-sig"), None, id="UTF-8 with a mark"),
        pytest.param(
            DECLARED.format("utf-16").encode("utf-8-sig"), None, id="UTF-8 mark, says UTF-16"
        ),
        pytest.param(ONE_ITEM.encode("utf-16"), "text/xml; charset=utf-8", id="UTF-16 with a mark"),
        pytest.param(b"\xff\xfe" + ONE_ITEM.encode(), None, id="UTF-16 mark, is UTF-8"),
        pytest.param(b"\xfe\xff" + ONE_ITEM.encode("cp1252"), None, id="UTF-16 mark, is cp1252"),
        pytest.param(
            DECLARED.format("utf-8").encode("utf-16-le"), None, id="UTF-16 without a mark"
        ),
        pytest.param(DECLARED.format("utf-8").encode("utf-16-be"), None, id="UTF-16BE without one"),
        pytest.param(DECLARED.format("utf-8").encode("utf-32"), None, id="UTF-32"),
        pytest.param(DECLARED.format("windows-1252").encode("cp1252"), None, id="as it says"),
    ],
)
def test_bytes_are_read_for_what_they_are(body: bytes, content_type: str | None) -> None:
    assert [entry.title for entry in entries(body, content_type)] == [CAFE]


@given(st.binary(max_size=200), st.sampled_from([None, "text/xml", "text/xml; charset=utf-16"]))
def test_any_bytes_become_utf8_once(body: bytes, content_type: str | None) -> None:
    once = convert_to_utf8(body, content_type)
    once.decode("utf-8")
    assert convert_to_utf8(once, content_type).decode("utf-8") is not None
    escape_bare_ampersands(once)


# entries without titles


def test_an_entry_without_a_title_gets_the_beginning_of_its_text() -> None:
    long = "The board said on Monday that the Halcyon wards would stay shut for the winter, " * 3
    stored = article(an_entry(title="", summary=f"<p>{long}</p><p>More.</p>"))
    begun = stored.title.removesuffix(" …")
    assert long.startswith(f"{begun} ")
    assert 80 < len(begun) <= 100
    assert article(an_entry(title=" ", summary="Short &amp; clear.")).title == "Short & clear."
    assert article(an_entry(title="", summary="", content="<p>Content</p>")).title == "Content"
    assert article(an_entry(title="", summary="")).title == "(no title)"
