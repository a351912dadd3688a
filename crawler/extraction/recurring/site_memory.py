"""Remembers which blocks and texts recur on the pages of a host. Pure, bounded in size.

Article and boilerplate cannot be distinguished on a single page, but by comparing pages of a site.
Blocks are stored as 64-bit keys of their words and counted once for each article, relative to the
pages read since a block first appeared: a list of headlines that was there for a week counts as
much as a footer.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Self, TypeVar

from crawler.text.folding import fold_letters, fold_words

MAX_BLOCKS = 3000  # of one host; some 40 of each article do not recur and are evicted first
MAX_ARTICLES = 1000
MAX_TEXTS = 300
MAX_HEADINGS = 2000
ENOUGH_PAGES = 3  # with a block, for it to count as recurring
ENOUGH_SHARE = 0.25  # of the pages since it first appeared
_MIN_SURE_PAGES, _MIN_SURE_SHARE = 5, 0.6
_MIN_UNRELATED_PAGES, _MIN_UNRELATED_SHARE = 2, 0.25
_KEY_LETTERS = 80  # letters of a teaser that make its key, since teasers are cut differently
_FORMAT = 2
_K = TypeVar("_K")
Change = tuple[str, tuple[Any, ...]]  # the name of a method that changes a memory, its arguments
_HEAD = struct.Struct("<BIIIII")
_BLOCK = struct.Struct("<QIIII")
_BLOCK_BEFORE = struct.Struct("<QIII")  # of format 1, without `unrelated_pages`
_TEXT = struct.Struct("<QQ")


class InvalidSiteMemory(ValueError):
    """The bytes were not written by `SiteMemory.to_bytes`, or are damaged."""


@dataclass(slots=True)
class _BlockCount:
    """The number of pages with a block, and the numbers of the first and last of them.

    `unrelated_pages`: the number of them that are about another subject.
    """

    pages: int
    first: int
    last: int
    unrelated_pages: int = 0


class SiteMemory:
    """The memory of one host, updated page by page in the order in which they are read.

    `journal`: if set to a list, each change is appended to it, to be repeated by `apply` on a copy
    in another process.
    """

    def __init__(self) -> None:
        self.journal: list[Change] | None = None
        self.pages = 0
        self.changed = False
        self._blocks: dict[int, _BlockCount] = {}
        self._articles: dict[int, None] = {}  # dictionaries as ordered sets: the oldest go first
        self._headings: dict[int, None] = {}
        self._texts: dict[tuple[int, int], None] = {}

    def learn(
        self, article: str, blocks: Iterable[int], unrelated: Collection[int] = frozenset()
    ) -> bool:
        """Count the blocks of an article's page; return False if the article was counted before.

        Args:
            article: its headline, so that an article under several URLs is counted once.
            blocks: keys of all blocks of the page; those beyond `MAX_BLOCKS` are ignored.
            unrelated: those of them that are about another subject than the page.
        """
        key = key_of(article)
        if key in self._articles:
            return False
        counted = tuple(islice(dict.fromkeys(blocks), MAX_BLOCKS))
        unrelated_pages = frozenset(unrelated).intersection(counted)
        self._add_to_journal("learn", article, counted, unrelated_pages)
        self.pages += 1
        self.changed = True
        _add_bounded(self._articles, key, MAX_ARTICLES)
        for block in counted:
            seen = self._blocks.get(block)
            if seen is None:
                seen = self._blocks[block] = _BlockCount(0, self.pages, self.pages)
            seen.pages += 1
            seen.last = self.pages
            seen.unrelated_pages += block in unrelated_pages
        if len(self._blocks) > MAX_BLOCKS:
            self._evict_blocks()
        return True

    def has_learned(self, article: str) -> bool:
        """Return whether the page of an article with this headline was counted."""
        return key_of(article) in self._articles

    def record_headings(self, headlines: Iterable[str]) -> None:
        """Remember headlines and teasers of a listing: on other pages they are article links."""
        headlines = tuple(headlines)
        self._add_to_journal("record_headings", headlines)
        for words in headlines:
            if len(words.split()) > 2 and _add_bounded(
                self._headings, heading_key(words), MAX_HEADINGS
            ):
                self.changed = True

    def recurs(self, block: int, *, surely: bool = False) -> bool:
        """Return whether a block is on enough of the pages. `surely`: with stricter thresholds."""
        seen = self._blocks.get(block)
        if seen is None:
            return False
        pages, share = (
            (_MIN_SURE_PAGES, _MIN_SURE_SHARE) if surely else (ENOUGH_PAGES, ENOUGH_SHARE)
        )
        return seen.pages >= pages and seen.pages >= share * (self.pages - seen.first + 1)

    def is_of_other_subjects(self, block: int) -> bool:
        """Return whether enough of the pages with a block are about another subject."""
        seen = self._blocks.get(block)
        if seen is None:
            return False
        return (
            seen.unrelated_pages >= _MIN_UNRELATED_PAGES
            and seen.unrelated_pages >= _MIN_UNRELATED_SHARE * seen.pages
        )

    def is_of_one_subject(self, block: int) -> bool:
        """Return whether only a negligible share of the pages with a block has another subject."""
        seen = self._blocks.get(block)
        return seen is not None and seen.unrelated_pages < _MIN_UNRELATED_SHARE * seen.pages

    def is_heading(self, words: str) -> bool:
        """Return whether these words are the headline or teaser of a listed article."""
        return heading_key(words) in self._headings

    def record_text(self, article: str, text: str) -> int:
        """Remember the text that was extracted from an article's page.

        Returns:
            the number of articles with other headlines and the same text.
        """
        return self.record_text_key(key_of(article), key_of(text))

    def record_text_key(self, own: int, same: int) -> int:
        """Do what `record_text` does, given the keys of headline and text."""
        self._add_to_journal("record_text_key", own, same)
        others = sum(text == same and other != own for text, other in self._texts)
        if _add_bounded(self._texts, (same, own), MAX_TEXTS):
            self.changed = True
        return others

    def apply(self, change: Change) -> None:
        """Repeat a change from the journal of a copy of this memory."""
        name, arguments = change
        getattr(self, name)(*arguments)

    def _add_to_journal(self, name: str, *arguments: Any) -> None:
        if self.journal is not None:
            self.journal.append((name, arguments))

    def to_bytes(self) -> bytes:
        """Serialise the memory; equal memories have equal bytes."""
        head = _HEAD.pack(
            *(_FORMAT, self.pages, len(self._articles), len(self._headings)),
            *(len(self._texts), len(self._blocks)),
        )
        keys = [*self._articles, *self._headings]
        return b"".join(
            (
                head,
                struct.pack(f"<{len(keys)}Q", *keys),
                *(_TEXT.pack(*pair) for pair in self._texts),
                *(
                    _BLOCK.pack(key, s.pages, s.first, s.last, s.unrelated_pages)
                    for key, s in self._blocks.items()
                ),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Restore a memory from the bytes of `to_bytes`.

        Raises:
            InvalidSiteMemory: the bytes are of another format, or damaged.
        """
        memory = cls()
        try:
            form, memory.pages, articles, headings, texts, blocks = _HEAD.unpack_from(data)
            if form not in (1, _FORMAT):
                raise InvalidSiteMemory(
                    f"a site memory of format {form}; this release writes format {_FORMAT}"
                )
            at = _HEAD.size
            keys = struct.unpack_from(f"<{articles + headings}Q", data, at)
            memory._articles = dict.fromkeys(keys[:articles])
            memory._headings = dict.fromkeys(keys[articles:])
            at += 8 * len(keys)
            rest = memoryview(data)[at:]
            split = texts * _TEXT.size
            memory._texts = dict.fromkeys(_TEXT.iter_unpack(rest[:split]))
            counted = _BLOCK if form == _FORMAT else _BLOCK_BEFORE
            memory._blocks = {
                key: _BlockCount(*counts) for key, *counts in counted.iter_unpack(rest[split:])
            }
        except struct.error as error:
            raise InvalidSiteMemory(f"a damaged site memory: {error}") from error
        if len(memory._blocks) != blocks:
            raise InvalidSiteMemory("a damaged site memory: it is truncated")
        return memory

    def _evict_blocks(self) -> None:
        """Remove a quarter of the blocks: those on the fewest pages, the oldest of them first."""
        ranked = sorted(self._blocks.items(), key=lambda one: (-one[1].pages, -one[1].last, one[0]))
        self._blocks = dict(ranked[: MAX_BLOCKS * 3 // 4])


def key_of(words: str) -> int:
    """Return the key of a block: equal for the same words, regardless of case and punctuation."""
    return _hash_words(fold_words(words))


def heading_key(words: str) -> int:
    """Return the key of a headline or teaser, made of its first letters."""
    return _hash_words("heading " + fold_letters(words)[:_KEY_LETTERS])


def _hash_words(words: str) -> int:
    digest = hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _add_bounded(known: dict[_K, None], key: _K, most: int) -> bool:
    """Add a key or make it the newest, drop the oldest beyond `most`; return whether it is new."""
    is_new = key not in known
    known.pop(key, None)
    known[key] = None
    while len(known) > most:
        del known[next(iter(known))]
    return is_new


def has_beginning_of(own_words: Collection[str], words: str) -> bool:
    """Return whether one of an article's own texts contains the beginning of `words`."""
    begins = fold_letters(words)[:_KEY_LETTERS]
    return any(begins in _fold_cached(one) for one in own_words if one)


@lru_cache(maxsize=64)  # called for each block of a page
def _fold_cached(text: str) -> str:
    return fold_letters(text)
