"""Compare the addresses of an article with those of a known item, beyond equal keys. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote_plus, urlsplit

from storage.model import Article, KnownItem
from storage.rules.addresses import canonical_url, fragment_of
from storage.rules.former_keys import former_url_keys
from storage.rules.identity import page_key, page_path, url_key

SYNTHETIC = "#"  # begins an identifier that was computed from the words of an entry
_MIN_WORDS = 8  # of title and teaser
_MIN_TITLE_WORDS = 4  # without a teaser
# names of parameters that usually select the page
_IDENTIFIERS = frozenset(
    ("", "id", "p", "pg", "page", "paged", "start", "offset", "article", "articleid", "article_id",
     "art", "aid", "story", "storyid", "story_id", "news", "newsid", "news_id", "nid", "item",
     "itemid", "item_id", "post", "postid", "post_id", "pid", "page_id", "doc", "docid", "document",
     "documentid", "file", "fileid", "download", "no", "nr", "num", "number", "n", "v", "video",
     "uuid", "guid", "uid", "key", "slug", "name", "title", "date", "d", "day", "m", "month", "y",
     "year", "q", "query", "s", "search", "url", "u", "link", "view", "contentid", "content_id",
     "event", "eventid", "meeting", "meetingid", "mid", "case", "ref", "reference", "notice")
)  # fmt: skip


def own_urls(article: Article) -> tuple[str, ...]:
    """Return every URL that identifies this article alone."""
    return tuple(url for url in (article.url, *article.alias_urls) if url)


def former_keys(article: Article) -> frozenset[str]:
    """Return the keys that older archives may have for the URLs of an article."""
    return frozenset(key for url in own_urls(article) for key in former_url_keys(url))


def has_other_fragment(article: Article, item: KnownItem) -> bool:
    """Return whether both are on one page, under different fragments.

    Such as posts of a live blog, entries of a change log, routes of a single-page application. A
    fragment of parameters does not count.
    """
    own = {page_key(url): fragment_of(url) for url in own_urls(article) if _is_part_fragment(url)}
    if not own or {url_key(url) for url in own_urls(article)} & item.url_keys:
        return False
    return any(
        own.get(page_key(url), fragment_of(url)) != fragment_of(url)
        for url in item.urls
        if _is_part_fragment(url)
    )


def differs_in_parameters(article: Article, item: KnownItem) -> bool:
    """Return whether an address differs from one of the item's in parameters alone.

    Call it only where title, teaser and date are equal: this is the evidence that the parameters
    do not select a page. For a headline without a teaser, parameters with the usual name of an
    identifier (`id`, `page`) are taken to select one.
    """
    title, teaser = article.title.split(), article.summary.split()
    if teaser and len(title) + len(teaser) >= _MIN_WORDS:
        identifiers: frozenset[str] = frozenset()
    elif len(title) >= _MIN_TITLE_WORDS:
        identifiers = _IDENTIFIERS
    else:
        return False
    for url in own_urls(article):
        for other in item.urls:
            names = _find_differing_parameters(url, other)
            if names is not None and not names & identifiers:
                return True
    return False


def _is_part_fragment(url: str) -> bool:
    """Return whether the fragment of a URL may identify a part of its page."""
    fragment = fragment_of(url)
    return bool(fragment) and (fragment.startswith(("!", "/")) or "=" not in fragment)


def _find_differing_parameters(one: str, other: str) -> frozenset[str] | None:
    """Return the names of parameters in which two URLs differ; None where more differs."""
    pages, queries = [], []
    for url in (one, other):
        try:
            parts = urlsplit(canonical_url(url))
        except ValueError:
            return None
        fragment = parts.fragment
        pages.append(
            (
                parts.netloc.removeprefix("www."),
                page_path(parts),
                fragment if _is_part_fragment(url) else "",
            )
        )
        queries.append(
            set(_split_parameters(parts.query)) | set(_split_parameters(fragment, fragment=True))
        )
    if pages[0] != pages[1] or not pages[0][1]:
        return None
    return frozenset(name.lower() for name, _ in queries[0] ^ queries[1])


def _split_parameters(query: str, *, fragment: bool = False) -> Iterable[tuple[str, str]]:
    for one in query.split("&"):
        name, mark, value = one.partition("=")
        if mark:
            yield unquote_plus(name), value
        elif one and not fragment:
            yield "", one
