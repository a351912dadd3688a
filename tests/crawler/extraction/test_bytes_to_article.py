"""From bytes to an article: decoding, feeds, pages, normalising. Fictional outlets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.errors import NotAFeed, Unreadable
from crawler.extraction.normalise import normalise
from crawler.extraction.page import extract
from crawler.listings.feeds import ParsedFeed, discover_feeds, parse_feed
from crawler.text.decode import decode
from storage.model import FetchedEntry, FetchedPage, TextState
from storage.rules.identity import entry_hash
from tests.support.pages import a_fetched_page
from tests.support.site import FakeSite, article_page, long_text

NOW = datetime(2026, 9, 2, 9, 0, tzinfo=UTC)


def read(body: str | bytes, *, content_type: str | None = None) -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(
        raw, source_key="o", url="http://o.example/feed", content_type=content_type, fetched_at=NOW
    )


def rss(*items: str, head: str = "") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    top = '<?xml version="1.0"?><rss version="2.0"><channel><title>O</title>'
    return f"{top}{head}{inside}</channel></rss>"


def page(body: str | bytes, **more: object) -> FetchedPage:
    return a_fetched_page(body, "http://o.example/a", **({"fetched_at": NOW} | more))


# decoding


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("café".encode(), "text/html; charset=iso-8859-1", "café"),
        ("café".encode("latin-1"), "text/html; charset=iso-8859-1", "café"),
        ("“quoted”".encode("cp1252"), "text/html; charset=iso-8859-1", "“quoted”"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", None, "café"),
        ("café".encode("utf-16"), None, "café"),
        (b'<meta charset="windows-1252">caf\xe9', None, '<meta charset="windows-1252">café'),
        ("日本".encode("shift_jis"), "text/html; charset=Shift_JIS", "日本"),
        (b"a\x00b\x01c", None, "abc"),
        (b"caf\xe9", "text/html; charset=nonsense", "café"),
    ],
    ids=[
        "lying header",
        "latin",
        "smart quotes",
        "mark",
        "utf-16",
        "meta",
        "sjis",
        "controls",
        "unknown",
    ],
)
def test_bytes_are_decoded_by_what_they_are(
    body: bytes, content_type: str | None, text: str
) -> None:
    assert decode(body, content_type=content_type, kind="html").text == text


def test_one_bad_byte_does_not_turn_a_text_into_another_encoding() -> None:
    body = ("Zoë’s café – naïve. " * 20).encode() + b"\xff"
    decoded = decode(body, content_type=None, kind="html")
    assert (decoded.encoding, decoded.replaced) == ("utf-8", 1)
    assert decoded.text.startswith("Zoë’s café")


# feeds


def test_a_feed_of_each_format_is_read() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>tag:1</id>'
        '<title>T</title><link href="/x"/><updated>2026-09-01T10:00:00Z</updated></entry></feed>'
    )
    rdf = (
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<channel rdf:about="x"><title>R</title></channel>'
        '<item rdf:about="http://o.example/x"><title>T</title>'
        "<link>http://o.example/x</link></item></rdf:RDF>"
    )
    made = {
        "rss": rss("<title>T</title><link>http://o.example/x</link>"),
        "atom": atom,
        "rdf": rdf,
        "json": json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "title": "J",
             "items": [{"id": 7, "url": "/x", "title": "T"}]}
        ),
    }  # fmt: skip
    for body in made.values():
        (entry,) = read(body).entries
        assert (entry.title, entry.url) == ("T", "http://o.example/x")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<!doctype html><html><body>hello</body></html>", "web page"),
        ("", "empty"),
        ('{"a": 1}', "not a JSON Feed"),
        ("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>", "sitemap"),
    ],
)
def test_what_is_no_feed_is_named(body: str, reason: str) -> None:
    with pytest.raises(NotAFeed, match=reason):
        read(body)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()).entries == ()


def test_a_body_that_is_a_path_or_an_address_opens_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss("<title>secret</title>"))
    with FakeSite() as site:
        address = site.page("/feed.xml", rss("<title>secret</title>"))
        for body in (str(secret), address):
            with pytest.raises(NotAFeed):
                read(body)
        assert site.requests() == []


def test_a_truncated_feed_keeps_what_came() -> None:
    whole = rss("<title>One</title><guid>1</guid>", "<title>Two</title><guid>2</guid>")
    feed = read(whole[: whole.index("Two")])
    assert feed.entries[0].title == "One"
    assert feed.degraded is not None


def test_identifiers_that_repeat_are_made_distinct_and_the_same_each_time() -> None:
    body = rss(
        "<title>One</title><link>http://o.example/1</link><guid isPermaLink='false'>x</guid>",
        "<title>Two</title><link>http://o.example/2</link><guid isPermaLink='false'>x</guid>",
    )
    guids = [entry.guid for entry in read(body).entries]
    assert len(set(guids)) == 2
    assert guids == [entry.guid for entry in read(body).entries]


def test_a_link_that_all_entries_share_is_marked() -> None:
    body = rss(
        *(f"<title>N{n}</title><link>http://o.example/</link><guid>g{n}</guid>" for n in (1, 2))
    )
    assert [entry.url_is_shared for entry in read(body).entries] == [True, True]


def test_an_entry_without_guid_and_link_still_has_an_identity() -> None:
    body = rss("<title>One</title><description>a</description>", "<title>Two</title>")
    guids = [entry.guid for entry in read(body).entries]
    assert all(guids)
    assert len(set(guids)) == 2


def test_one_bad_byte_in_a_feed_leaves_the_rest_whole() -> None:
    items = [f"<title>Zoë’s café {n}</title><guid>{n}</guid>" for n in range(20)]
    body = rss(*items).encode().replace(b"caf\xc3\xa9 7", b"caf\xe9 7")
    assert read(body).entries[3].title == "Zoë’s café 3"


def test_feeds_are_discovered_on_a_page() -> None:
    html = (
        '<html><head><base href="/news/">'
        '<link rel="alternate" type="application/rss+xml" href="feed">'
        '<link rel="alternate" hreflang="cy" href="/cy"></head></html>'
    )
    assert discover_feeds(html, "http://o.example/") == ("http://o.example/news/feed",)


# pages

PAGE = """<!doctype html><html lang="en"><head><title>Trust opens ward | Outlet</title>
<meta property="og:title" content="Trust opens ward"><meta property="article:published_time"
content="2026-09-01T08:00:00+01:00"><meta name="author" content="Imogen Tarrant">
<link rel="canonical" href="http://o.example/wards"></head><body><nav>Menu Zephyrine</nav>
<main><article><h1>Trust opens ward</h1>{text}</article><section id="comments"><h2>2 comments</h2>
<ol class="comment-list"><li class="comment"><div class="comment-content">
<p>I would boycott it.</p></div></li>
<li class="comment"><div class="comment-content"><p>So would I, twice.</p></div></li></ol>
</section></main>
<aside class="sidebar"><h3>Most read</h3><ul><li>Zephyrine wins deal</li></ul></aside>
</body></html>"""
TEXT = "".join(f"<p>{part}</p>" for part in long_text("the new ward").split("\n") if part)


def test_the_article_is_read_and_nothing_beside_it() -> None:
    said = extract(page(PAGE.format(text=TEXT)))
    assert said.title == "Trust opens ward"
    assert said.published_at == datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
    assert said.authors == ("Imogen Tarrant",)
    assert "the new ward" in said.text
    assert not any(w in said.text for w in ("Zephyrine", "boycott", "Trust opens ward", "Menu"))
    assert said.comments.count("boycott") == 1
    assert "So would I" in said.comments


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("", {}),
        ("%PDF-1.4", {"content_type": "application/pdf"}),
        ("<html><body><p>Home</p></body></html>", {}),
        (
            "<html><body><h1>Before you continue</h1><p>We value your privacy. Accept all "
            "cookies and tracking or manage preferences, so that we and our partners may show "
            "you what you came "
            "for. You may change your mind at any time.</p></body></html>",
            {},
        ),
    ],
    ids=["empty", "pdf", "short", "consent"],
)
def test_a_page_without_an_article_is_unreadable(body: str, more: dict[str, object]) -> None:
    with pytest.raises(Unreadable) as caught:
        extract(page(body, **more))
    assert caught.value.reason


# normalising


def an_entry(**more: object) -> FetchedEntry:
    made = FetchedEntry(
        source_key="o",
        url="http://o.example/a?utm_source=feed",
        guid="g1",
        title="Trust opens <b>ward</b>",
        summary="<p>A ward &amp; a bay.</p>",
        content="",
        authors=(),
        published_raw="Tue, 01 Sep 2026 07:00:00 GMT",
        published_at=datetime(2026, 9, 1, 7, 0, tzinfo=UTC),
        updated_at=None,
        language=None,
        fetched_at=NOW,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def normal(entry: FetchedEntry, fetched: FetchedPage | None = None, **more: object):  # type: ignore[no-untyped-def]
    text = extract(fetched) if fetched is not None else None
    options = {"item_kind": "news", "thin_reason": None, "language": None} | more
    return normalise(entry, page=fetched, text=text, **options)


def test_an_entry_alone_is_listed_with_plain_text_and_a_canonical_address() -> None:
    article = normal(an_entry())
    assert article.text_state is TextState.LISTED
    assert (article.title, article.summary) == ("Trust opens ward", "A ward & a bay.")
    assert article.url == "http://o.example/a"


def test_the_hash_of_an_entry_is_that_of_its_own_words() -> None:
    entry = an_entry(title="Corvantisâs ward â and more")
    said = entry_hash(entry.title, entry.summary, entry.published_raw)
    assert normal(entry).entry_hash == said
    assert normal(entry, page(PAGE.format(text=TEXT))).entry_hash == said


def test_a_page_makes_it_full_and_its_canonical_counts_on_its_own_host() -> None:
    article = normal(an_entry(), page(PAGE.format(text=TEXT)))
    assert article.text_state is TextState.FULL
    assert article.url == "http://o.example/wards"
    assert "http://o.example/a" in article.alias_urls
    elsewhere = PAGE.format(text=TEXT).replace("http://o.example/wards", "http://other.example/x")
    assert normal(an_entry(), page(elsewhere)).url == "http://o.example/a"
    front = PAGE.format(text=TEXT).replace("http://o.example/wards", "http://o.example/")
    assert normal(an_entry(), page(front)).url == "http://o.example/a"


def test_a_page_that_failed_leaves_it_thin_and_says_why() -> None:
    article = normal(an_entry(), thin_reason="HTTP 403")
    assert (article.text_state, article.thin_reason) == (TextState.THIN, "HTTP 403")
    full = normal(an_entry(content=f"<p>{long_text('wards') * 4}</p>"), thin_reason="HTTP 403")
    assert full.text_state is TextState.FULL


def test_a_date_in_the_future_is_clamped_and_kept_as_written() -> None:
    article = normal(an_entry(published_at=NOW + timedelta(hours=40), published_raw="soon"))
    assert article.published_at == NOW + timedelta(days=1)
    assert article.published_raw == "soon"


def test_a_shared_link_identifies_nothing() -> None:
    article = normal(an_entry(url_is_shared=True))
    assert (article.url, article.alias_urls) == (None, ())


def test_an_article_page_of_the_fake_site_is_read() -> None:
    assert "Halcyon" in extract(page(article_page("Halcyon wins", long_text("Halcyon")))).text
