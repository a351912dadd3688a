"""Decides whether an article is new, the text of a known item, a change of one, or a repeat.

Pure: takes an article and what is known, returns an intent that storage carries out. The order
of the rules is the order of trust: the row that a listing made, the address, the publisher's
identifier, the full text within one source, the listing's words within one source.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Literal

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
from storage.rules.identity import identifies, url_key

By = Literal["url", "guid", "text", "entry"]
_ENTRY_WORDS = 12  # fewer words are shared by different notices of one source


def decide(article: Article, known: Sequence[KnownItem], *, expected: int | None) -> Decision:
    """What to do with `article`, given every known item that shares a key with it.

    Args:
        article: what was read.
        known: candidates: items with one of its addresses, its identifier, its text or its entry.
        expected: the row that its listing made, where its page has come now.
    """
    listed = next((item for item in known if item.item_id == expected), None)
    others = sorted((item for item in known if item is not listed), key=lambda item: item.item_id)
    if listed is None:
        same, by = _same(article, others)
        return New() if same is None else _onto(article, same, by)
    if _may_be_absorbed(listed):
        same, by = _same(article, [item for item in others if _agrees(article, item)])
        if same is not None:
            return _onto(article, same, by, absorb=listed.item_id)
    return _onto(article, listed, "url")


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


def _same(article: Article, oldest_first: Sequence[KnownItem]) -> tuple[KnownItem | None, By]:
    keys = address_keys(article)
    for item in oldest_first:
        if keys & item.url_keys:
            return item, "url"
    if article.guid is not None:
        guid = (article.source_key, article.guid)
        for item in oldest_first:
            if guid in item.guids and not _reuses_guid(article, keys, item):
                return item, "guid"
    own = [item for item in oldest_first if item.source_key == article.source_key]
    if article.text_state is TextState.FULL and identifies(article.content_hash):
        for item in own:
            if item.content_hash == article.content_hash:
                return item, "text"
    if entry_is_telling(article):
        for item in own:
            if item.entry_hash == article.entry_hash:
                return item, "entry"
    return None, "url"


def _reuses_guid(article: Article, keys: frozenset[str], item: KnownItem) -> bool:
    """Whether an identifier stands for another article now: nothing else about it is the same.

    Some feeds number their entries 1 to 20 each day. A moved article keeps its title or date, an
    article with a new headline keeps its address. The notices of one procurement have one
    identifier and differ in all of this; but buyers who call off a framework write under the
    framework's identifier, each about a procurement of their own.
    """
    if article.notice is not None and _are_notices(article, item):
        buyers = {_squeezed(name) for name in item.buyers}
        return not buyers.intersection(map(_squeezed, article.notice.buyers)) and (
            _squeezed(article.title) != _squeezed(item.title)
        )
    if not keys or not item.url_keys or _squeezed(article.title) == _squeezed(item.title):
        return False
    if article.content_hash is not None and article.content_hash == item.content_hash:
        return False
    return article.published_at is None or article.published_at != item.published_at


def _agrees(article: Article, item: KnownItem) -> bool:
    """Whether a page and a known item say the same: an address alone merges no two listed entries.

    Sites write the address of a section as the rel=canonical of everything in it.
    """
    if _squeezed(article.title) == _squeezed(item.title):
        return True
    return article.content_hash is not None and article.content_hash == item.content_hash


def _may_be_absorbed(listed: KnownItem) -> bool:
    return not listed.has_mentions and listed.text_state is not TextState.FULL


def _onto(article: Article, item: KnownItem, by: By, *, absorb: int | None = None) -> Decision:
    # a copy in another source is cut and headed differently: that is no edit of this item
    if item.pruned:
        return Duplicate(item_id=item.item_id, by=by, absorb=absorb)
    own = article.source_key == item.source_key or _are_notices(article, item)
    if article.text_state is TextState.FULL:
        if item.text_state is not TextState.FULL:
            return Completion(item_id=item.item_id, absorb=absorb)
        if _is_outdated(article, item):
            return Duplicate(item_id=item.item_id, by=by, absorb=absorb)
        if own and _text_changed(article, item):
            return Revision(item_id=item.item_id, number=item.revision + 1, absorb=absorb)
    elif item.text_state is TextState.LISTED and article.text_state is TextState.THIN:
        return Completion(item_id=item.item_id, absorb=absorb)
    elif item.text_state is TextState.THIN and own and _listing_changed(article, item):
        return Revision(item_id=item.item_id, number=item.revision + 1, absorb=absorb)
    return Duplicate(item_id=item.item_id, by=by, absorb=absorb)


def _are_notices(article: Article, item: KnownItem) -> bool:
    """Whether both are notices of a buyer, which say the same through whatever source they come."""
    return article.notice is not None and bool(article.notice.buyers and item.buyers)


def _is_outdated(article: Article, item: KnownItem) -> bool:
    """Whether this is an older notice of a procurement than the one held: windows overlap."""
    if article.kind != "tender" or article.published_at is None or item.published_at is None:
        return False
    return article.published_at < item.published_at


def _text_changed(article: Article, item: KnownItem) -> bool:
    return article.content_hash != item.content_hash or _squeezed(article.title) != _squeezed(
        item.title
    )


def _listing_changed(article: Article, item: KnownItem) -> bool:
    # title and teaser are all that there is of a thin item; another date alone is no change
    return (_squeezed(article.title), _squeezed(article.summary)) != (
        _squeezed(item.title),
        _squeezed(item.summary),
    )


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()
