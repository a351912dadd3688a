"""Hostile hosts and addresses, over real sockets. RELIABILITY 1b (S-01 to S-05, S-15), C-12."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from storage.model import TextState
from tests.crawler.polling.test_polls import list_in_feed, publish
from tests.support.crawls import Crawls, a_source, crawl_settings
from tests.support.site import (
    FEED_TYPE,
    Entry,
    FakeSite,
    answer,
    article_page,
    drip,
    hang,
    head,
    long_text,
    raw,
    redirect,
)

ONE_HOST = crawl_settings(allowed_hosts=("127.0.0.2",))


@contextmanager
def listening(address: str) -> Iterator[tuple[int, list[bytes]]]:
    """A port where nobody may come; yields it and what was said there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener:
        listener.settimeout(0.2)
        came: list[bytes] = []
        yield listener.getsockname()[1], came
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            return
        came.append(connection.recv(1000))
        connection.close()


LOOPBACK = (
    "127.0.0.1",
    "localhost",
    "0",
    "127.1",
    "2130706433",
    "0x7f.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "127.0.0.1.",
    "①②⑦.0.0.1",
)


def test_no_form_of_loopback_is_connected_to(crawls: Crawls) -> None:
    # in bare Scrapy each of the short forms reached loopback
    with listening("127.0.0.1") as (port, came), listening("::1") as (port6, came6):
        sources = [
            a_source(f"h{n}", f"http://{host}:{port6 if host == '[::1]' else port}/feed.xml")
            for n, host in enumerate(LOOPBACK)
        ]
        crawled = crawls.run(*sources, settings=crawl_settings(allowed_hosts=()))
    assert (came, came6) == ([], [])
    for number, host in enumerate(LOOPBACK):
        report = crawled.report(f"h{number}")
        assert report["outcome"] == "failed", host
        assert "refused" in report["errors"][0] or "cannot be resolved" in report["errors"][0], host


def test_other_schemes_and_ambiguous_addresses_are_refused(crawls: Crawls) -> None:
    urls = (
        "file:///etc/hostname",
        "data:text/xml,<rss/>",
        "ftp://127.0.0.2/",
        "http://127.0.0.2\\@a/",
    )
    sources = [a_source(f"u{n}", url) for n, url in enumerate(urls)]
    crawled = crawls.run(*sources)
    for source in sources:
        assert "refused" in crawled.report(source.key)["errors"][0], source.url


def test_a_redirect_to_a_private_address_or_another_scheme_is_not_followed(
    site: FakeSite, crawls: Crawls
) -> None:
    secret = site.url("/secret", host="127.0.0.3")
    targets = dict.fromkeys((301, 302, 303, 307, 308), secret) | {
        "file": "file:///etc/hostname",
        "data": "data:text/html,hello",
        "ftp": "ftp://a/",
    }
    for name, target in targets.items():
        status = name if isinstance(name, int) else 302
        site.behave(f"/{name}.xml", redirect(target, status=status), host="127.0.0.2")
    site.page("/secret", "a secret")
    sources = [a_source(f"to-{name}", site.url(f"/{name}.xml")) for name in targets]
    crawled = crawls.run(*sources, settings=ONE_HOST)
    assert {crawled.report(source.key)["outcome"] for source in sources} == {"failed"}
    assert "not a public address" in crawled.report("to-308")["errors"][0]
    assert site.requests(host="127.0.0.3") == []


def test_an_entry_that_links_to_a_private_address_stays_thin(
    site: FakeSite, crawls: Crawls
) -> None:
    links = [site.url("/secret", host="127.0.0.3"), "http://169.254.169.254/latest/meta-data/"]
    site.page("/secret", article_page("Secret", long_text("a secret")))
    list_in_feed(site, [Entry(title=f"Entry {n}", link=x) for n, x in enumerate(links)])
    crawls.run(a_source("hostile", site.url("/feed.xml")), settings=ONE_HOST)
    assert [item.thin_reason for item in crawls.items()] == ["address-refused"] * 2
    assert site.requests(host="127.0.0.3") == []


def test_robots_txt_may_not_lead_to_a_private_address(site: FakeSite, crawls: Crawls) -> None:
    site.behave(
        "/robots.txt", redirect(site.url("/robots.txt", host="127.0.0.3")), host="127.0.0.2"
    )
    publish(site, range(1))
    report = crawls.run(a_source("hostile", site.url("/feed.xml")), settings=ONE_HOST).report(
        "hostile"
    )
    assert report["outcome"] == "failed"
    assert site.requests(host="127.0.0.3") == []
    assert site.requests("/feed.xml") == []


def test_a_proxy_in_the_environment_does_not_open_a_way_around_the_guard(
    site: FakeSite, crawls: Crawls, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, site.url("", host="127.0.0.3"))
    publish(site, range(1))
    crawls.run(a_source("outlet", site.url("/feed.xml")), settings=ONE_HOST)
    assert len(crawls.items()) == 1
    assert site.requests(host="127.0.0.3") == []


def bomb() -> bytes:
    return gzip.compress(b"\0" * 200_000_000, compresslevel=9)


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
def test_a_gzip_bomb_is_refused_and_costs_the_others_nothing(
    site: FakeSite, crawls: Crawls, declared: bool
) -> None:
    headers = {"Content-Encoding": "gzip"} if declared else {}
    site.behave("/feed.xml", answer(bomb(), headers=headers), host="127.0.0.3")
    publish(site, range(2))
    crawled = crawls.run(
        a_source("hostile", site.url("/feed.xml", host="127.0.0.3")),
        a_source("outlet", site.url("/feed.xml")),
    )
    assert crawled.code == 0
    assert crawled.report("hostile")["outcome"] == "failed"
    assert len(crawls.items()) == 2


def test_a_body_beyond_the_limit_is_cut_off(site: FakeSite, crawls: Crawls) -> None:
    site.behave("/feed.xml", raw(head(200, {"Content-Type": FEED_TYPE}) + b"x" * 17_000_000))
    report = crawls.run(a_source("hostile", site.url("/feed.xml"))).report("hostile")
    assert "exceeds" in report["errors"][0]
    # once up to the size that needs no turn, once up to the limit, and no more
    assert len(site.requests("/feed.xml")) == 2


NO_HTTP = {
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
    "nothing": b"",
    "negative": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nabcdefghi",
    "zeros": b"\x00" * 1000,
}


def test_servers_that_speak_no_http_are_failures(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(1), host="127.0.0.2")
    sources = [a_source("outlet", site.url("/feed.xml"))]
    for number, (name, said) in enumerate(NO_HTTP.items(), start=3):
        host = f"127.0.0.{number}"
        site.behave("/feed.xml", raw(said), host=host)
        sources.append(a_source(name, site.url("/feed.xml", host=host)))
    crawled = crawls.run(*sources, timeout=2)
    assert crawled.code == 0
    for name in NO_HTTP:
        assert crawled.report(name)["outcome"] in ("failed", "not-a-feed"), name
    assert crawled.report("outlet")["outcome"] == "ok"


def test_hosts_that_hang_hold_up_nobody_else(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(4), host="127.0.0.2")
    site.behave("/robots.txt", hang(), host="127.0.0.3")
    site.behave("/feed.xml", hang(), host="127.0.0.4")
    site.behave("/feed.xml", drip(b"<rss>" * 1000, every=0.05), host="127.0.0.5")
    sources = [a_source(f"h{n}", site.url("/feed.xml", host=f"127.0.0.{n}")) for n in range(2, 6)]
    crawled = crawls.run(*sources, timeout=6)  # far beyond what the sound one takes
    assert crawled.code == 0
    ended = [e["source"] for e in crawled.events if e["event"] == "source.finished"]
    assert ended[0] == "h2"
    assert [crawled.report(f"h{n}")["outcome"] for n in range(3, 6)] == ["failed"] * 3
    assert len(site.requests("/feed.xml", host="127.0.0.4")) == 1  # hanging is not retried at once


def test_pages_of_a_host_that_hangs_are_left_for_later(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(6), etag='"1"')
    for number in range(6):
        site.behave(f"/{number}.html", hang())
    crawls.run(a_source("outlet", site.url("/feed.xml")), timeout=1)
    states = [item.text_state for item in crawls.items()]
    assert states.count(TextState.THIN) == 2
    assert states.count(TextState.LISTED) == 4


def test_a_page_of_a_hundred_thousand_headers_ends_within_bounds(
    site: FakeSite, crawls: Crawls
) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 90) for n in range(100_000))
    site.behave("/feed.xml", raw(b"HTTP/1.1 200 OK\r\n" + many + b"\r\n"), host="127.0.0.3")
    publish(site, range(1), host="127.0.0.2")
    crawls.run(
        a_source("hostile", site.url("/feed.xml", host="127.0.0.3")),
        a_source("outlet", site.url("/feed.xml")),
    )
    assert crawls.state("outlet").outcome == "ok"
