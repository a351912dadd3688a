"""The words around the places where a part of a query matches. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from alerts.proposals.model import JudgedItem
from alerts.proposals.query_parts import QueryPart
from alerts.query.evaluation.evaluate import find
from alerts.query.model.common_words import COMMON_WORDS, FIELD_WORDS, FUNCTION_WORDS
from alerts.query.text.tokens import Token
from alerts.query.text.zone import Zone
from storage.model import Span

ADJACENT = 0  # words between, for words that belong to the same name
NEARBY = 10  # words between, for words of the same subject
AROUND = 30  # words between, for words of the same passage
REACH = 300  # characters around a match that are read
MAX_PASSAGES = 5  # of one item
MIN_LETTERS = 3
# in any text: no such word says what it is about
_TIMES = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december day days week weeks month months year years
    today yesterday tomorrow morning night hour hours minute minutes one two three four five six
    seven eight nine ten eleven twelve hundred thousand million billion per cent half third
    """.split()  # noqa: SIM905  a list would be unreadable
)

_IN_NAMES = frozenset("of de da do del della di du la le the van von y e".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True, kw_only=True)
class HitContext:
    """The words around the places of a part in one item, folded, and how it is written there.

    `names` are words right before and after that make it part of another name (Kia Rio, Rio de
    Janeiro), `adjacent` all words and pairs of words there; `nearby` and `around` are words within
    `NEARBY` and `AROUND`, those of `around` in the singular where it is known.
    """

    item: JudgedItem
    forms: frozenset[str]
    names: frozenset[str]
    adjacent: frozenset[str]
    nearby: frozenset[str]
    around: frozenset[str]


def read_contexts(items: Sequence[JudgedItem], part: QueryPart) -> tuple[HitContext, ...]:
    """Return the contexts of a part in the items in which it matches."""
    found = (_read_context(item, part) for item in items)
    return tuple(context for context in found if context is not None)


def passages_of(item: JudgedItem) -> tuple[Zone, ...]:
    """Return the texts around the matches of an item, cut at blanks."""
    passages: list[Zone] = []
    done: dict[str, int] = {}
    for span in item.spans:
        if span.start < done.get(span.field, 0):
            continue
        text = item.document.text_of(span.field)
        start, end = _bounds(text, span)
        passages.append(Zone(span.field, text[start:end]))
        done[span.field] = end
        if len(passages) == MAX_PASSAGES:
            break
    return tuple(passages)


def _bounds(text: str, span: Span) -> tuple[int, int]:
    start, end = max(0, span.start - REACH), min(len(text), span.end + REACH)
    if start > 0:
        start = text.find(" ", start, span.start) + 1 or span.start
    if end < len(text):
        cut = text.rfind(" ", span.end, end)
        end = cut if cut >= 0 else span.end
    return start, end


def _read_context(item: JudgedItem, part: QueryPart) -> HitContext | None:
    forms: set[str] = set()
    names: set[str] = set()
    adjacent: set[str] = set()
    nearby: set[str] = set()
    around: set[str] = set()
    for zone in passages_of(item):
        if not _is_in_scope(zone.field, part.scope):
            continue
        words = _words(zone)
        for place in find(part.node, zone):
            start, end = zone.characters((place.start, place.end))
            forms.add(" ".join(zone.text[start:end].split()))
            first, last = zone.numbers[place.start], zone.numbers[place.end - 1]
            adjacent |= _adjacent(words, first, last)
            names |= _names(zone, place.start, place.end)
            for reach, kept in ((NEARBY, nearby), (AROUND, around)):
                before = words[max(0, first - 1 - reach) : first]
                kept.update(word for word in before if _says_something(word))
                after = words[last + 1 : last + 2 + reach]
                kept.update(word for word in after if _says_something(word))
    if not forms:
        return None
    return HitContext(
        item=item,
        forms=frozenset(forms),
        names=frozenset(names),
        adjacent=frozenset(adjacent),
        nearby=frozenset(nearby),
        around=frozenset(map(_known_singular, around)),
    )


def _is_in_scope(field: str, scope: Sequence[str]) -> bool:
    return field in scope or ("lead" in scope and field in ("summary", "body"))


def _words(zone: Zone) -> list[str]:
    """Return the words of a text, folded, each with its hyphens."""
    words: list[list[str]] = []
    for part, number in zip(zone.parts, zone.numbers, strict=True):
        if number == len(words):
            words.append([])
        words[-1].append(part)
    return ["-".join(parts) for parts in words]


def _adjacent(words: Sequence[str], first: int, last: int) -> set[str]:
    before, after = words[max(0, first - 2) : first], words[last + 1 : last + 3]
    single = {word for word in (*before[-1:], *after[:1]) if _says_something(word)}
    pairs = [(one, two) for side in (before, after) for one, two in pairwise(side)]
    both = {f"{one} {two}" for one, two in pairs if _says_something(two) and one.isalpha()}
    return single | {pair for pair in both if pair.split()[0] not in FUNCTION_WORDS}


def _known_singular(word: str) -> str:
    """Return the singular of a plural, where it is a common word or one of the field."""
    for ending, singular in (("ies", "y"), ("s", "")):
        one = word.removesuffix(ending) + singular
        if word.endswith(ending) and (one in FIELD_WORDS or one in COMMON_WORDS):
            return one
    return word


def _names(zone: Zone, start: int, end: int) -> set[str]:
    """Return names that the parts start..end (exclusive) belong to: what they have besides.

    Nothing where most words begin with a capital, as in some headlines.
    """
    tokens, text = zone.tokens, zone.text
    long = [token.cased for token in tokens if len(token.cased) > MIN_LETTERS]
    if 2 * sum(word[0].isupper() for word in long) > len(long):
        return set()

    def joined(at: int) -> bool:
        """Return whether a blank alone stands between the part `at` and the next one."""
        return 0 <= at < len(tokens) - 1 and text[tokens[at].end : tokens[at + 1].start] == " "

    found = set()
    if joined(start - 1) and _is_name(tokens[start - 1]) and not _begins_sentence(zone, start - 1):
        found.add(tokens[start - 1].folded)
    if joined(end - 1):
        after = tokens[end]
        if _is_name(after):
            found.add(after.folded)
        elif after.folded in _IN_NAMES and joined(end) and _is_name(tokens[end + 1]):
            found.add(f"{after.folded} {tokens[end + 1].folded}")
    return found


def _is_name(token: Token) -> bool:
    letters = token.cased
    return letters.isdigit() or (
        letters[0].isupper() and len(letters) >= MIN_LETTERS and _says_something(token.folded)
    )


def _begins_sentence(zone: Zone, at: int) -> bool:
    before = zone.text[: zone.tokens[at].start].rstrip()
    return before == "" or not (before[-1].isalnum() or before[-1] in ",-–&")


def _says_something(word: str) -> bool:
    return (
        len(word) >= MIN_LETTERS
        and word.replace("-", "").isalpha()
        and word not in FUNCTION_WORDS
        and word not in _TIMES
    )
