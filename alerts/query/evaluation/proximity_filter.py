"""Decides proximity from the words around each hit, before any positions are computed. Pure.

Watches often ask for proximity between a list of names and a list of everyday words, and texts
seldom have it; the words around the few names decide without numbering the whole text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from alerts.query.model.nodes import Macro, Near, Node, Or, Spellings, Term
from alerts.query.text.split_words import halves
from alerts.query.text.token_set import runs_of
from alerts.query.text.zone import Zone

# beyond these, numbering all words costs less than reading around each hit
_FURTHEST, _MAX_HITS = 40, 40
_MARGIN = 2  # words: the second of a split label, and the one that contains the label


def decide_near(node: Near, reach: int, zone: Zone, *, ordered: bool) -> bool | None:
    """Return whether a proximity of plain words holds in a text; None if positions are needed.

    Args:
        node: not negated; its distance is in words.
        reach: the largest difference of two word numbers.
        zone: the text.
        ordered: whether the left side must come first.
    """
    left, right = _labels_of(node.left), _labels_of(node.right)
    if left is None or right is None or reach > _FURTHEST:
        return None
    is_left = len(left) <= len(right)
    few, many = (left, right) if is_left else (right, left)
    doubtful, hits = False, 0
    token_set = zone.token_set
    for label, second in _find_present(few, zone):
        for at in _find_places(label, token_set.haystack):
            hits += 1
            if hits > _MAX_HITS:
                return None
            if at >= len(token_set.spelled):
                doubtful = True  # a joined spelling of a word such as e-prescribing
                break
            before, own, after = _words_around(token_set.spelled, at, reach + _MARGIN)
            sides = [] if ordered and is_left else before[-reach:]
            sides += [] if ordered and not is_left else after[:reach]
            if second is None and not many.isdisjoint(sides):
                return True
            doubtful = doubtful or _may_contain([*before, own, *after], many)
    return None if doubtful else False


def _labels_of(node: Node) -> frozenset[str] | None:
    match node:
        case Term(label=str(label)):
            return frozenset((label,))
        case Or(labels=labels, others=()):
            return labels
        case Macro(_, part) | Spellings(part=part):
            return _labels_of(part)
        case _:
            return None


def _find_present(labels: frozenset[str], zone: Zone) -> Iterator[tuple[str, str | None]]:
    """Yield the labels that a text has, as (label, None); split ones as (first, second word)."""
    yield from [(label, None) for label in labels if zone.in_haystack(label)]
    for one, two in _split_labels(labels):
        if zone.in_haystack(f"{one} {two}"):
            yield one, two


@lru_cache(maxsize=16_384)
def _split_labels(labels: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for label in labels for pair in halves(label))


def _find_places(label: str, haystack: str) -> Iterator[int]:
    """Yield the offsets of a label in `TokenSet.spelled`; beyond its end for joined spellings."""
    wanted = f" {label} "
    at = haystack.find(wanted)
    while at >= 0:
        yield at
        at = haystack.find(wanted, at + 1)


def _words_around(spelled: str, at: int, count: int) -> tuple[list[str], str, list[str]]:
    """Return up to `count` words before an offset, the word there, and up to `count` after it."""
    start = spelled.rfind(" ", 0, at) + 1
    end = spelled.find(" ", at)
    end = len(spelled) if end < 0 else end
    before = spelled[:start].rsplit(None, count)[-count:]
    return before, spelled[start:end], spelled[end:].split(None, count)[:count]


def _may_contain(words: list[str], labels: frozenset[str]) -> bool:
    """Return whether one of `labels` may be in some words: as a word, a part, joined or split."""
    parts: list[str] = []
    for word in words:
        if "-" in word:
            own = tuple(word.split("-"))
            parts += own
            if not labels.isdisjoint([label for _, _, label in runs_of(own)]):
                return True
        else:
            parts.append(word)
    return not labels.isdisjoint(parts) or not labels.isdisjoint(
        [one + two for one, two in pairwise(parts)]
    )
