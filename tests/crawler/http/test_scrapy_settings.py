"""Scrapy's settings, and the traps of its defaults (RELIABILITY trap 7)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from crawler.http.scrapy_settings import scrapy_settings
from crawler.spider_base.kind_registry import known_kinds
from tests.crawler.polling.test_polls import publish
from tests.crawler.processes.test_job import a_job
from tests.support.crawls import Crawls, a_source
from tests.support.servers.certificates import server_context
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed, long_text


def test_what_scrapy_leaves_open_is_closed() -> None:
    settings = scrapy_settings(a_job(), verify_tls=True)
    for name in ("REMOTE_CONTROL_ENABLED", "TELNETCONSOLE_ENABLED", "COOKIES_ENABLED"):
        assert settings[name] is False
    handlers = settings["DOWNLOAD_HANDLERS"]
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
    assert set(handlers) == {"http", "https", "file", "data", "ftp", "s3"}
    assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert settings["DOWNLOAD_MAXSIZE"] == 15 * 1024 * 1024
    assert settings["DOWNLOAD_TIMEOUT"] == 30
    assert settings["HTTPPROXY_ENABLED"] is False
    assert not {429, 503} & set(settings["RETRY_HTTP_CODES"])


def test_every_setting_is_one_that_scrapy_knows() -> None:
    known = vars(import_module("scrapy.settings.default_settings"))
    assert [name for name in scrapy_settings(a_job(), verify_tls=True) if name not in known] == []


def test_a_crawl_leaves_nothing_in_the_home_folder(
    site: FakeSite, crawls: Crawls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    publish(site, range(1))
    assert crawls.run(a_source("outlet", site.url("/feed.xml"))).code == 0
    assert list(home.rglob("*scrapy*")) == []


def test_every_kind_is_a_file_with_a_spider_of_its_name() -> None:
    assert "feed" in known_kinds()
    for kind in known_kinds():
        folder = import_module(f"crawler.kinds.{kind}").__file__
        assert folder is not None
        assert f'name = "{kind}"' in Path(folder).read_text()


def test_certificates_count_unless_the_source_says_otherwise(
    tmp_path: Path, crawls: Crawls
) -> None:
    server, _ = server_context(tmp_path)
    with FakeSite(("127.0.0.1",), tls=server) as site:
        link = site.page("/1.html", article_page("One", long_text("one")))
        address = site.page(
            "/feed.xml", feed([Entry(title="One", link=link)]), content_type=FEED_TYPE
        )
        strict, lax = a_source("strict", address), a_source("lax", address, verify_tls=False)
        crawled = crawls.run(strict)
        assert crawled.report("strict")["outcome"] == "failed"
        assert "certificate" in crawled.report("strict")["errors"][0].lower()
        assert site.requests() == []
        assert crawls.run(lax).report("lax")["new"] == 1


def test_a_feed_whose_body_names_a_local_file_opens_none(
    site: FakeSite, crawls: Crawls, tmp_path: Path
) -> None:
    # feedparser opens a body that is a path, and fetches one that is a URL
    secret = tmp_path / "secret.xml"
    secret.write_bytes(feed([Entry(title="Secret", link="http://outlet.example/secret")]))
    site.page("/path.xml", str(secret), content_type=FEED_TYPE)
    site.page("/url.xml", site.url("/trap.xml"), content_type=FEED_TYPE)
    crawled = crawls.run(
        a_source("path", site.url("/path.xml")), a_source("url", site.url("/url.xml"))
    )
    assert {crawled.report(key)["outcome"] for key in ("path", "url")} == {"not-a-feed"}
    assert crawls.items() == ()
    assert site.requests("/trap.xml") == []


def test_a_job_may_wait_less_for_a_download() -> None:
    assert a_job().timeout == timedelta(seconds=30)
