"""Sitemaps, polled in a child process from a site on loopback: parts, titles, revisions."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from config.model import Source
from crawler.processes.inspect import inspect_source
from storage.model import TextState
from tests.support.crawls import Crawls, a_source, crawl_settings, titles
from tests.support.site import FakeSite, answer, article_page, long_text

XML = "application/xml"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def ledger(site: FakeSite, path: str = "/sitemap.xml") -> Source:
    return a_source("ledger", site.url(path), kind="sitemap")


def put_article(site: FakeSite, path: str, title: str, about: str) -> None:
    site.page(path, article_page(title, long_text(about)))


def list_urls(site: FakeSite, path: str, *paths: str, lastmod: datetime | None = None) -> None:
    date = f"<lastmod>{lastmod.isoformat()}</lastmod>" if lastmod else ""
    urls = "".join(f"<url><loc>{site.url(one)}</loc>{date}</url>" for one in paths)
    site.page(path, f"<urlset>{urls}</urlset>", content_type=XML, etag=f'"{hash(paths)}"')


def list_parts(site: FakeSite, path: str, *parts: str) -> None:
    named = "".join(f"<sitemap><loc>{site.url(one)}</loc></sitemap>" for one in parts)
    site.page(path, f"<sitemapindex>{named}</sitemapindex>", content_type=XML, etag='"index"')


def list_news(site: FakeSite, path: str, address: str, title: str) -> None:
    site.page(
        path,
        f"<urlset xmlns:news='{NEWS}'><url><loc>{site.url(address)}</loc><news:news>"
        f"<news:publication><news:name>Ledger</news:name><news:language>en</news:language>"
        f"</news:publication><news:publication_date>2026-03-02T10:00:00Z</news:publication_date>"
        f"<news:title>{title}</news:title></news:news></url></urlset>",
        content_type=XML,
    )


def test_a_news_sitemap_gives_title_and_date_and_the_page_its_text(
    site: FakeSite, crawls: Crawls
) -> None:
    put_article(site, "/a", "Wards", "Halcyon Health")
    list_news(site, "/sitemap.xml", "/a", "Halcyon in the wards")
    assert crawls.run(ledger(site)).report("ledger")["completed"] == 1
    (item,) = crawls.items()
    assert (item.title, item.text_state) == ("Halcyon in the wards", TextState.FULL)
    assert item.published_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert item.language == "en"


def test_an_article_of_a_plain_sitemap_gets_its_title_from_its_page(
    site: FakeSite, crawls: Crawls
) -> None:
    put_article(site, "/a", "Halcyon in the wards", "Halcyon Health")
    list_urls(site, "/sitemap.xml", "/", "/a")
    site.page("/other", "no")
    assert crawls.run(ledger(site)).report("ledger")["listed"] == 1
    assert titles(crawls.items()) == ["Halcyon in the wards"]


def test_all_parts_that_robots_txt_leads_to_are_read(site: FakeSite, crawls: Crawls) -> None:
    put_article(site, "/a", "First", "wards")
    put_article(site, "/b", "Second", "clinics")
    site.page(
        "/robots.txt", "User-agent: *\nDisallow:\nSitemap: /index.xml", content_type="text/plain"
    )
    list_parts(site, "/index.xml", "/post-sitemap1.xml", "/post-sitemap2.xml.gz")
    list_urls(site, "/post-sitemap1.xml", "/a")
    packed = gzip.compress(f"<urlset><url><loc>{site.url('/b')}</loc></url></urlset>".encode())
    site.page("/post-sitemap2.xml.gz", packed, content_type="application/x-gzip")
    report = crawls.run(ledger(site, "/")).report("ledger")
    assert (report["outcome"], report["listed"], report["errors"]) == ("ok", 2, [])
    assert sorted(titles(crawls.items())) == ["First", "Second"]


def test_a_part_that_fails_keeps_the_others_and_is_asked_for_again(
    site: FakeSite, crawls: Crawls
) -> None:
    put_article(site, "/a", "First", "wards")
    put_article(site, "/b", "Second", "clinics")
    list_parts(site, "/sitemap.xml", "/post2.xml", "/post1.xml")
    list_urls(site, "/post2.xml", "/a")
    site.behave("/post1.xml", answer("broken", status=500))
    report = crawls.run(ledger(site)).report("ledger")
    assert (report["outcome"], report["listed"]) == ("ok", 1)
    assert "post1.xml" in report["errors"][0]
    assert titles(crawls.items()) == ["First"]
    list_urls(site, "/post1.xml", "/b")
    site.forget()
    report = crawls.run(ledger(site)).report("ledger")
    (asked,) = site.requests("/sitemap.xml")
    assert "if-none-match" not in asked.headers
    assert (report["outcome"], report["listed"], report["errors"]) == ("ok", 2, [])
    assert titles(crawls.items()) == ["First", "Second"]


def test_a_recent_change_has_its_page_read_again_and_an_old_one_not(
    site: FakeSite, crawls: Crawls
) -> None:
    now = datetime.now(UTC)
    put_article(site, "/new", "New", "wards")
    put_article(site, "/old", "Old", "archives")
    list_parts(site, "/sitemap.xml", "/post2.xml", "/post1.xml")
    list_urls(site, "/post2.xml", "/new", lastmod=now)
    list_urls(site, "/post1.xml", "/old", lastmod=now - timedelta(days=90))
    site.page(
        "/sitemap.xml",
        "<sitemapindex><sitemap><loc>/post1.xml</loc></sitemap><sitemap><loc>/post2.xml</loc></sitemap></sitemapindex>",
    )
    crawls.run(ledger(site))
    engine = create_engine(crawls.store.url)
    with engine.begin() as connection:
        connection.execute(text("update item set fetched_at = datetime(fetched_at, '-1 day')"))
    engine.dispose()
    put_article(site, "/new", "New", "Halcyon Health")
    site.forget()
    report = crawls.run(ledger(site)).report("ledger")
    assert report["revised"] == 1
    assert (len(site.requests("/new")), len(site.requests("/old"))) == (1, 0)


def test_addresses_of_other_hosts_are_left(site: FakeSite, crawls: Crawls) -> None:
    put_article(site, "/a", "First", "wards")
    elsewhere = site.page("/b", "x", host="127.0.0.3")
    body = (
        f"<urlset><url><loc>{site.url('/a')}</loc></url><url><loc>{elsewhere}</loc></url></urlset>"
    )
    site.page("/sitemap.xml", body, content_type=XML)
    assert crawls.run(ledger(site)).report("ledger")["listed"] == 1
    assert site.requests("/b") == []


def test_a_sitemap_on_another_host_that_robots_txt_names_may_list_the_site(
    site: FakeSite, crawls: Crawls
) -> None:
    put_article(site, "/a", "First", "wards")
    there = site.url("/ours.xml", host="127.0.0.3")
    site.page("/robots.txt", f"Sitemap: {there}", content_type="text/plain")
    list_urls(site, "/ours.xml", "/a")
    assert crawls.run(ledger(site, "/")).report("ledger")["listed"] == 1


def test_a_sitemap_of_other_hosts_alone_says_so(site: FakeSite, crawls: Crawls) -> None:
    elsewhere = site.url("/b", host="127.0.0.3")
    site.page("/sitemap.xml", f"<urlset><url><loc>{elsewhere}</loc></url></urlset>")
    report = crawls.run(ledger(site)).report("ledger")
    assert "none of the 1 addresses is a page of 127.0.0.2" in report["errors"][0]


def test_a_page_that_is_no_sitemap_tells_the_operator_what_to_do(
    site: FakeSite, crawls: Crawls
) -> None:
    site.page("/sitemap.xml", "<html><body>Welcome</body></html>")
    report = crawls.run(ledger(site)).report("ledger")
    assert report["outcome"] == "not-a-feed"
    assert "robots.txt" in report["errors"][0]


def test_doctor_follows_robots_txt_to_the_sitemap(site: FakeSite) -> None:
    put_article(site, "/a", "First", "wards")
    site.page("/robots.txt", "Sitemap: /news.xml", content_type="text/plain")
    list_news(site, "/news.xml", "/a", "Halcyon in the wards")
    steps = {one.step: one for one in inspect_source(ledger(site, "/"), crawl_settings())}
    assert "news.xml" in steps["parts"].lines[0]
    assert steps["decision"].ok
