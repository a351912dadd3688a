"""What is known of a host's pages: which blocks recur on them, and which texts. Pure, bounded.

A single page cannot tell its article from what surrounds it; other pages of its site can. Blocks
are known by 64-bit keys of their words, counted once for each article, over the pages read since
a block first came: a list of headlines that stood there for a week counts as much as a footer.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Self, TypeVar

MOST_BLOCKS = 3000  # of one host; some forty an article are its own and are let go first
MOST_ARTICLES = 1000
MOST_TEXTS = 300
MOST_HEADINGS = 2000
ENOUGH_PAGES = 3  # that have a block, until it counts as one that recurs
ENOUGH_SHARE = 0.25  # of the pages since it first came
_SURE_PAGES, _SURE_SHARE = 5, 0.6
_BEGINNING = 80  # letters that tell one teaser from others, however they are cut
_WORD = re.compile(r"\w+")
_FORMAT = 1
_K = TypeVar("_K")
Change = tuple[str, tuple[Any, ...]]  # the name of a method that changes a memory, its arguments
_HEAD = struct.Struct("<BIIIII")
_BLOCK = struct.Struct("<QIII")
_TEXT = struct.Struct("<QQ")


class NotAMemory(ValueError):
    """Bytes that `SiteMemory.packed` did not write."""


@dataclass(slots=True)
class _Seen:
    """How many articles' pages had a block, and the numbers of the first and last of them."""

    pages: int
    first: int
    last: int


class SiteMemory:
    """The memory of one host. Grows page by page, in the order in which they are read.

    `journal` is given a list where changes are to be repeated on a copy in another process
    (`apply`): each change that is made is added to it.
    """

    def __init__(self) -> None:
        self.journal: list[Change] | None = None
        self.pages = 0
        self.changed = False
        self._blocks: dict[int, _Seen] = {}
        self._articles: dict[int, None] = {}  # dictionaries as ordered sets: the oldest go first
        self._headings: dict[int, None] = {}
        self._texts: dict[tuple[int, int], None] = {}

    def learn(self, article: str, blocks: Iterable[int]) -> bool:
        """Count the blocks of an article's page; False where the article was counted before.

        Args:
            article: its headline: one article under several addresses must not make itself recur.
            blocks: keys of everything that the page says; of more than `MOST_BLOCKS` different
                ones the rest is left.
        """
        key = key_of(article)
        if key in self._articles:
            return False
        counted = tuple(islice(dict.fromkeys(blocks), MOST_BLOCKS))
        self._note("learn", article, counted)
        self.pages += 1
        self.changed = True
        _remember(self._articles, key, MOST_ARTICLES)
        for block in counted:
            seen = self._blocks.get(block)
            if seen is None:
                self._blocks[block] = _Seen(1, self.pages, self.pages)
            else:
                seen.pages += 1
                seen.last = self.pages
        if len(self._blocks) > MOST_BLOCKS:
            self._let_go()
        return True

    def note_headings(self, headlines: Iterable[str]) -> None:
        """Remember headlines and teasers of a listing: on another's page they point elsewhere."""
        headlines = tuple(headlines)
        self._note("note_headings", headlines)
        for words in headlines:
            if len(words.split()) > 2 and _remember(
                self._headings, heading_key(words), MOST_HEADINGS
            ):
                self.changed = True

    def recurs(self, block: int, *, surely: bool = False) -> bool:
        """Whether a block stands on enough of the pages. `surely`: on most of them."""
        seen = self._blocks.get(block)
        if seen is None:
            return False
        pages, share = (_SURE_PAGES, _SURE_SHARE) if surely else (ENOUGH_PAGES, ENOUGH_SHARE)
        return seen.pages >= pages and seen.pages >= share * (self.pages - seen.first + 1)

    def is_heading(self, words: str) -> bool:
        """Whether these words are the headline or teaser of an article that was listed."""
        return heading_key(words) in self._headings

    def note_text(self, article: str, text: str) -> int:
        """Remember the text that was read from an article's page.

        Returns:
            how many articles under other headlines had the same text.
        """
        return self.note_text_key(key_of(article), key_of(text))

    def note_text_key(self, own: int, same: int) -> int:
        """As `note_text`, from the keys of the headline and of the text."""
        self._note("note_text_key", own, same)
        others = sum(text == same and other != own for text, other in self._texts)
        if _remember(self._texts, (same, own), MOST_TEXTS):
            self.changed = True
        return others

    def apply(self, change: Change) -> None:
        """Make a change that was made on a copy of this memory."""
        name, arguments = change
        getattr(self, name)(*arguments)

    def _note(self, name: str, *arguments: Any) -> None:
        if self.journal is not None:
            self.journal.append((name, arguments))

    def packed(self) -> bytes:
        """The memory as bytes, the same for the same memory."""
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
                *(_BLOCK.pack(key, s.pages, s.first, s.last) for key, s in self._blocks.items()),
            )
        )

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """The memory that `packed` wrote.

        Raises:
            NotAMemory: it did not.
        """
        memory = cls()
        try:
            form, memory.pages, articles, headings, texts, blocks = _HEAD.unpack_from(packed)
            if form != _FORMAT:
                raise NotAMemory(f"a site memory of form {form}, this release writes {_FORMAT}")
            at = _HEAD.size
            keys = struct.unpack_from(f"<{articles + headings}Q", packed, at)
            memory._articles = dict.fromkeys(keys[:articles])
            memory._headings = dict.fromkeys(keys[articles:])
            at += 8 * len(keys)
            rest = memoryview(packed)[at:]
            split = texts * _TEXT.size
            memory._texts = dict.fromkeys(_TEXT.iter_unpack(rest[:split]))
            memory._blocks = {
                key: _Seen(*counts) for key, *counts in _BLOCK.iter_unpack(rest[split:])
            }
        except struct.error as error:
            raise NotAMemory(f"a damaged site memory: {error}") from error
        if len(memory._blocks) != blocks:
            raise NotAMemory("a damaged site memory: it breaks off")
        return memory

    def _let_go(self) -> None:
        """Forget a quarter of the blocks: those on the fewest pages, the oldest of them first."""
        ranked = sorted(self._blocks.items(), key=lambda one: (-one[1].pages, -one[1].last, one[0]))
        self._blocks = dict(ranked[: MOST_BLOCKS * 3 // 4])


def key_of(words: str) -> int:
    """The key of a block: equal for the same words, whatever their case and signs."""
    bare = " ".join(_WORD.findall(words.casefold()))
    return _hashed(bare)


def heading_key(words: str) -> int:
    """The key of a headline or teaser: that of its beginning."""
    return _hashed("heading " + "".join(_WORD.findall(words.casefold()))[:_BEGINNING])


def _hashed(words: str) -> int:
    digest = hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _remember(known: dict[_K, None], key: _K, most: int) -> bool:
    """Add a key, or make it the newest; returns whether it is new."""
    is_new = key not in known
    known.pop(key, None)
    known[key] = None
    while len(known) > most:
        del known[next(iter(known))]
    return is_new


def covers(said: Collection[str], words: str) -> bool:
    """Whether the beginning of `words` stands in what the listing or the page says of itself."""
    begins = "".join(_WORD.findall(words.casefold()))[:_BEGINNING]
    return any(begins in _letters(one) for one in said if one)


@lru_cache(maxsize=64)  # it is asked for each block of a page
def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))
