"""Feeds and pages of our own making, chosen by a random generator."""

from __future__ import annotations

import json
import random
from html import escape

from tests.fuzz.material import DATES, LINKS, changed, prose, text

ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8", "latin-1", "utf-16", "cp1252", "shift_jis")


def a_feed(rng: random.Random, number: int) -> bytes:
    """A feed of one to three entries in any format, possibly damaged."""
    entries = [_an_entry(rng, f"{number}-{n}") for n in range(rng.choice((1, 1, 1, 1, 1, 1, 2, 3)))]
    make = rng.choice((_rss, _rss, _atom, _rdf, _json))
    return changed(rng, _encode(rng, make(rng, entries)))


def a_page(rng: random.Random, title: str) -> bytes:
    """A page of an article, possibly damaged."""
    paragraphs = [prose(rng) for _ in range(rng.randint(2, 5))]
    return changed(rng, _encode(rng, _page(rng, title, paragraphs)))


def an_edit(rng: random.Random, page: bytes) -> bytes:
    """The page as it may look another time."""
    for old, new in rng.sample(
        [(b"will be late", b"will be early"), (b"three", b"nine"), (b"Halcyon", b"Corvid Data"),
         (b"<p>", b"<p>Updated. "), (b"4.2m", b"9.9m"), (b". ", b"; "), (b"</p>", b"")],
        k=rng.randint(1, 3),
    ):  # fmt: skip
        page = page.replace(old, new)
    return changed(rng, page)


def _an_entry(rng: random.Random, number: str) -> dict[str, str]:
    return {
        "title": text(rng),
        "link": rng.choice(LINKS).replace("{n}", number),
        "guid": rng.choice((number, text(rng), "")),
        "date": rng.choice(DATES),
        "author": text(rng),
        "summary": rng.choice((text(rng), f"<p>{prose(rng)}</p>", prose(rng))),
        "content": rng.choice(("", "", f"<p>{prose(rng)}</p>" * 4)),
    }


def _vary(rng: random.Random, value: str) -> str:
    """A value as XML writes it, or as it must not."""
    way = rng.random()
    if way < 0.15:
        return f"<![CDATA[{value}]]>"
    return value if way < 0.25 else escape(value)


def _rss(rng: random.Random, entries: list[dict[str, str]]) -> str:
    items = "".join(
        f"<item><title>{_vary(rng, e['title'])}</title><link>{_vary(rng, e['link'])}</link>"
        f"<guid>{_vary(rng, e['guid'])}</guid><pubDate>{e['date']}</pubDate>"
        f"<dc:creator>{_vary(rng, e['author'])}</dc:creator>"
        f"<description>{_vary(rng, e['summary'])}</description>"
        f"<content:encoded>{_vary(rng, e['content'])}</content:encoded></item>"
        for e in entries
    )
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{_vary(rng, text(rng))}</title><ttl>{rng.choice(DATES)}</ttl>{items}"
        "</channel></rss>"
    )


def _atom(rng: random.Random, entries: list[dict[str, str]]) -> str:
    items = "".join(
        f'<entry><id>{_vary(rng, e["guid"])}</id><title type="{rng.choice(("text", "html", "x"))}">'
        f"{_vary(rng, e['title'])}</title><link href={json.dumps(escape(e['link']))}/>"
        f"<updated>{e['date']}</updated><author><name>{_vary(rng, e['author'])}</name></author>"
        f'<summary type="html">{_vary(rng, e["summary"])}</summary></entry>'
        for e in entries
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{items}</feed>'


def _rdf(rng: random.Random, entries: list[dict[str, str]]) -> str:
    items = "".join(
        f"<item><title>{_vary(rng, e['title'])}</title><link>{_vary(rng, e['link'])}</link>"
        f"<description>{_vary(rng, e['summary'])}</description></item>"
        for e in entries
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns="http://purl.org/rss/1.0/"><channel><title>T</title></channel>{items}</rdf:RDF>'
    )


def _json(rng: random.Random, entries: list[dict[str, str]]) -> str:
    items = [
        {
            "id": rng.choice((e["guid"], 1, None, ["x"])),
            "url": e["link"],
            "title": rng.choice((e["title"], e["title"], 7, None)),
            "content_html": e["content"] or e["summary"],
            "date_published": rng.choice((e["date"], 1e308, None)),
            "authors": rng.choice(([{"name": e["author"]}], e["author"], [None])),
        }
        for e in entries
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items})


def _page(rng: random.Random, title: str, paragraphs: list[str]) -> str:
    body = "".join(f"<p>{_vary(rng, one)}</p>" for one in paragraphs)
    data = {
        "@type": rng.choice(("NewsArticle", "Article", ["NewsArticle"], 1)),
        "headline": rng.choice((title, text(rng), [title], None)),
        "datePublished": rng.choice(DATES),
        "author": rng.choice(({"name": text(rng)}, text(rng), [[]], None)),
        "articleBody": rng.choice(("", " ".join(paragraphs))),
    }
    more = rng.choice(
        (
            "",
            '<section id="comments"><h2>Comments</h2>'
            + f'<div class="comment"><p>{escape(text(rng))}</p></div>' * 3
            + "</section>",
            f"<table><tr><td>{escape(text(rng))}</td><td>x</td></tr></table>",
            f"<ul>{'<li>Halcyon</li>' * 12}</ul>",
            f"<aside><h3>Most read</h3>{escape(text(rng))}</aside>",
        )
    )
    return (
        f'<!DOCTYPE html><html lang="{rng.choice(("en", "en-GB", "x" * 60, ""))}"><head>'
        f'<meta charset="{rng.choice(ENCODINGS)}"><title>{_vary(rng, title)} | Ledger</title>'
        f'<meta property="og:title" content="{escape(rng.choice((title, text(rng))))}">'
        f'<meta property="article:published_time" content="{rng.choice(DATES)}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script></head><body>'
        f"<nav><a href='/'>Home</a></nav><main><article><h1>{_vary(rng, title)}</h1>{body}{more}"
        "</article></main><footer>All rights reserved</footer></body></html>"
    )


def _encode(rng: random.Random, document: str) -> bytes:
    encoding = rng.choice(ENCODINGS)
    surrogates = encoding == "utf-8" and rng.random() < 0.2
    return document.encode(encoding, "surrogatepass" if surrogates else "replace")
