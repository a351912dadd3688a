"""Renders the feeds of the bundled outlets: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import json
from email.utils import format_datetime
from html import escape

from supplierwatch.demo.articles import DemoArticle, Outlet

CONTENT_TYPES = {
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "rdf": "application/rdf+xml",
}


def feed_of(outlet: Outlet, articles: tuple[DemoArticle, ...], base: str, *, poll: int) -> bytes:
    """Render the feed of an outlet.

    Args:
        outlet: the publisher.
        articles: to list.
        base: URL of the outlet, without a trailing slash.
        poll: number of the request; tracking parameters change with it.
    """
    entries = [(a, _link(outlet, base, a.id, poll)) for a in articles]
    entries += [(a, _link(outlet, base, a.also_at, poll)) for a in articles if a.also_at]
    match outlet.feed:
        case "atom":
            return _atom(outlet, entries, base)
        case "json":
            return _json(outlet, entries, base)
        case "rdf":
            return _rdf(outlet, entries, base)
    return _rss(outlet, entries, base)


def _link(outlet: Outlet, base: str, name: str, poll: int) -> str:
    link = f"{base}/{name}.html"
    return f"{link}?utm_source=feed&utm_campaign=poll-{poll}" if outlet.tracking else link


Entries = list[tuple[DemoArticle, str]]


def _rss(outlet: Outlet, entries: Entries, base: str) -> bytes:
    items = []
    for article, link in entries:
        guid = f"<guid>{escape(link)}</guid>" if outlet.feed != "rss-noguid" else ""
        full = "".join(f"<p>{escape(p)}</p>" for p in article.paragraphs)
        content = f"<content:encoded>{escape(full)}</content:encoded>" if outlet.feed == "rss-full" else ""  # fmt: skip
        items.append(
            f"<item><title>{escape(article.title)}</title><link>{escape(link)}</link>{guid}"
            f"<pubDate>{format_datetime(article.date)}</pubDate>"
            f"<description>{escape(article.teaser)}</description>{content}</item>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{base}/</link><description>news</description>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def _atom(outlet: Outlet, entries: Entries, base: str) -> bytes:
    made = "".join(
        f"<entry><id>tag:{outlet.key}.example,2026:{a.id}</id><title>{escape(a.title)}</title>"
        f'<link href="{escape(link)}"/><updated>{a.date.isoformat()}</updated>'
        f"<summary>{escape(a.teaser)}</summary></entry>"
        for a, link in entries
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{base}/</id><title>{escape(outlet.name)}</title>"
        f"<updated>2026-09-02T00:00:00Z</updated>{made}</feed>"
    ).encode()


def _rdf(outlet: Outlet, entries: Entries, base: str) -> bytes:
    links = "".join(f'<rdf:li rdf:resource="{escape(link)}"/>' for _, link in entries)
    items = "".join(
        f'<item rdf:about="{escape(link)}"><title>{escape(a.title)}</title><link>{escape(link)}</link>'
        f"<description>{escape(a.teaser)}</description><dc:date>{a.date.isoformat()}</dc:date></item>"
        for a, link in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rdf:RDF xmlns="http://purl.org/rss/1.0/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{base}/feed"><title>{escape(outlet.name)}</title><link>{base}/</link>'
        f"<description>news</description><items><rdf:Seq>{links}</rdf:Seq></items></channel>{items}"
        "</rdf:RDF>"
    ).encode()


def _json(outlet: Outlet, entries: Entries, base: str) -> bytes:
    items = [
        {
            "id": f"{outlet.key}/{a.id}",
            "url": link,
            "title": a.title,
            "summary": a.teaser,
            "date_published": a.date.isoformat(),
            "authors": [{"name": a.author}],
        }
        for a, link in entries
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name,
            "home_page_url": base + "/", "items": items}  # fmt: skip
    return json.dumps(feed).encode()
