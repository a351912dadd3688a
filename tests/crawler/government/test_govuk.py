"""GOV.UK, polled in a child process from a server on loopback that behaves like it."""

from __future__ import annotations

import json
import socket
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from storage.model import TextState
from tests.support.crawls import Crawls, a_source, utc_now
from tests.support.site import Asked, FakeSite, Reply, answer, article_page, head, long_text

SEARCH = "/api/search.json"
KNOWN = {"q", "order", "fields", "count", "start", "filter_organisations"}


def search_of(site: FakeSite, results: list[dict[str, Any]]) -> str:
    def reply(to: socket.socket, asked: Asked, closing: threading.Event) -> None:
        query = parse_qs(urlsplit(asked.path).query)
        status, said = 200, {"results": results, "total": len(results)}
        if unknown := set(query) - KNOWN:
            status, said = 422, {"error": f"Unexpected parameters: {', '.join(unknown)}"}
        elif query.get("order") != ["-public_timestamp"]:
            said = {"results": [], "total": 0}
        sent = json.dumps(said).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(sent))}
        to.sendall(head(status, headers) + sent)

    site.behave(SEARCH, Reply(reply))
    return site.url(SEARCH)


def content(site: FakeSite, path: str, body: str) -> None:
    said = json.dumps({"title": "Ward systems", "details": {"body": body}, "locale": "en"})
    site.page(f"/api/content{path}", said, content_type="application/json")


def atom(site: FakeSite, updated: str, *, title: str = "Ward systems") -> str:
    feed = (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{site.url('/news.atom')}</id><title>News</title><updated>{updated}</updated><entry>"
        "<id>tag:gov.example,2005:/government/news/ward</id>"
        f"<updated>{updated}</updated><link href='{site.url('/government/news/ward')}'/>"
        f"<title>{title}</title><summary>Of wards.</summary></entry></feed>"
    )
    return site.page("/news.atom", feed, content_type="application/atom+xml")


def test_a_result_is_read_from_its_content_item_and_linked_to_its_page(
    site: FakeSite, crawls: Crawls
) -> None:
    link = "/government/news/ward"
    result = {"title": "Ward systems", "link": link, "public_timestamp": "2026-11-20T09:00:00Z"}
    url = search_of(site, [result])
    content(site, link, "<p>Corvid Data builds it.</p><script>Halcyon()</script>")

    report = crawls.run(a_source("gov", f"{url}?q=ward", kind="govuk")).report("gov")

    (item,) = crawls.items()
    assert report["errors"] == []
    assert (item.url, item.text_state) == (site.url(link), TextState.FULL)
    assert item.body == "Corvid Data builds it."


def test_a_content_item_without_a_text_leads_to_the_page(site: FakeSite, crawls: Crawls) -> None:
    atom(site, "2026-11-20T09:00:00Z")
    content(site, "/government/news/ward", "")
    site.page("/government/news/ward", article_page("Ward systems", long_text("Corvid Data")))

    crawls.run(a_source("gov", site.url("/news.atom"), kind="govuk"))

    (item,) = crawls.items()
    assert item.text_state is TextState.FULL
    assert "Corvid Data" in item.body


def test_a_parameter_that_is_not_known_is_reported_in_the_words_of_the_api(
    site: FakeSite, crawls: Crawls
) -> None:
    url = search_of(site, [])

    report = crawls.run(a_source("gov", f"{url}?party=any", kind="govuk")).report("gov")

    assert report["outcome"] == "failed"
    assert "HTTP 422: Unexpected parameters: party" in report["errors"][0]


def test_a_new_update_of_a_constant_identifier_is_a_revision(
    site: FakeSite, crawls: Crawls
) -> None:
    url = atom(site, "2026-11-20T09:00:00Z")
    content(site, "/government/news/ward", "<p>Halcyon Health builds it.</p>")
    source = a_source("gov", url, kind="govuk")
    crawls.run(source)
    atom(site, "2026-11-22T09:00:00Z")
    content(site, "/government/news/ward", "<p>Corvid Data builds it now.</p>")

    report = crawls.run(source).report("gov")

    (item,) = crawls.items()
    assert report["new"] == 0
    assert (item.revision, item.body) == (2, "Corvid Data builds it now.")


def test_a_retired_feed_is_reported_and_its_last_entry_is_no_news(
    site: FakeSite, crawls: Crawls
) -> None:
    url = atom(site, "2026-11-20T09:00:00Z", title="This feed has ended")
    site.behave("/government/news/ward", answer("gone", status=404))

    report = crawls.run(a_source("gov", url, kind="govuk")).report("gov")

    assert report["outcome"] == "not-a-feed"
    assert "GOV.UK has ended this feed" in report["errors"][0]
    assert crawls.items() == ()


def test_an_api_that_asks_to_be_left_alone_is_asked_once_and_not_its_pages_either(
    site: FakeSite, crawls: Crawls
) -> None:
    links = [f"/government/news/ward-{number}" for number in range(3)]
    url = search_of(
        site,
        [
            {"title": f"Ward {n}", "link": link, "public_timestamp": "2026-11-20T09:00:00Z"}
            for n, link in enumerate(links)
        ],
    )
    for link in links:
        site.behave(
            f"/api/content{link}", answer("later", status=429, headers={"Retry-After": "3600"})
        )
        site.page(link, article_page("Ward systems", long_text("Corvid Data")))

    before = utc_now()
    crawls.run(a_source("gov", f"{url}?q=ward", kind="govuk"))

    asked = [one.path for one in site.requests() if "/government/" in one.path]
    assert len(asked) == 1
    assert crawls.state("gov").next_at >= before + timedelta(hours=1)
    assert {item.text_state for item in crawls.items()} == {TextState.LISTED}
