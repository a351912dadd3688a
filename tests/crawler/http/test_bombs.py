"""Answers that swell, nest or name other files: bounded in memory and time. S-14, S-15, C-12.

Each crawl runs in a child whose memory is limited to that of `crawl_settings`; a child that goes
beyond it dies, and with it the sound source beside the hostile one.
"""

from __future__ import annotations

import gzip
import socket
import sys
import threading
import zlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import brotli
import pytest

from storage.model import TextState
from tests.crawler.polling.test_polls import list_in_feed, publish
from tests.support.crawls import Crawled, Crawls, a_source
from tests.support.site import (
    FEED_TYPE,
    Asked,
    Entry,
    FakeSite,
    Reply,
    answer,
    article_page,
    long_text,
    raw,
)

# what Scrapy itself unpacks with
zstd = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
HUGE = 200_000_000
HOSTILE = "127.0.0.3"
HOSTILE_HOSTS = tuple(f"127.0.0.{n}" for n in range(3, 9))


def swollen(pack: Callable[[bytes], bytes]) -> bytes:
    return pack(b"<rss>" + b" " * HUGE)


PACKED: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: swollen(lambda data: gzip.compress(data, 6)),
    "deflate": lambda: swollen(lambda data: zlib.compress(data, 6)),
    "br": lambda: swollen(lambda data: brotli.compress(data, quality=1)),
    "zstd": lambda: swollen(lambda data: zstd.compress(data, 3)),
    "gzip, gzip": lambda: gzip.compress(swollen(lambda data: gzip.compress(data, 6)), 6),
    "br, gzip": lambda: gzip.compress(swollen(lambda data: brotli.compress(data, quality=1)), 6),
}


def beside_a_sound_source(site: FakeSite, crawls: Crawls, **more: float) -> Crawled:
    """Crawl the hostile host and a sound one in one child."""
    publish(site, range(2))
    crawled = crawls.run(
        a_source("hostile", site.url("/feed.xml", host=HOSTILE)),
        a_source("outlet", site.url("/feed.xml")),
        **more,
    )
    assert crawled.code == 0  # within its deadline: a bomb that goes off takes minutes
    assert crawls.state("outlet").outcome in ("ok", "not-modified")
    return crawled


@pytest.mark.parametrize("encoding", PACKED)
def test_a_bomb_of_any_packing_is_refused_and_costs_the_others_nothing(
    site: FakeSite, crawls: Crawls, encoding: str
) -> None:
    body = PACKED[encoding]()
    assert len(body) < 1_000_000
    headers = {"Content-Encoding": encoding}
    site.behave("/feed.xml", answer(body, content_type=FEED_TYPE, headers=headers), host=HOSTILE)
    report = beside_a_sound_source(site, crawls).report("hostile")
    assert report["outcome"] in ("failed", "not-a-feed")
    assert len(crawls.items()) == 2


def test_bombs_that_do_not_say_how_they_are_packed_cost_the_others_nothing(
    site: FakeSite, crawls: Crawls
) -> None:
    """S-15: no Content-Encoding. One for each host, all in one crawl."""
    sources = []
    for (name, body), host in zip(PACKED.items(), HOSTILE_HOSTS, strict=True):
        site.behave("/feed.xml", answer(body(), content_type=FEED_TYPE), host=host)
        key = name.replace(", ", "-")
        sources.append(a_source(key, site.url("/feed.xml", host=host)))
    publish(site, range(2), host=site.hosts[0])
    sources.append(a_source("outlet", site.url("/feed.xml")))
    crawled = crawls.run(*sources)
    assert crawled.code == 0  # within its deadline: a bomb that goes off takes minutes
    outcomes = {one.key: crawled.report(one.key)["outcome"] for one in sources}
    assert outcomes.pop("outlet") == "ok"
    assert set(outcomes.values()) <= {"failed", "not-a-feed"}, outcomes
    assert len(crawls.items()) == 2


def test_what_is_packed_in_an_ordinary_way_is_read(site: FakeSite, crawls: Crawls) -> None:
    """Else refusing would prove nothing."""
    publish(site, range(2))
    packers = {"br": brotli.compress, "zstd": zstd.compress}
    for number, (encoding, pack) in enumerate(packers.items()):
        page = article_page("Trust reviews its records", long_text(f"a review by {encoding}"))
        said = answer(pack(page.encode()), headers={"Content-Encoding": encoding})
        site.behave(f"/{number}.html", said)
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    assert ["a review by br" in one.body for one in crawls.items()] == [True, False]
    assert ["a review by zstd" in one.body for one in crawls.items()] == [False, True]


def laughs(levels: int = 12) -> tuple[str, str]:
    """A document type in which a name stands for a thousand million others, and that name."""
    entities = "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(levels)
    )
    return f"<!DOCTYPE rss [{entities}]>", f"&a{levels - 1};"


def a_feed_with(doctype: str, title: str) -> str:
    return (
        f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel><title>T</title>'
        f"<item><guid>1</guid><title>{title}</title><link>http://x.example/1</link></item>"
        "</channel></rss>"
    )


def entity_bombs() -> dict[str, bytes]:
    doctype, name = laughs()
    quadratic = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'
    return {
        "billion laughs": a_feed_with(doctype, name).encode(),
        "quadratic": a_feed_with(quadratic, "&a;" * 20_000).encode(),
        "in an attribute": a_feed_with(doctype, "t")
        .replace("<item>", f'<item rdf="{name}">')
        .encode(),
        "in utf-16": a_feed_with(doctype, name).encode("utf-16"),
        "deep": b"<rss version='2.0'><channel>" + b"<a>" * 200_000,
    }


@pytest.mark.parametrize("name", entity_bombs())
def test_a_bomb_of_entities_ends_within_memory_and_time(
    site: FakeSite, crawls: Crawls, name: str
) -> None:
    site.page("/feed.xml", entity_bombs()[name], host=HOSTILE, content_type=FEED_TYPE)
    beside_a_sound_source(site, crawls)
    assert max(len(item.title) for item in crawls.items()) < 10_000


@pytest.mark.parametrize("name", entity_bombs())
def test_a_bomb_of_entities_in_place_of_a_page_leaves_a_thin_item(
    site: FakeSite, crawls: Crawls, name: str
) -> None:
    link = site.page("/1.html", entity_bombs()[name], host=HOSTILE, content_type="text/xml")
    list_in_feed(site, [Entry(title="Trust pauses move", link=link, guid="1")], host=HOSTILE)
    beside_a_sound_source(site, crawls)
    [item] = [one for one in crawls.items() if one.source_key == "hostile"]
    assert item.title == "Trust pauses move"
    assert len(item.body) < 100_000


def test_no_entity_and_no_doctype_opens_a_file_or_an_address(
    site: FakeSite, crawls: Crawls, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the watchword is marigold")
    trap = site.url("/trap.dtd")
    kinds = {
        "entity of a file": a_feed_with(
            f'<!DOCTYPE rss [<!ENTITY s SYSTEM "{secret.as_uri()}">]>', "One &s;"
        ),
        "entity of an address": a_feed_with(
            f'<!DOCTYPE rss [<!ENTITY s SYSTEM "{trap}">]>', "One &s;"
        ),
        "doctype of an address": a_feed_with(f'<!DOCTYPE rss SYSTEM "{trap}">', "One"),
        "doctype of a file": a_feed_with(f'<!DOCTYPE rss SYSTEM "{secret.as_uri()}">', "One"),
        "parameter entity": a_feed_with(
            f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{trap}"> %p;]>', "One"
        ),
    }
    sources = []
    for number, body in enumerate(kinds.values()):
        address = site.page(f"/{number}.xml", body, content_type=FEED_TYPE)
        sources.append(a_source(f"kind-{number}", address))
    crawls.run(*sources)
    assert site.requests("/trap.dtd") == []
    assert [one for one in crawls.items() if "marigold" in one.title + one.body] == []


def test_a_page_nested_fifty_thousand_deep_costs_only_itself(
    site: FakeSite, crawls: Crawls
) -> None:
    deep = "<div>" * 50_000 + "<p>text</p>"
    link = site.page("/deep.html", deep, host=HOSTILE)
    list_in_feed(site, [Entry(title="Trust pauses move", link=link, guid="1")], host=HOSTILE)
    beside_a_sound_source(site, crawls)
    [item] = [one for one in crawls.items() if one.source_key == "hostile"]
    assert item.text_state is TextState.THIN


def test_a_page_of_one_line_of_ten_megabytes_ends_within_bounds(
    site: FakeSite, crawls: Crawls
) -> None:
    link = site.page("/long.html", "<html><body>" + "word " * 2_000_000, host=HOSTILE)
    list_in_feed(site, [Entry(title="Trust pauses move", link=link, guid="1")], host=HOSTILE)
    beside_a_sound_source(site, crawls)


def slow_headers() -> Reply:
    """Headers that come line by line and never end."""

    def write(connection: socket.socket, asked: Asked, closing: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not closing.wait(0.2):
            connection.sendall(b"X-More: yes\r\n")

    return Reply(write)


def test_headers_that_drip_without_end_are_given_up(site: FakeSite, crawls: Crawls) -> None:
    site.behave("/feed.xml", slow_headers(), host=HOSTILE)
    crawled = beside_a_sound_source(site, crawls, timeout=2)
    assert crawled.report("hostile")["outcome"] == "failed"


def test_headers_with_control_characters_do_no_harm(site: FakeSite, crawls: Crawls) -> None:
    body = b"<rss version='2.0'><channel><title>T</title></channel></rss>"
    said = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=\x00\xff\x1b[2J\r\n"
        b'ETag: "\x1b]0;x\x07"\r\nRetry-After: \xff\r\nCache-Control: max-age=\x00\r\n'
        b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    )
    site.behave("/feed.xml", raw(said), host=HOSTILE)
    report = beside_a_sound_source(site, crawls).report("hostile")
    assert report["outcome"] in ("empty", "failed")
    beside_a_sound_source(site, crawls)  # what was remembered of it can be sent back
