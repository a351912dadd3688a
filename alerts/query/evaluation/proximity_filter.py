"""Whether words are near each other, told from the words around them before any place is known.

Pure. Proximity between lists of names and of everyday words is asked for often and
found seldom; the words around the few names settle that without numbering the whole text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from alerts.query.model.nodes import Macro, Near, Node, Or, Term
from alerts.query.text.split_words import halves
from alerts.query.text.token_set import runs_of
from alerts.query.text.zone import Zone

# beyond these, numbering all words costs less than reading around each
_FURTHEST, _MOST_LOOKED_AT = 40, 40
_MARGIN = 2  # words: one that a label is written apart in, and the one that it stands in


def settled(node: Near, reach: int, zone: Zone, *, ordered: bool) -> bool | None:
    """Whether a proximity of plain words holds in a text; None where only places can tell.

    Args:
        node: not negated, and counted in words.
        reach: by how much the numbers of two words may differ.
        zone: the text.
        ordered: whether the left side must come first.
    """
    left, right = _labels_of(node.left), _labels_of(node.right)
    if left is None or right is None or reach > _FURTHEST:
        return None
    is_left = len(left) <= len(right)
    few, many = (left, right) if is_left else (right, left)
    doubtful, looked = False, 0
    reading = zone.reading
    for label, second in _present(few, zone):
        for at in _places(label, reading.haystack):
            looked += 1
            if looked > _MOST_LOOKED_AT:
                return None
            if at >= len(reading.spelled):
                doubtful = True  # joined in the text's own word, such as e-prescribing
                break
            before, own, after = _around(reading.spelled, at, reach + _MARGIN)
            sides = [] if ordered and is_left else before[-reach:]
            sides += [] if ordered and not is_left else after[:reach]
            if second is None and not many.isdisjoint(sides):
                return True
            doubtful = doubtful or _may_stand_in([*before, own, *after], many)
    return None if doubtful else False


def _labels_of(node: Node) -> frozenset[str] | None:
    match node:
        case Term(label=str(label)):
            return frozenset((label,))
        case Or(labels=labels, others=()):
            return labels
        case Macro(_, part):
            return _labels_of(part)
        case _:
            return None


def _present(labels: frozenset[str], zone: Zone) -> Iterator[tuple[str, str | None]]:
    """Those of some labels that a text has; what it may have apart as its first and second word."""
    yield from [(label, None) for label in labels if zone.says(label)]
    for one, two in _apart(labels):
        if zone.says(f"{one} {two}"):
            yield one, two


@lru_cache(maxsize=16_384)
def _apart(labels: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for label in labels for pair in halves(label))


def _places(label: str, haystack: str) -> Iterator[int]:
    """Where a part stands, counted in `Reading.spelled`; behind its end where it is joined."""
    wanted = f" {label} "
    at = haystack.find(wanted)
    while at >= 0:
        yield at
        at = haystack.find(wanted, at + 1)


def _around(spelled: str, at: int, count: int) -> tuple[list[str], str, list[str]]:
    """Up to `count` words before a place, the word there, and as many behind it."""
    start = spelled.rfind(" ", 0, at) + 1
    end = spelled.find(" ", at)
    end = len(spelled) if end < 0 else end
    before = spelled[:start].rsplit(None, count)[-count:]
    return before, spelled[start:end], spelled[end:].split(None, count)[:count]


def _may_stand_in(words: list[str], labels: frozenset[str]) -> bool:
    """Whether some of `labels` may be among words: as such, in parts, joined or apart."""
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
