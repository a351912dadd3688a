"""Listings and servers that cost more than they look, or lie about time."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

from tests.attack.party import Made, Party, page
from tests.attack.press.hostile_pages import MB, article
from tests.support.site import (
    FEED_TYPE,
    Asked,
    Entry,
    Reply,
    answer,
    drip,
    feed,
    hang,
    head,
    raw,
    redirect,
)

DATES = (
    "Mon, 01 Jan 0001 00:00:00 +0000",
    "Mon, 01 Jan 0001 00:00:00 +1400",
    "Fri, 31 Dec 9999 23:59:59 -1200",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "0",
    "-1",
    "9999999999",
    "99999999999999999999",
    "-0044-03-15T00:00:00Z",
    "0000-00-00T00:00:00Z",
    "2026202620-01-01T00:00:00Z",
    "Mon, 99 Foo 2026 99:99:99 +9999",
    "2026-02-30",
    "2026-W54-8",
    "1e400",
    "now",
)


def rss(items: str, *, extra: str = "") -> bytes:
    """An RSS document of these items."""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{extra}{items}'
        "</channel></rss>"
    ).encode()


def items(many: int, *, more: str = "") -> str:
    """Entries without pages of their own, each with something more."""
    return "".join(
        f"<item><title>Halcyon entry {n}</title><guid>{n}</guid>{more}</item>" for n in range(many)
    )


def as_feed(make: Callable[[], bytes], **more: object) -> Made:
    """A listing that is made when it is needed."""
    return lambda: answer(make(), content_type=FEED_TYPE, **more)  # type: ignore[arg-type]


def dated() -> bytes:
    """An entry for each wrong date, each of which a watch finds."""
    return rss(
        "".join(
            f"<item><title>Halcyon dated {n}</title><guid>d{n}</guid>"
            f"<pubDate>{escape(date)}</pubDate><description>Halcyon said so.</description></item>"
            for n, date in enumerate(DATES)
        )
    )


def slow_headers(connection: socket.socket, _: Asked, closing: threading.Event) -> None:
    """Headers that come line by line and never end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not closing.wait(0.2):
        connection.sendall(b"X-More: yes\r\n")


def endless(connection: socket.socket, _: Asked, closing: threading.Event) -> None:
    """A body without end, as fast as it is taken."""
    connection.sendall(head(200, {"Content-Type": FEED_TYPE}))
    while not closing.is_set():
        connection.sendall(b"<item>" * 10_000)


LISTINGS: dict[str, Made] = {
    "dates": as_feed(dated),
    "entries-60000": as_feed(lambda: rss(items(60_000))),
    "one-guid-20000": as_feed(
        lambda: rss("<item><title>Halcyon</title><guid>1</guid></item>" * 20_000)
    ),
    "categories-100000": as_feed(lambda: rss(items(1, more="<category>c</category>" * 100_000))),
    "authors-50000": as_feed(
        lambda: rss(items(1, more="<author>a@b.example (A)</author>" * 50_000))
    ),
    "enclosures-50000": as_feed(
        lambda: rss(items(1, more='<enclosure url="http://x.example/a" type="a/b"/>' * 50_000))
    ),
    "title-5mb": as_feed(
        lambda: rss(f"<item><title>{'Halcyon ' * 600_000}</title><guid>1</guid></item>")
    ),
    "summary-5mb": as_feed(
        lambda: rss(items(1, more=f"<description>{'&lt;p&gt;' * 600_000}</description>"))
    ),
    "guid-1mb": as_feed(lambda: rss(f"<item><title>H</title><guid>{'g' * MB}</guid></item>")),
    "link-1mb": as_feed(
        lambda: feed([Entry(title="H", link="http://127.0.1.1/" + "x" * MB, guid="1")])
    ),
    "declaration": as_feed(lambda: b"<?xml " + b"version='1.0' " * 200_000),
    "declaration-blanks": as_feed(lambda: b"<?xml" + b" " * 2 * MB),
    "doctype": as_feed(lambda: b"<!DOCTYPE rss [" + b"<!ENTITY a 'b'>" * 200_000),
    "deep": as_feed(lambda: b"<rss version='2.0'><channel>" + b"<a>" * 200_000),
    "cdata": as_feed(lambda: rss(items(1, more="<description><![CDATA[" * 100_000))),
    "atom-markup": as_feed(
        lambda: (
            b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>H</title>'
            b'<content type="xhtml">' + b"<div>" * 100_000 + b"</content></entry></feed>"
        )
    ),
    "json-brackets": lambda: answer("[" * 5 * MB, content_type="application/feed+json"),
    "json-items": lambda: answer(
        '{"version": "https://jsonfeed.org/version/1.1", "items": ['
        + ",".join(f'{{"id": "{n}", "title": "Halcyon {n}"}}' for n in range(60_000))
        + "]}",
        content_type="application/feed+json",
    ),
    "ttl": as_feed(lambda: rss(items(2), extra=f"<ttl>{'9' * 400}</ttl>")),
    "max-age": as_feed(lambda: rss(items(2)), headers={"Cache-Control": f"max-age={'9' * 400}"}),
    "retry-after": lambda: answer(status=503, headers={"Retry-After": "9" * 400}),
    "retry-after-9999": lambda: answer(
        status=429, headers={"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}
    ),
    "bomb-gzip": lambda: answer(
        gzip.compress(b"<rss>" + b" " * 300 * MB, 6), headers={"Content-Encoding": "gzip"}
    ),
    "bomb-undeclared": lambda: answer(gzip.compress(b"<rss>" + b" " * 300 * MB, 6)),
    "body-50mb": as_feed(lambda: rss(items(1)) + b" " * 50 * MB),
    "headers-200000": lambda: raw(
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200_000)) + b"\r\nx"
    ),
    "hang": hang,
    "drip": lambda: drip(rss(items(50)), every=0.5),
    "drip-headers": lambda: Reply(slow_headers),
    "endless": lambda: Reply(endless),
    "redirect-loop": lambda: redirect("/feed.xml"),
    "redirect-1mb": lambda: redirect("/" + "x" * MB),
    "links-page": page(lambda: article('<link rel="alternate" href="/f">' * 100_000)),
}

OTHERS: tuple[Party, ...] = (
    Party(
        key="robots-wildcards",
        others={
            "/robots.txt": lambda: answer(
                "User-agent: *\nDisallow: /" + "*a" * 5_000 + "$\n", content_type="text/plain"
            )
        },
        pages={f"/{'a' * 900}{n}": page(lambda: article("")) for n in range(3)},
    ),
    Party(
        key="robots-delay",
        others={
            "/robots.txt": lambda: answer(
                f"User-agent: *\nCrawl-delay: {'9' * 300}\nDisallow: /x\n" * 1000,
                content_type="text/plain",
            )
        },
        pages={"/1.html": page(lambda: article(""))},
    ),
    Party(key="robots-hang", others={"/robots.txt": hang}, pages={"/1.html": hang}),
    Party(key="pages-hang", pages={f"/{n}.html": hang for n in range(20)}),
    Party(
        key="pages-drip",
        pages={f"/{n}.html": (lambda: drip(article("").encode(), every=0.3)) for n in range(5)},
    ),
    Party(
        key="sitemap-50000",
        kind="sitemap",
        listing=lambda: answer(
            "<urlset>" + "<url><loc>http://127.0.1.1/a</loc></url>" * 50_000 + "</urlset>",
            content_type="text/xml",
        ),
    ),
    Party(
        key="sitemap-index",
        kind="sitemap",
        listing=lambda: answer(
            "<sitemapindex>"
            + "".join(
                f"<sitemap><loc>/feed.xml?{n}</loc><lastmod>{datetime.now(UTC):%Y-%m-%d}</lastmod>"
                "</sitemap>"
                for n in range(50_000)
            )
            + "</sitemapindex>",
            content_type="text/xml",
        ),
    ),
    Party(
        key="sitemap-deep",
        kind="sitemap",
        listing=lambda: answer("<urlset>" + "<url>" * 300_000, content_type="text/xml"),
    ),
    Party(
        key="list-100000",
        kind="page",
        declared='[source.select]\nentry = "li.card"\n',
        listing=lambda: answer(
            "<ul>" + "".join(f'<li class="card"><a href="/{n}">H</a></li>' for n in range(100_000))
        ),
    ),
    Party(
        key="papers-50000",
        kind="boardpapers",
        listing=lambda: answer(
            "<main><h1>Board papers</h1>"
            + "".join(f'<h2>1 March 2026</h2><a href="/{n}.pdf">{n}</a>' for n in range(25_000))
        ),
    ),
)

PARTIES = tuple(Party(key=f"feed-{name}", listing=made) for name, made in LISTINGS.items()) + OTHERS
