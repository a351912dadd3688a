"""Decides whether an article is new, the text of a known item, a change of one, or a repeat.

Pure: takes an article and what is known, returns an intent that storage carries out. The order
of the rules is the order of trust: the row that a listing made, the address, the publisher's
identifier, the full text within one source, the listing's words within one source.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from storage.identity import identifies, url_key
from storage.model import (
    Article,
    Completion,
    Decision,
    Duplicate,
    KnownItem,
    New,
    Revision,
    TextState,
)

By = str
_ENTRY_WORDS = 12  # fewer words are shared by different notices of one source


def decide(article: Article, known: Sequence[KnownItem], *, expected: int | None) -> Decision:
    """What to do with `article`, given every known item that shares a key with it.

    Args:
        article: what was read.
        known: candidates: items with one of its addresses, its identifier, its text or its entry.
        expected: the row that its listing made, where its page has come now.
    """
    listed = next((item for item in known if item.item_id == expected), None)
    same, by = _same(article, [item for item in known if item is not listed])
    if listed is not None and same is not None:
        if not _may_absorb(listed):
            return _onto(article, listed, "url", absorb=None)
        return _onto(article, same, by, absorb=listed.item_id)
    target = listed or same
    if target is None:
        return New()
    return _onto(article, target, by, absorb=None)


def _same(article: Article, known: Sequence[KnownItem]) -> tuple[KnownItem | None, By]:
    keys = address_keys(article)
    oldest_first = sorted(known, key=lambda item: item.item_id)
    for item in oldest_first:
        if keys & item.url_keys:
            return item, "url"
    if article.guid is not None:
        for item in oldest_first:
            if (article.source_key, article.guid) in item.guids:
                return item, "guid"
    if article.text_state is TextState.FULL and identifies(article.content_hash):
        for item in oldest_first:
            if item.source_key == article.source_key and item.content_hash == article.content_hash:
                return item, "text"
    if entry_is_telling(article):
        for item in oldest_first:
            if item.source_key == article.source_key and item.entry_hash == article.entry_hash:
                return item, "entry"
    return None, "url"


def address_keys(article: Article) -> frozenset[str]:
    """The keys of every address that identifies this article alone."""
    urls = (article.url, *article.alias_urls)
    return frozenset(url_key(url) for url in urls if url)


def entry_is_telling(article: Article) -> bool:
    """Whether title, teaser and date together are enough to know an entry of one source again.

    A feed that renames its links and identifiers still says the same words at the same second.
    Notices with template titles and dates without a time do not qualify.
    """
    if article.kind not in ("news", "release") or article.published_at is None:
        return False
    if article.published_at.time() == time(0):
        return False
    return len(f"{article.title} {article.summary}".split()) >= _ENTRY_WORDS


def _may_absorb(listed: KnownItem) -> bool:
    return not listed.has_mentions and listed.text_state is TextState.LISTED


def _onto(article: Article, item: KnownItem, by: By, *, absorb: int | None) -> Decision:
    if article.text_state is TextState.FULL:
        if item.text_state is not TextState.FULL:
            return Completion(item_id=item.item_id, absorb=absorb)
        if _changed(article, item):
            return Revision(item_id=item.item_id, number=item.revision + 1, absorb=absorb)
    elif item.text_state is TextState.LISTED and article.text_state is TextState.THIN:
        return Completion(item_id=item.item_id, absorb=absorb)
    return Duplicate(item_id=item.item_id, by=by, absorb=absorb)  # type: ignore[arg-type]


def _changed(article: Article, item: KnownItem) -> bool:
    # a copy in another source is cut and headed differently: that is no edit of this item
    if article.source_key != item.source_key:
        return False
    return article.content_hash != item.content_hash or _squeezed(article.title) != _squeezed(
        item.title
    )


def _squeezed(title: str) -> str:
    return " ".join(title.split()).casefold()
