"""Pages that cost more than they look: deep, wide, long, packed, or made against expressions."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable
from importlib import import_module

import brotli

from tests.attack.party import Made, Party, page
from tests.attack.stories import prose
from tests.support.content.pdfs import a_pdf
from tests.support.site import answer, head, raw

# what Scrapy itself unpacks with
zstd = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
MB = 1_000_000
SWOLLEN = 300 * MB
PDF = "application/pdf"
LONG_WORDS = ("board of trustees hears that records go astray " * 9)[:390]


def article(inside: str, *, head_part: str = "") -> str:
    """An article that names the supplier, with something hostile inside."""
    paragraphs = "".join(f"<p>{part}</p>" for part in prose("hostile", "Halcyon").split("\n\n"))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Halcyon</title>'
        f"{head_part}</head><body><main><article><h1>Halcyon in the north</h1>{paragraphs}"
        f"{inside}</article></main></body></html>"
    )


def inside(make: Callable[[], str]) -> Made:
    """An article with something hostile inside its text."""
    return page(lambda: article(make()))


def in_head(make: Callable[[], str]) -> Made:
    """An article with something hostile in its head."""
    return page(lambda: article("", head_part=make()))


def json_ld(make: Callable[[], str]) -> Made:
    """An article with something hostile as its JSON-LD."""
    return in_head(lambda: f'<script type="application/ld+json">{make()}</script>')


def og_title_beside_h1() -> str:
    """A title of 100 kB for machines, one of 300 letters for readers."""
    title = "Halcyon board hears of records " * 3300
    return (
        f'<html><head><meta property="og:title" content="{title}"></head><body><main><article>'
        f"<h1>{('board hears of Halcyon records ' * 10)[:300]}</h1><p>"
        f"{prose('title', 'Halcyon')}</p></article></main></body></html>"
    )


def packed(encoding: str, pack: Callable[[bytes], bytes]) -> Made:
    """A page that swells when it is unpacked."""
    return lambda: answer(
        pack(b"<html><body><p>" + b"halcyon " * (SWOLLEN // 8)),
        headers={"Content-Encoding": encoding},
    )


def pdf_with_swollen_stream() -> bytes:
    """A PDF of 300 kB whose page has 300 MB of drawing commands."""
    stream = zlib.compress(b"BT /F1 11 Tf 60 780 Td (halcyon) Tj ET\n" * (SWOLLEN // 40), 9)
    plain = a_pdf([["Board papers"]])
    old = plain[plain.index(b"8 0 obj") : plain.index(b"endobj", plain.index(b"8 0 obj"))]
    new = b"8 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\n" % (
        len(stream),
        stream,
    )
    return plain.replace(old, new)


def pdf_of_many_pages() -> bytes:
    """A PDF of 20,000 pages."""
    return a_pdf([["Halcyon on page"]] * 20_000)


PAGES: dict[str, Made] = {
    "og-title": page(og_title_beside_h1),
    "paragraphs-20000": inside(
        lambda: "".join(f"<p>Paragraph {n} of the minutes of it.</p>" for n in range(20_000))
    ),
    "headings-1000": inside(lambda: "".join(f"<h2>{LONG_WORDS}{n}</h2>" for n in range(1000))),
    "divs-250-deep": inside(lambda: ("<div>" * 250 + "deep" + "</div>" * 250) * 200),
    "deep-50000": inside(lambda: "<div>" * 50_000 + "deep"),
    "deep-spans": inside(lambda: "<b><i><span>" * 30_000 + "deep"),
    "one-line-10mb": inside(lambda: "word " * (10 * MB // 5)),
    "links-100000": inside(lambda: "".join(f'<a href="/{n}">l{n}</a> ' for n in range(100_000))),
    "cells-100000": inside(
        lambda: "<table>" + "<tr><td>a</td><td>b</td></tr>" * 50_000 + "</table>"
    ),
    "nested-tables": inside(lambda: "<table><tr><td>" * 200 + "x" + "</td></tr></table>" * 200),
    "list-nested": inside(lambda: "<ul><li>" * 5_000 + "x"),
    "attributes-100000": inside(
        lambda: "<div " + " ".join(f'a{n}="{n}"' for n in range(100_000)) + ">x</div>"
    ),
    "class-1mb": inside(lambda: f'<div class="{"article comment " * 60_000}">x</div>'),
    "comments-20000": inside(
        lambda: (
            '<section id="comments">'
            + "".join(
                f'<div class="comment"><p>Reader {n} says so.</p></div>' for n in range(20_000)
            )
            + "</section>"
        )
    ),
    "entities-1m": inside(lambda: "&amp;lt;" * 500_000),
    "ideographic-1mb": inside(lambda: f"<p>{'病院電子記録' * 60_000}</p>"),
    "combining-marks": inside(lambda: "<p>a" + "\u0301\u0327" * 90_000),
    "times-10000": inside(lambda: '<time datetime="2026-03-01">1 March</time> ' * 10_000),
    "bylines-10000": inside(lambda: '<span class="author byline">By A Writer</span>' * 10_000),
    "title-1mb": in_head(lambda: f"<title>{'Halcyon | ' * 100_000}</title>"),
    "metas-50000": in_head(
        lambda: "".join(f'<meta name="author" content="Writer {n}">' for n in range(50_000))
    ),
    "lang-1mb": page(lambda: f'<html lang="{"en-" * 300_000}">' + article("")),
    "jsonld-brackets-5mb": json_ld(lambda: "[" * 5 * MB),
    "jsonld-braces": json_ld(lambda: '{"a":' * 300_000),
    "jsonld-comments": json_ld(lambda: "/*" * MB),
    "jsonld-line-comments": json_ld(lambda: '{"@type": "NewsArticle" ' + "//" * MB),
    "jsonld-commas": json_ld(lambda: '{"@type": "NewsArticle", "a": [' + "1, , " * 300_000),
    "jsonld-quotes": json_ld(lambda: '{"headline": "' + '\\"' * MB),
    "jsonld-number": json_ld(lambda: '{"@type": "NewsArticle", "wordCount": ' + "9" * MB + "}"),
    "jsonld-wide": json_ld(
        lambda: (
            "[" + ",".join('{"@type": "NewsArticle", "headline": "x"}' for _ in range(50_000)) + "]"
        )
    ),
    "stamp-blanks": inside(lambda: f"<p>.{chr(0x3000) * 250} x</p>" * 50),
    "counted-ones": inside(lambda: f"<p>{'1,' * 20_000}</p>"),
    "mojibake": inside(lambda: f"<p>{'â€' * 40_000}</p><p>{'Ã' * 40_000}</p>"),
    "mojibake-words": inside(lambda: "<p>" + "caÃ" * 20_000 + "x</p><p>" + "Â\x80" * 20_000),
    "dates": inside(lambda: f"<p>{'1 January 2026, ' * 40_000}</p><p>{'2026-' * 40_000}</p>"),
    "blanks-1mb": inside(lambda: f"<p>a{' ' * MB}b</p><p>a{chr(0xA0) * MB}b</p>"),
    "newlines-1mb": inside(lambda: f"<pre>a{chr(10) * MB}b</pre>"),
    "dots-1mb": inside(lambda: f"<p>{'.' * MB}</p><p>{'a.' * MB}</p>"),
    "quotes-1mb": inside(lambda: f"<p>{'“' * MB}</p>"),
    "year-1-meta": in_head(
        lambda: '<meta property="article:published_time" content="0001-01-01T00:00:00+14:00">'
    ),
    "year-9999-jsonld": json_ld(
        lambda: (
            '{"@type": "NewsArticle", "datePublished": "9999-12-31T23:59:59-12:00", '
            '"dateModified": "12026-01-01", "headline": "Halcyon"}'
        )
    ),
    "epoch-0-meta": in_head(
        lambda: '<meta property="article:published_time" content="1970-01-01T00:00:00Z">'
    ),
    "year-10-digits": in_head(
        lambda: (
            '<meta property="article:published_time" content="2026202620-01-01T00:00:00Z">'
            '<meta name="date" content="-0044-03-15">'
        )
    ),
    "bomb-gzip": packed("gzip", lambda data: gzip.compress(data, 6)),
    "bomb-deflate": packed("deflate", lambda data: zlib.compress(data, 6)),
    "bomb-br": packed("br", lambda data: brotli.compress(data, quality=1)),
    "bomb-zstd": packed("zstd", lambda data: zstd.compress(data, 3)),
    "body-50mb": page(lambda: article("<p>" + "halcyon " * (50 * MB // 8))),
    "markup-14mb": page(lambda: article("<p>a</p>" * (14 * MB // 8))),
    "text-14mb": page(lambda: article(f"<p>{'halcyon board. ' * (14 * MB // 15)}</p>")),
    "pdf-stream": page(pdf_with_swollen_stream, content_type=PDF),
    "pdf-pages": page(pdf_of_many_pages, content_type=PDF),
    "pdf-year-1": page(
        lambda: a_pdf([["Halcyon on a page"]], title="Halcyon", created="D:00010101000000+14'00'"),
        content_type=PDF,
    ),
    "headers-200000": lambda: raw(
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200_000)) + b"\r\nx"
    ),
    "header-5mb": lambda: raw(
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 5 * MB + b"\r\nContent-Length: 1\r\n\r\nx"
    ),
    "etag-1mb": lambda: raw(
        head(200, {"ETag": f'"{"e" * MB}"', "Content-Type": "text/html"}) + article("").encode()
    ),
    "type-1mb": lambda: raw(
        head(200, {"Content-Type": "text/html; charset=" + "x;" * 300_000}) + article("").encode()
    ),
}

PARTIES = tuple(Party(key=f"page-{name}", pages={"/1.html": made}) for name, made in PAGES.items())
