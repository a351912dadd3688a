"""Answers with too much around their body: dropped at the protocol. S-16 and its neighbours."""

from __future__ import annotations

import gzip
import socket
import sqlite3
import threading

from tests.crawler.polling.test_polls import list_in_feed, publish
from tests.support.crawls import Crawls, a_source
from tests.support.services import eventually
from tests.support.site import (
    FEED_TYPE,
    Asked,
    Entry,
    FakeSite,
    Reply,
    article_page,
    drip,
    feed,
    hang,
    head,
    long_text,
    raw,
    redirect,
)

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Content-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"


def for_ever(begin: bytes, again: bytes) -> Reply:
    """An answer that repeats itself until the crawler hangs up."""

    def write(connection: socket.socket, asked: Asked, closing: threading.Event) -> None:
        connection.sendall(begin)
        while not closing.is_set():
            connection.sendall(again)

    return Reply(write)


HOSTILE = {
    "many-headers": (
        raw(OK + b"".join(b"X-%d: y\r\n" % n for n in range(200_000)) + b"\r\n"),
        "more than 500 header lines",
    ),
    "long-header": (for_ever(OK + b"X-Long: ", b"y" * 65536), "header line of more than 65536"),
    "long-status": (for_ever(b"HTTP/1.1 200 ", b"y" * 65536), "header line of more than 65536"),
    "many-100s": (for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "500 header lines"),
    "trailers": (
        for_ever(CHUNKED + b"1\r\n<\r\n0\r\n", b"X-T: y\r\n" * 999),
        "closed before the response was complete",
    ),
    "extensions": (
        for_ever(CHUNKED, (b"1;" + b"e" * 900 + b"\r\n<\r\n") * 99),
        "more bytes of chunked encoding",
    ),
}


def test_what_a_server_says_around_a_body_is_bounded_and_the_error_says_how(
    site: FakeSite, crawls: Crawls
) -> None:
    publish(site, range(2), host=site.hosts[0])
    sources = [a_source("outlet", site.url("/feed.xml", host=site.hosts[0]))]
    for (key, (reply, _)), host in zip(HOSTILE.items(), site.hosts[1:], strict=True):
        site.behave("/feed.xml", reply, host=host)
        sources.append(a_source(key, site.url("/feed.xml", host=host)))
    # so long that it is the bound that ends each answer, and no time-out
    crawled = crawls.run(*sources, timeout=60, deadline=85)
    assert crawled.code == 0
    assert crawls.state("outlet").outcome == "ok"
    errors = {key: str(crawls.state(key).last_error) for key in HOSTILE}
    for key, (_, says) in HOSTILE.items():
        assert says in errors[key], (key, errors[key])


def test_the_validators_of_a_page_that_was_cut_short_are_not_kept(
    site: FakeSite, crawls: Crawls
) -> None:
    """Sent back they would have the server say that nothing has changed, for ever."""
    page = article_page("Trust reviews its records", long_text("a review", paragraphs=30))
    half = gzip.compress(page.encode())[:-40]
    said = {"Content-Encoding": "gzip", "ETag": '"1"', "Last-Modified": "Mon, 02 Mar 2026 09:00:00"}
    site.behave("/1.html", raw(head(200, said | {"Content-Length": str(len(half))}) + half))
    entry = Entry(title="Trust reviews its records", link=site.url("/1.html"), guid="1")
    list_in_feed(site, [entry])
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    [item] = crawls.items()
    assert "a review" in item.body
    with sqlite3.connect(crawls.store.url.removeprefix("sqlite:///")) as database:
        kept = database.execute("SELECT etag, last_modified FROM item").fetchall()
    assert kept == [(None, None)]


def test_fifty_hosts_that_hang_drip_or_lead_in_circles_hold_up_none_of_the_others(
    crawls: Crawls,
) -> None:
    """Row 26."""
    hosts = [f"127.0.1.{n}" for n in range(1, 56)]
    with FakeSite(hosts) as site:
        replies = (hang(), drip(feed([]), every=1), redirect("/feed.xml"))
        for number, host in enumerate(hosts[:50]):
            site.behave("/feed.xml", replies[number % 3], host=host)
        for host in hosts[50:]:
            publish(site, range(3), host=host)
        sources = [
            a_source(f"s{n}", site.url("/feed.xml", host=host)) for n, host in enumerate(hosts)
        ]
        # so long that none of the hostile ones is through before the others because it gave up
        child = crawls.start(*sources, timeout=100, deadline=300)
        good = {f"s{n}" for n in range(50, 55)}
        finished: set[str] = set()

        def is_through() -> bool:
            events = child.events()
            finished.update(e["source"] for e in events if e["event"] == "source.finished")
            return good <= finished

        assert eventually(is_through, within=90)
        child.terminate(grace=20)
    hung = {f"s{n}" for n in range(0, 50, 3)}
    assert not hung & finished
    assert {crawls.state(key).outcome for key in good} == {"ok"}
    assert len(crawls.items()) == 15


def test_a_chunked_answer_of_many_small_chunks_is_read(site: FakeSite, crawls: Crawls) -> None:
    """Else bounding the chunking would prove nothing."""
    body = feed([Entry(title="Trust pauses move", link=None, guid="1")])
    pieces = [body[at : at + 16].ljust(16) for at in range(0, len(body), 16)]
    chunks = b"".join(b"10\r\n%s\r\n" % piece for piece in pieces)
    reply = CHUNKED.replace(b"text/xml", FEED_TYPE.encode()) + chunks + b"0\r\n\r\n"
    site.behave("/feed.xml", raw(reply))
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    assert [item.title for item in crawls.items()] == ["Trust pauses move"]
