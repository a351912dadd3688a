"""Decides whether an article is new, or the text, a revision or a duplicate of a known item.

Pure: takes an article and the known items, returns a decision that storage applies. The keys are
tried in the order of trust: the row that the listing made, the URL, the publisher's identifier,
the full text within one source, the words of the entry within one source. Entries that differ only
in the fragment of their URL are separate items, whatever their page says.
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
from storage.rules.address_evidence import (
    SYNTHETIC,
    differs_in_parameters,
    former_keys,
    has_other_fragment,
    own_urls,
)
from storage.rules.identity import UNTITLED, is_identifying_hash, url_key

By = Literal["url", "former-url", "guid", "text", "entry", "parameters"]
_ENTRY_WORDS = 12  # different notices of one source can share fewer words


def decide(article: Article, known: Sequence[KnownItem], *, expected: int | None) -> Decision:
    """Decide what to do with `article`, given every known item that shares a key with it.

    Args:
        article: the article to be stored.
        known: items with one of its URLs, its identifier, its text hash or its entry hash.
        expected: id of the item that was stored from the listing, where the article is its page.
    """
    listed = next((item for item in known if item.item_id == expected), None)
    others = sorted((item for item in known if item is not listed), key=lambda item: item.item_id)
    if listed is None:
        same, by = _find_same(article, others)
        return New() if same is None else _decide_on_known(article, same, by)
    if _may_be_absorbed(listed):
        same, by = _find_same(article, [item for item in others if _has_same_text(article, item)])
        if same is not None:
            return _decide_on_known(article, same, by, absorb=listed.item_id)
    return _decide_on_known(article, listed, "url")


def address_keys(article: Article) -> frozenset[str]:
    """Return the `url_key` of every URL that identifies this article alone."""
    return frozenset(map(url_key, own_urls(article)))


def is_compared_by_words(article: Article) -> bool:
    """Return whether items of the source with the same title, teaser and date may be the same."""
    return is_distinctive_entry(article) or _may_differ_in_parameters(article)


def is_distinctive_entry(article: Article) -> bool:
    """Return whether title, summary and date are enough to identify an entry within its source.

    A feed that changes its links and identifiers keeps the words and the time of its entries.
    Notices with template titles, and dates without a time, do not qualify.
    """
    if article.kind not in ("news", "release") or article.published_at is None:
        return False
    if article.published_at.time() == time(0):
        return False
    return len(f"{article.title} {article.summary}".split()) >= _ENTRY_WORDS


def _find_same(article: Article, oldest_first: Sequence[KnownItem]) -> tuple[KnownItem | None, By]:
    keys = address_keys(article)
    for item in oldest_first:
        if keys & item.url_keys:
            return item, "url"
    former = former_keys(article)
    for item in oldest_first:
        same = _has_same_title(article, item) or article.entry_hash == item.entry_hash
        if same and former & item.url_keys and not has_other_fragment(article, item):
            return item, "former-url"
    if article.guid is not None:
        guid = (article.source_key, article.guid)
        for item in oldest_first:
            if guid in item.guids and not _reuses_guid(article, keys, item):
                return item, "guid"
    own = [
        item
        for item in oldest_first
        if item.source_key == article.source_key and not has_other_fragment(article, item)
    ]
    if article.text_state is TextState.FULL and is_identifying_hash(article.content_hash):
        for item in own:
            if item.content_hash == article.content_hash:
                return item, "text"
    alike = [item for item in own if item.entry_hash == article.entry_hash]
    if alike and (is_distinctive_entry(article) or _lost_its_url(article, alike[0])):
        return alike[0], "entry"
    if _may_differ_in_parameters(article):
        for item in alike:
            if differs_in_parameters(article, item):
                return item, "parameters"
    return None, "url"


def _may_differ_in_parameters(article: Article) -> bool:
    if article.kind not in ("news", "release"):
        return False
    return bool(own_urls(article)) or _is_synthetic(article)


def _lost_its_url(article: Article, item: KnownItem) -> bool:
    """Return whether other entries share the link of this item now: its words identify it."""
    return _is_synthetic(article) and not own_urls(article) and bool(item.url_keys)


def _is_synthetic(article: Article) -> bool:
    return article.guid is not None and article.guid.startswith(SYNTHETIC)


def _reuses_guid(article: Article, keys: frozenset[str], item: KnownItem) -> bool:
    """Return whether an identifier was reused for another article: nothing else is the same.

    Some feeds number their entries 1 to 20 each day. A moved article keeps its title or date, an
    article with a new headline keeps its URL. The notices of one procurement share an identifier
    and may differ in URL, title and date; but call-offs from a framework, each by another buyer,
    carry the identifier of the framework, and each is a procurement of its own.
    """
    if article.notice is not None and _are_notices(article, item):
        buyers = {_normalise(name) for name in item.buyers}
        return not buyers.intersection(map(_normalise, article.notice.buyers)) and (
            _normalise(article.title) != _normalise(item.title)
        )
    if not keys or not item.url_keys or _keeps_title(article, item):
        return False
    if article.content_hash is not None and article.content_hash == item.content_hash:
        return False
    return article.published_at is None or article.published_at != item.published_at


def _has_same_text(article: Article, item: KnownItem) -> bool:
    """Return whether title or full text are equal; listed entries are not merged by URL alone.

    Some sites give the URL of a section as the rel=canonical of every page in it.
    """
    if _has_same_title(article, item):
        return True
    return article.content_hash is not None and article.content_hash == item.content_hash


def _may_be_absorbed(listed: KnownItem) -> bool:
    return not listed.has_mentions and listed.text_state is not TextState.FULL


def _decide_on_known(
    article: Article, item: KnownItem, by: By, *, absorb: int | None = None
) -> Decision:
    if item.pruned:
        return Duplicate(item_id=item.item_id, by=by, absorb=absorb)
    # a copy in another source differs in length and headline: that is not an edit of this item
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
    """Return whether both are notices with buyers, whose text does not depend on the source."""
    return article.notice is not None and bool(article.notice.buyers and item.buyers)


def _is_outdated(article: Article, item: KnownItem) -> bool:
    """Return whether the article is an older notice than the stored one: time windows overlap."""
    if article.kind != "tender" or article.published_at is None or item.published_at is None:
        return False
    return article.published_at < item.published_at


def _text_changed(article: Article, item: KnownItem) -> bool:
    return article.content_hash != item.content_hash or not _keeps_title(article, item)


def _listing_changed(article: Article, item: KnownItem) -> bool:
    # a thin item has only title and summary; another date alone is no change
    return not _keeps_title(article, item) or _normalise(article.summary) != _normalise(
        item.summary
    )


def _keeps_title(article: Article, item: KnownItem) -> bool:
    """Return whether the title is the same, or is the first that the item gets."""
    return item.title == UNTITLED or _has_same_title(article, item)


def _has_same_title(article: Article, item: KnownItem) -> bool:
    return _normalise(article.title) == _normalise(item.title)


def _normalise(text: str) -> str:
    return " ".join(text.split()).casefold()
