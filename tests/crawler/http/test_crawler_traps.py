"""Sites in which a crawler could walk for ever, and places where it could give itself away.

C-15, C-18, C-19, S-12, S-17.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from config.values.checks import check_selector
from crawler.listings.listing import Listing
from crawler.polling.fetch_listing import MAX_ENTRIES, MAX_PARTS, MAX_TEXT, find_excess
from tests.support.builders import an_entry
from tests.support.crawls import Crawls, a_source, utc_now
from tests.support.site import FEED_TYPE, Asked, Entry, FakeSite, Reply, answer, feed

XML = "application/xml"


def an_index(*parts: str) -> str:
    listed = "".join(f"<sitemap><loc>{one}</loc></sitemap>" for one in parts)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?><sitemapindex xmlns="{space}">{listed}</sitemapindex>'


def test_indexes_that_name_each_other_are_each_asked_for_once(
    site: FakeSite, crawls: Crawls
) -> None:
    site.page("/a.xml", an_index(site.url("/b.xml"), site.url("/a.xml")), content_type=XML)
    site.page("/b.xml", an_index(site.url("/a.xml"), site.url("/b.xml")), content_type=XML)
    crawls.run(a_source("trap", site.url("/a.xml"), kind="sitemap"))
    asked = [one.path for one in site.requests() if one.path.endswith(".xml")]
    assert sorted(asked) == ["/a.xml", "/b.xml"]


def test_an_index_that_always_names_another_one_is_given_up(site: FakeSite, crawls: Crawls) -> None:
    def write(connection: socket.socket, asked: Asked, closing: threading.Event) -> None:
        number = int(re.findall(r"\d+$", asked.path)[0])
        said = an_index(site.url(f"/part.xml?n={number + 1}"))
        answer(said, content_type=XML).write(connection, asked, closing)

    site.behave("/part.xml", Reply(write))
    crawled = crawls.run(a_source("trap", site.url("/part.xml?n=0"), kind="sitemap"))
    assert crawled.code == 0
    assert 1 < len(site.requests("/part.xml?n=1")) + len(site.requests()) <= MAX_PARTS + 4


@pytest.mark.slow
def test_a_search_whose_pages_are_long_and_never_end_is_cut(site: FakeSite, crawls: Crawls) -> None:
    """Each page is within the bounds of one answer."""
    text, count = "Halcyon has the wards. " * 10_000, 4
    spoken = "/search/contributions/Spoken.json"

    def write(connection: socket.socket, asked: Asked, closing: threading.Event) -> None:
        skip = int(parse_qs(urlsplit(asked.path).query)["queryParameters.skip"][0])
        results = [a_contribution(skip + number, text) for number in range(count)]
        said = json.dumps({"Results": results, "TotalResultCount": 10**9})
        answer(said, content_type="application/json").write(connection, asked, closing)

    site.behave(spoken, Reply(write))
    crawled = crawls.run(a_source("trap", site.url(spoken), kind="parliament"))
    asked = [one for one in site.requests() if one.path.startswith(spoken)]
    errors = " ".join(crawled.report("trap")["errors"])
    assert "its entries have more than 32000000 characters" in errors
    least = -(-MAX_TEXT // (count * len(text)))
    assert least <= len(asked) <= least + 1
    assert len(crawls.items()) == count * len(asked)


def a_contribution(number: int, text: str) -> dict[str, str]:
    return {
        "ContributionExtId": f"c{number}",
        "ContributionTextFull": f"{text}In ward {number}.",
        "DebateSectionExtId": f"d{number}",
        "DebateSection": f"Ward {number}",
        "SittingDate": f"{utc_now():%Y-%m-%dT00:00:00}",
        "House": "Commons",
    }


def test_parts_of_a_sitemap_of_which_few_entries_are_kept_are_all_read(
    site: FakeSite, crawls: Crawls
) -> None:
    """The bound is of what is kept: the last part has the newest entries."""
    parts = []
    for part in range(12):
        day = f"2026-01-{part + 1:02}"
        urls = "".join(
            f"<url><loc>{site.url(f'/{part}-{n}')}</loc><lastmod>{day}</lastmod></url>"
            for n in range(1_000)
        )
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        said = f'<urlset xmlns="{space}">{urls}</urlset>'
        parts.append(site.page(f"/part-{99 - part}.xml", said, content_type=XML))
    site.page("/a.xml", an_index(*parts), content_type=XML)
    crawled = crawls.run(a_source("large", site.url("/a.xml"), kind="sitemap"), pages=0)
    assert crawled.report("large")["errors"] == []
    assert crawled.report("large")["listed"] == 1_000
    assert {urlsplit(str(item.url)).path.split("-")[0] for item in crawls.items()} == {"/11"}


@pytest.mark.parametrize(
    ("entries", "text", "why"),
    [
        (MAX_ENTRIES, 1, None),
        (MAX_ENTRIES + 1, 1, "it has more than 10000 entries"),
        (2, MAX_TEXT // 2 + 1, "its entries have more than 32000000 characters"),
    ],
)
def test_the_parts_of_a_listing_have_so_much_together(
    entries: int, text: int, why: str | None
) -> None:
    listing = Listing(entries=(an_entry(title="", summary="x" * text),) * entries)
    assert find_excess(listing) == why


@pytest.mark.parametrize(
    "path",
    ["/" + "news/" * 600, "/?" + "month=2026-01&" * 300],
    ids=["the same part again and again", "a calendar"],
)
def test_an_address_longer_than_any_article_needs_is_not_fetched(
    site: FakeSite, crawls: Crawls, path: str
) -> None:
    entries = [Entry(title="Trust pauses move", link=site.url(path), guid="1")]
    site.page("/feed.xml", feed(entries), content_type=FEED_TYPE)
    crawls.run(a_source("trap", site.url("/feed.xml")))
    assert [one.path for one in site.requests() if one.path.startswith(path[:9])] == []
    assert [item.title for item in crawls.items()] == ["Trust pauses move"]


def test_only_what_a_listing_names_is_fetched(site: FakeSite, crawls: Crawls) -> None:
    """No link of a page is followed: no calendar, no filter, no session can be walked into."""
    page = "<html><body><main>" + "<p>The board met on Monday. </p>" * 20
    links = "".join(f'<a href="/calendar?month={n}">{n}</a>' for n in range(50))
    link = site.page("/1.html", page + links)
    listed = feed([Entry(title="Trust pauses move", link=link, guid="1")])
    site.page("/feed.xml", listed, content_type=FEED_TYPE)
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    asked = {one.path for one in site.requests()} - {"/robots.txt"}
    assert asked == {"/feed.xml", "/1.html"}


def test_a_closed_port_and_a_name_that_is_none_are_failures_that_say_so(crawls: Crawls) -> None:
    with socket.create_server(("127.0.0.2", 0)) as listener:
        port = listener.getsockname()[1]
    crawled = crawls.run(
        a_source("closed", f"http://127.0.0.2:{port}/feed.xml"),
        a_source("nameless", f"http://{'a' * 70}.example/feed.xml"),
    )
    assert crawled.code == 0
    for key in ("closed", "nameless"):
        report = crawled.report(key)
        assert report["outcome"] == "failed"
        assert report["errors"][0]


def test_nothing_of_one_host_is_sent_to_another(site: FakeSite, crawls: Crawls) -> None:
    other = site.url("/feed.xml", host="127.0.0.3")
    headers = {
        "Set-Cookie": "session=1; Domain=127.0.0.3; Path=/",
        "Referrer-Policy": "unsafe-url",
        "WWW-Authenticate": "Basic",
        "Location": other,
    }
    site.behave("/feed.xml", answer(status=302, headers=headers), host="127.0.0.2")
    link = site.url("/1.html", host="127.0.0.2")
    listed = feed([Entry(title="Trust pauses move", link=link, guid="1")])
    site.behave("/feed.xml", answer(listed, content_type=FEED_TYPE, headers=headers))
    crawls.run(a_source("outlet", site.url("/feed.xml", host="127.0.0.2")))
    asked = site.requests()
    assert {one.host for one in asked} == {"127.0.0.2", "127.0.0.3"}
    for one in asked:
        assert {"authorization", "cookie", "referer", "proxy-authorization"} & set(one.headers) == (
            set()
        )


@pytest.mark.parametrize(
    "expression",
    [
        "unparsed-text('file:///etc/passwd')",
        "document('http://127.0.0.1/')//a",
        "//a[contains(@href, 'x')]",
        "json-doc('file:///etc/passwd')",
    ],
)
def test_a_selector_is_css_and_can_ask_for_nothing_but_elements(expression: str) -> None:
    with pytest.raises(ValueError, match="is not a CSS selector"):
        check_selector(expression)
