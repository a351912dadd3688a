"""The passages of an item that are about the supplier. Pure.

A board paper of 300 pages names dozens of bodies and programmes; only those beside the supplier's
name say anything of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.text.sentences import sentence_bounds
from storage.model import Span, StoredItem

SHORT = 1_500  # characters of a text that is about one subject as a whole
MAX_SENTENCES = 40  # of one item
MAX_CHARACTERS = 12_000  # of one item
MAX_READ = 400_000  # characters of a text in which sentences are looked for


def passages_of(item: StoredItem, spans: Sequence[Span]) -> tuple[str, ...]:
    """Return title, summary, and the sentences at each hit with their neighbours.

    Args:
        item: the item.
        spans: where it names the supplier; without any in the text, its beginning counts.
    """
    return (item.title[:1_000], item.summary[:2_000], *_find_sentences(item, spans))


def _find_sentences(item: StoredItem, spans: Sequence[Span]) -> tuple[str, ...]:
    # the lines of a notice are about one procurement
    whole = item.kind in ("tender", "question") or len(item.body) <= SHORT
    text = item.body[: MAX_CHARACTERS if whole else MAX_READ]
    bounds = list(sentence_bounds(text))
    hits = [span.start for span in spans if span.field == "body"]
    if whole or not hits:
        wanted: set[int] = set(range(len(bounds) if whole else 5))
    else:
        wanted = set()
        starts = iter(sorted(hits))
        hit = next(starts, None)
        for number, (_, end) in enumerate(bounds):
            if hit is not None and hit < end:
                wanted |= {number - 1, number, number + 1}
            while hit is not None and hit < end:
                hit = next(starts, None)
    most = len(bounds) if whole else MAX_SENTENCES
    found = [text[s:e] for number, (s, e) in enumerate(bounds) if number in wanted][:most]
    kept, left = [], MAX_CHARACTERS
    for sentence in found:
        kept.append(sentence[:left])
        left -= len(kept[-1])
        if left <= 0:
            break
    return tuple(kept)
