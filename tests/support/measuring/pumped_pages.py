"""Pages and feeds of which one part is pumped up, by the number of bytes that they should have."""

from __future__ import annotations

import json
from collections.abc import Callable

PROSE = (
    "Castellan Freight has opened a depot at Marlow Vale, where forty people will sort parcels for "
    "the hospitals of the county, its director told the council on Monday evening. "
)
ARTICLE = "".join(f"<p>{PROSE} It is the house's depot number {n}.</p>" for n in range(6))
TITLE = "Castellan Freight opens a depot at Marlow Vale"


def page(body: str = "", head: str = "", *, h1: str = TITLE) -> str:
    """A page with an article, and more."""
    return (
        f"<html><head><title>{TITLE}</title>{head}</head><body><h1>{h1}</h1>"
        f"<article>{ARTICLE}</article>{body}</body></html>"
    )


def _times(text: str, size: int) -> str:
    return text * max(1, size // len(text))


def _number_lines(form: str, size: int) -> str:
    return "".join(form.format(n=n) for n in range(max(1, size // len(form))))


def _deep(tag: str, size: int, depth: int = 250, inner: str = "x") -> str:
    one = f"<{tag}>" * depth + inner + f"</{tag.split()[0]}>" * depth
    return _times(one, size)


def _ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


PAGES: dict[str, Callable[[int], str]] = {
    "long og:title": lambda n: page(
        head=f'<meta property="og:title" content="{_times("ab ", n)}">', h1=_times("ba ", 300)
    ),
    "long title": lambda n: page(
        head=f"<title>{_times('ab | ', n)}</title>", h1=_times("ba ", 300)
    ),
    "paragraphs": lambda n: page(_number_lines("<p>" + PROSE + " {n}</p>", n)),
    "paragraphs in boxes": lambda n: page(
        _number_lines('<div class="part"><p class="x">' + PROSE + " {n}</p></div>", n)
    ),
    "headings": lambda n: page(_number_lines("<h1>" + "ab ba " * 64 + "{n}</h1>", n)),
    "short paragraphs": lambda n: page(_number_lines("<p>a {n}</p>", n)),
    "deep divs": lambda n: page(_deep("div", n)),
    "deep named divs": lambda n: page(_deep('div class="widget comments"', n)),
    "deep hidden divs": lambda n: page(
        _deep("div hidden", n, inner=f"<p>{PROSE}</p><p>{PROSE}</p>")
    ),
    "deep captions": lambda n: page(_deep('span class="caption"', n)),
    "deep inline": lambda n: page(_deep("b", n)),
    "deep lists": lambda n: page(_deep("ul><li", n // 2)),
    "tables in tables": lambda n: page(_deep("table><tr><td", n // 2, depth=60)),
    "rows": lambda n: page(
        "<table>"
        + _number_lines("<tr><td>" + "a b " * 30 + "{n}</td><td>x</td></tr>", n)
        + "</table>"
    ),
    "brackets as JSON-LD": lambda n: page(head=_ld("[" * n)),
    "objects in JSON-LD": lambda n: page(
        head=_ld(json.dumps([{"@type": "NewsArticle", "@id": str(i)} for i in range(n // 40)]))
    ),
    "quotes in JSON-LD": lambda n: page(head=_ld('{"a":"' + '\\"' * (n // 2))),
    "scripts of JSON-LD": lambda n: page(head=_times(_ld('{"@type":"NewsArticle"}'), n)),
    "long attribute": lambda n: page(f'<div class="{_times("comment ", n)}">x</div>'),
    "long style": lambda n: page(f'<div style="{_times("display ", n)}">x</div>'),
    "attributes": lambda n: page("<div " + _number_lines("a{n}=b ", n) + ">x</div>"),
    "metas": lambda n: page(head=_number_lines('<meta name="a{n}" content="b">', n)),
    "authors": lambda n: page(head=f'<meta name="author" content="{_times("Ann Ash, ", n)}">'),
    "links": lambda n: page(_number_lines('<a href="/a{n}">Read {n}</a> ', n)),
    "links in paragraphs": lambda n: page(
        _number_lines('<p><a href="/a{n}">Read more {n}</a></p>', n)
    ),
    "line breaks": lambda n: page("<p>" + _times("a<br>", n) + "</p>"),
    "one text": lambda n: page(f"<p>{_times('ab ba ', n)}</p>"),
    "one word": lambda n: page(f"<p>{_times('ab', n)}</p>"),
    "bare text": lambda n: page(_times("ab ba. ", n)),
    "blanks": lambda n: page(f"<p>a{_times(' ', n)}b</p>"),
    "wide blanks": lambda n: page(f"<p>.{_times(chr(0x3000), n // 3)}b</p>"),
    "line feeds": lambda n: page(f"<pre>a{_times(chr(10), n)}b</pre>"),
    "marks": lambda n: page(f"<p>a{_times(chr(0x5B0) + chr(0x591), n // 2)}b</p>"),
    "open brackets": lambda n: page(_times("<", n)),
    "open tags": lambda n: page(_times("<p ", n)),
    "comments": lambda n: page(_times("<!-- a -->", n)),
    "open comments": lambda n: page(_times("<!-- ", n)),
    "entities": lambda n: page(f"<p>{_times('&amp;', n)}</p>"),
    "broken letters": lambda n: page(f"<p>{_times('itâs ', n)}</p>"),
    "mojibake": lambda n: page(f"<p>{_times('Ã¢â‚¬â„¢', n // 2)}</p>"),
    "dates": lambda n: page(_number_lines("<p>12 May 2026, {n}</p>", n)),
    "times": lambda n: page(_number_lines('<time datetime="2026-05-12">{n}</time>', n)),
    "named dates": lambda n: page(_number_lines('<p class="date">12 May 2026 {n}</p>', n)),
    "dates in boxes of nothing": lambda n: page(
        _number_lines("<div>" + "<i></i>" * 300 + "<time>12 May {n}</time></div>", n)
    ),
    "stamps": lambda n: page(
        head='<meta property="article:published_time" content="2026-05-12T09:30:00Z">'
        f"<script>{_times('2026-05-12T09:31:00+01:00 ', n)}</script>"
    ),
    "figures": lambda n: page(f"<p>{_times('1,', n)}</p>"),
    "lists": lambda n: page("<ul>" + _number_lines("<li>item {n} of it</li>", n) + "</ul>"),
    "comment blocks": lambda n: page(
        _number_lines('<div class="comment"><p>I say {n}</p></div>', n)
    ),
    "forms": lambda n: page(_number_lines("<form><input name=a{n}></form>", n)),
    "spans": lambda n: page("<p>" + _number_lines("<span>word {n}</span> ", n) + "</p>"),
    "images": lambda n: page(
        _number_lines('<figure><img src="/{n}.png"><figcaption>c</figcaption></figure>', n)
    ),
    "time elements with scripts": lambda n: page(
        head=f"<script>{_times('2026-05-12 ', n)}</script>"
    ),
}


def feed(items: str, *, before: str = '<?xml version="1.0" encoding="utf-8"?>\n') -> str:
    """An RSS feed with an item, and more."""
    own = f"<item><title>{TITLE}</title><link>https://wharfside.example/1</link></item>"
    return (
        f'{before}<rss version="2.0"><channel><title>Wharfside</title>{own}{items}</channel></rss>'
    )


def _item(inner: str) -> str:
    return f"<item><title>A</title><link>https://wharfside.example/2</link>{inner}</item>"


def _json_feed(items: str) -> str:
    return '{"version":"https://jsonfeed.org/version/1.1","title":"Wharfside","items":[' + items


FEEDS: dict[str, Callable[[int], str]] = {
    "items": lambda n: feed(
        _number_lines(
            "<item><title>A {n}</title><link>https://wharfside.example/{n}</link></item>", n
        )
    ),
    "items of one link": lambda n: feed(_times(_item(""), n)),
    "long title": lambda n: feed(f"<item><title>{_times('ab ', n)}</title></item>"),
    "markup in a title": lambda n: feed(f"<item><title>{_times('&lt;b>ab ', n)}</title></item>"),
    "brackets in a title": lambda n: feed(f"<item><title>{_times('&lt;', n)}</title></item>"),
    "long summary": lambda n: feed(_item(f"<description>{_times('&lt;p>ab ', n)}</description>")),
    "style of a summary": lambda n: feed(
        _item(f"<description>&lt;p style='color: rgb(1%,{_times('1', n)}x'>a</description>")
    ),
    "tags": lambda n: feed(_item(_number_lines("<category>tag {n}</category>", n))),
    "authors": lambda n: feed(_item(_number_lines("<author>a{n}@b.example (Ann {n})</author>", n))),
    "long address": lambda n: feed(f"<item><link>https://a.example/{_times('a', n)}</link></item>"),
    "nested": lambda n: feed(_times("<a>", n)),
    "nested within bounds": lambda n: feed(_item(_times("<a>" * 100 + "</a>" * 100, n))),
    "document types": lambda n: feed("", before=_times("<!DOCTYPE a\n", n)),
    "whole document types": lambda n: feed("", before=_times("<!DOCTYPE a>\n", n)),
    "entities": lambda n: feed("", before=_number_lines('<!ENTITY a{n} "b">\n', n)),
    "line feeds before": lambda n: feed("", before=_times("\n", n)),
    "line feeds and a document type": lambda n: feed(
        "", before="<?xml version='1.0'?>" + _times("\n", n)
    ),
    "declaration": lambda n: feed("", before="<?xml " + _times("encoding='", n)),
    "one line of encodings": lambda n: feed(
        _item(f"<description>{_times('encoding=&quot;', n)}</description>"),
        before="<?xml version='1.0'?>",
    ),
    "ampersands": lambda n: feed(_item(f"<description>{_times('&', n)}</description>")),
    "namespaces": lambda n: feed(_number_lines('<a{n} xmlns:b{n}="c">x</a{n}>', n)),
    "comments": lambda n: feed(_times("<!-- a -->", n)),
    "open comments": lambda n: feed(_times("<!--", n)),
    "ill-formed": lambda n: feed(_times("<item><title>a</item>", n)),
    "JSON items": lambda n: _json_feed(_number_lines('{{"id":"{n}","title":"a"}},', n)),
    "JSON title": lambda n: _json_feed(f'{{"id":"1","title":"{_times("ab ", n)}"}}]}}'),
    "JSON brackets": lambda n: _json_feed(_times("[", n)),
    "JSON braces": lambda n: _json_feed(_times('{"a":', n)),
    "JSON quotes": lambda n: _json_feed('{"id":"' + _times('\\"', n)),
}
