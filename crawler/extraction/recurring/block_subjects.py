"""Decides whether a paragraph is about another subject than its page. Pure.

A sentence of background that an outlet repeats shares names or words with its articles; an
advertisement between paragraphs does not, unless the article is about the same subject.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from crawler.extraction.recurring.page_blocks import PageBlock
from crawler.extraction.recurring.site_memory import SiteMemory

MIN_SHARED = 3  # words that a paragraph has in common with the article, if it shares no name
_MIN_SHARED_IN_SHORT, _SHORT = 2, 10  # the same for one of fewer than ten such words
_MIN_LETTERS = 4  # of a word that characterises a subject
_WORD = re.compile(r"\w+")
_SENTENCE_ENDS = frozenset(".!?:")
_STOP_WORDS = frozenset(
    (
        *("about", "according", "after", "again", "also", "among", "another", "around", "because"),
        *("been", "before", "being", "between", "both", "could", "does", "during", "each", "even"),
        *("every", "first", "from", "have", "having", "here", "into", "just", "last", "like"),
        *("made", "make", "many", "more", "most", "much", "must", "next", "only", "other", "over"),
        *("people", "read", "readers", "said", "same", "says", "should", "since", "some", "still"),
        *("such", "than", "that", "their", "them", "then", "there", "these", "they", "this"),
        *("those", "through", "time", "today", "under", "until", "very", "week", "were", "what"),
        *("when", "where", "which", "while", "will", "with", "work", "would", "year", "your"),
        *("january", "february", "march", "april", "june", "july", "august", "september"),
        *("october", "november", "december", "monday", "tuesday", "wednesday", "thursday"),
        *("friday", "saturday", "sunday"),
    )
)


@dataclass(frozen=True, slots=True)
class _Subject:
    """The words of a text that characterise its subject, and those of them that are names."""

    words: Counter[str]
    names: frozenset[str]


def find_unrelated(
    blocks: Sequence[PageBlock], memory: SiteMemory, own_words: Collection[str]
) -> set[int]:
    """Return the keys of paragraphs that have hardly any words in common with the rest of a page.

    Args:
        blocks: of the page.
        memory: of its host; recurring blocks do not count as the rest of the page.
        own_words: headline, teaser and description of the article.
    """
    paragraphs = [block for block in blocks if block.is_paragraph]
    subjects = [_extract_subject(block.words) for block in paragraphs]
    page: Counter[str] = Counter()
    for text in own_words:
        page.update(_extract_subject(text).words)
    fresh = [not memory.recurs(block.key) for block in paragraphs]
    for subject, is_fresh in zip(subjects, fresh, strict=True):
        if is_fresh:
            page.update(subject.words)
    unrelated = set()
    for block, subject, is_fresh in zip(paragraphs, subjects, fresh, strict=True):
        own = subject.words if is_fresh else Counter[str]()
        shared = {word for word in subject.words if page[word] > own[word]}
        enough = MIN_SHARED if len(subject.words) >= _SHORT else _MIN_SHARED_IN_SHORT
        if len(shared) < enough and shared.isdisjoint(subject.names):
            unrelated.add(block.key)
    return unrelated


def _extract_subject(text: str) -> _Subject:
    words: Counter[str] = Counter()
    names = set()
    for word, is_name in _iter_words(text):
        folded = _fold_word(word)
        if folded in _STOP_WORDS or (len(folded) < _MIN_LETTERS and not is_name):
            continue
        words[folded] += 1
        if is_name:
            names.add(folded)
    return _Subject(words, frozenset(names))


def _iter_words(text: str) -> Iterable[tuple[str, bool]]:
    """Yield each word, and whether it is a name: capitalised, but not at a sentence's beginning."""
    end = 0
    for found in _WORD.finditer(text):
        word = found[0]
        begins = not end or not _SENTENCE_ENDS.isdisjoint(text[end : found.start()])
        is_acronym = len(word) > 1 and word.isupper()
        yield word, is_acronym or (word[:1].isupper() and not begins)
        end = found.end()


def _fold_word(word: str) -> str:
    word = word.casefold()
    return word[:-1] if word.endswith("s") and len(word) > _MIN_LETTERS else word
