"""Renders the pages of the outlets in eight designs like those of real sites."""

from __future__ import annotations

from html import escape

from supplierwatch.demo.articles import DemoArticle, Outlet

COOKIES = (
    '<div class="cookie-banner" role="dialog"><p>We and our 214 partners value your privacy. '
    "Zephyrine Analytics helps us to measure visits.</p><button>Accept all</button></div>"
)
PLEA = (
    '<div class="newsletter-signup"><h3>Never miss a story</h3><p>Join 9,000 readers of our '
    "Friday letter, sponsored by Zephyrine.</p><form><input><button>Subscribe</button></form></div>"
)


def page_of(article: DemoArticle, outlet: Outlet) -> str:
    """Render the HTML page of an article."""
    if article.wall:
        return _document(outlet.name, _wall(), "")
    return _document(f"{article.title} | {outlet.name}", _BODIES[outlet.design](article, outlet), _head(article, outlet))  # fmt: skip


def front_page(outlet: Outlet, articles: tuple[DemoArticle, ...]) -> str:
    """Render the home page of an outlet, which links to its feed."""
    links = "".join(f'<li><a href="/{a.id}.html">{escape(a.title)}</a></li>' for a in articles)
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    return _document(outlet.name, f"<h1>{escape(outlet.name)}</h1><ul>{links}</ul>", feed)


def _document(title: str, body: str, head: str) -> str:
    style = "body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:auto;padding:1rem}aside{color:#555}"
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><title>{escape(title)}</title>{head}'
        f"<style>{style}</style></head><body>{body}</body></html>"
    )


def _head(article: DemoArticle, outlet: Outlet) -> str:
    if outlet.design in ("blog", "aggregator"):
        return ""  # these designs have no metadata
    when = article.date.isoformat()
    return (
        f'<meta property="og:title" content="{escape(article.title)}">'
        f'<meta property="og:site_name" content="{escape(outlet.name)}">'
        f'<meta property="article:published_time" content="{when}">'
        f'<meta name="author" content="{escape(article.author)}">'
    )


def _text(article: DemoArticle) -> str:
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in article.paragraphs)


def _most_read(outlet: Outlet, heading: str = "Most read") -> str:
    links = "".join(
        f'<li><a href="/x{n}">{escape(s)}</a></li>' for n, s in enumerate(outlet.sidebar)
    )
    return f"<h3>{heading}</h3><ul>{links}</ul>"


def _comments(article: DemoArticle) -> str:
    if not article.comments:
        return ""
    items = "".join(
        f'<li class="comment"><div class="comment-content"><p>{escape(c)}</p></div></li>'
        for c in article.comments
    )
    count = len(article.comments)
    return (
        f'<section id="comments" class="comments-area"><h2>{count} comments</h2>'
        f'<ol class="comment-list">{items}</ol><p>Comments are closed.</p></section>'
    )


def _byline(article: DemoArticle) -> str:
    shown = f"{article.date:%d %B %Y}"
    return f'<p class="byline">By {escape(article.author)} <time datetime="{article.date.isoformat()}">{shown}</time></p>'  # fmt: skip


def _trade(article: DemoArticle, outlet: Outlet) -> str:
    return (
        f'<nav><a href="/">News</a> <a href="/jobs">Jobs</a></nav><main><article><h1>{escape(article.title)}'
        f'</h1>{_byline(article)}<p class="standfirst">{escape(article.teaser)}</p>{_text(article)}</article>'
        f'{_comments(article)}</main><aside class="sidebar">{_most_read(outlet)}</aside>{PLEA}'
    )


def _local(article: DemoArticle, outlet: Outlet) -> str:
    return (
        f'{COOKIES}<div id="wrap"><div class="menu"><a href="/">Home</a> <a href="/sport">Sport</a></div>'
        f'<div class="story"><h1 class="headline">{escape(article.title)}</h1>{_byline(article)}'
        f'<div class="story-body">{_text(article)}</div></div>'
        f'<div class="related-articles">{_most_read(outlet, "More from the Gazette")}</div></div>'
    )


def _national(article: DemoArticle, outlet: Outlet) -> str:
    return (
        f'<header><a href="/">{escape(outlet.name)}</a><nav><ul><li>Politics</li><li>Money</li></ul></nav></header>'
        f'<article itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{escape(article.title)}'
        f'</h1>{_byline(article)}<div itemprop="articleBody">{_text(article)}</div></article>'
        f'<section class="trending">{_most_read(outlet, "Trending")}</section>'
        f"<footer><p>Registered office: Ledger House.</p></footer>"
    )


def _trust(article: DemoArticle, outlet: Outlet) -> str:
    return (
        f'<div class="nhs-header"><a href="/">{escape(outlet.name)}</a></div><main id="content"><h1>{escape(article.title)}'
        f'</h1><div class="rich-text">{_text(article)}</div><p>Published {article.date:%d %B %Y}</p></main>'
        f'<nav class="side-nav">{_most_read(outlet, "In this section")}</nav>{COOKIES}'
    )


def _press(article: DemoArticle, outlet: Outlet) -> str:
    return (
        f'<main><article class="release"><h1>{escape(article.title)}</h1>{_byline(article)}{_text(article)}</article>'
        f"</main><aside>{_most_read(outlet, 'For journalists')}</aside>"
    )


def _blog(article: DemoArticle, outlet: Outlet) -> str:
    return (
        f'<div class="site"><h2 class="site-title">{escape(outlet.name)}</h2><div class="post"><h1>{escape(article.title)}'
        f'</h1><div class="meta">{article.date:%d %B %Y} by {escape(article.author)}</div>'
        f'<div class="entry-content">{_text(article)}</div></div>{_comments(article)}'
        f'<div class="widget">{_most_read(outlet, "Take action")}</div>{PLEA}</div>'
    )


def _aggregator(article: DemoArticle, outlet: Outlet) -> str:
    return (
        f'{COOKIES}<table><tr><td><div class="item"><h1>{escape(article.title)}</h1>{_text(article)}</div></td>'
        f'<td class="promo">{_most_read(outlet, "Recommended")}</td></tr></table>'
    )


def _newsletter(article: DemoArticle, outlet: Outlet) -> str:
    return (
        f'<div class="issue"><article><h1>{escape(article.title)}</h1>{_byline(article)}{_text(article)}</article>'
        f'<div class="read-next">{_most_read(outlet, "Earlier letters")}</div>{PLEA}</div>'
    )


def _wall() -> str:
    return (
        "<div><h2>Before you continue</h2><p>We value your privacy. Please accept cookies and tracking "
        "so that we can show you this page. You can manage preferences at any time.</p>"
        "<button>Accept</button><button>Manage preferences</button></div>"
    )


_BODIES = {
    "trade": _trade,
    "local": _local,
    "national": _national,
    "trust": _trust,
    "press": _press,
    "blog": _blog,
    "aggregator": _aggregator,
    "newsletter": _newsletter,
}
