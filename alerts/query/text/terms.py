"""Parses a word or phrase into a `Term`, and finds the occurrences of a term in a zone. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby

from alerts.query.model.nodes import Exactness, PartKind, Term, TermPart
from alerts.query.text.folding import plain_signs
from alerts.query.text.occurrences import Occurrence, to_occurrences
from alerts.query.text.scripts import ANY_ENDING, ONE_LETTER, has_unspaced
from alerts.query.text.stemming import MIN_LETTERS as FEWEST_LETTERS_OF_STEM
from alerts.query.text.stemming import forms
from alerts.query.text.token_set import MAX_JOINED
from alerts.query.text.tokens import tokenise
from alerts.query.text.zone import Place, Zone

MIN_LITERALS = 3
MAX_WILDCARDS = 5  # in one word
MAX_PARTS = 50
# * and ? are letters during tokenising
_TO_LETTERS = str.maketrans({"*": ANY_ENDING, "?": ONE_LETTER})
_FROM_LETTERS = str.maketrans({ANY_ENDING: "*", ONE_LETTER: "?"})


class TermProblem(ValueError):
    """Raised for a term that cannot be used. `hint` is the fix."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def make_term(
    written: str, *, exact: Exactness = "", stemmed: bool = False, column: int = 0
) -> Term:
    """Parse a word or phrase.

    Args:
        written: as in the query, without quotes.
        exact: "case" for cs(), "raw" for raw(), "signs" for signs(), empty to fold.
        stemmed: whether inflected forms match too.
        column: where it begins in the query, from 1.

    Raises:
        TermProblem: there is no word in it, or a wildcard that would match too much.
    """
    wild = exact not in ("raw", "signs") and not stemmed and ("*" in written or "?" in written)
    if wild:
        _check_wildcards(written)
    source = written.translate(_TO_LETTERS) if wild else written
    words = tuple(
        tuple(
            _make_part(token.folded.translate(_FROM_LETTERS), token.cased.translate(_FROM_LETTERS),
                  wild=wild, stemmed=stemmed)
            for token in tokens
        )
        for _, tokens in groupby(tokenise(source), key=lambda token: token.word)
    )  # fmt: skip
    if not words:
        raise TermProblem(
            f"there is no word in {written!r}" if written.strip() else "there is no word here",
            'Write letters or digits; signs are compared only beside them, as in raw:"C++"',
        )
    term = Term(words, exact, written, column, _exactness_key(words, exact, written))
    if len(term.parts) > MAX_PARTS:
        raise TermProblem(
            f"a phrase has at most {MAX_PARTS} words; this one has {len(term.parts)}",
            "Take the words that matter, or join shorter phrases with AND",
        )
    return term


def _check_wildcards(written: str) -> None:
    for word in written.split():
        if ("*" in word or "?" in word) and has_unspaced(word):
            raise TermProblem(
                f"{word} is found by character, also within longer words: it takes no wildcard",
                f"Write {word.replace('*', '').replace('?', '')}",
            )


def _exactness_key(
    words: tuple[tuple[TermPart, ...], ...], exact: Exactness, written: str
) -> tuple[str, ...]:
    if exact in ("raw", "signs"):
        plain = " ".join(plain_signs(written).split())
        return (plain.lower() if exact == "signs" else plain,)
    return tuple(part.cased for word in words for part in word) if exact == "case" else ()


def _make_part(text: str, cased: str, *, wild: bool, stemmed: bool) -> TermPart:
    kind: PartKind = "word"
    if wild and ("*" in text or "?" in text):
        kind = "wild"
        literal = text.replace("*", "").replace("?", "")
        if not literal:
            raise TermProblem(
                f"{text} alone would find every word",
                "Write a word with it, or pre/1 for a word in between: data pre/1 platform",
            )
        if text[0] in "*?":
            raise TermProblem(
                f"a wildcard cannot begin a word: {text}",
                f"Write the beginning and then the wildcard: {literal}*; for a name with that"
                f' sign, signs:"{text}"',
            )
        if len(literal) < MIN_LITERALS:
            raise TermProblem(
                f"{text} has {len(literal)} letters; with a wildcard a word needs"
                f" {MIN_LITERALS} or more",
                "Write more of the word: palant*",
            )
        if len(text) - len(literal) > MAX_WILDCARDS:
            raise TermProblem(
                f"{text} has more than {MAX_WILDCARDS} wildcards",
                "Write more of the word: palant*",
            )
    elif stemmed and len(text) >= FEWEST_LETTERS_OF_STEM and text.isalpha():
        kind = "stem"
    return TermPart(text, cased, kind)


@lru_cache(maxsize=16_384)
def pattern_of(wildcard: str) -> re.Pattern[str]:
    """Compile a wildcard to the regular expression that a whole label must match.

    The text between two stars is matched at its first position only (an atomic group): if the rest
    matches after a later position, it matches after the first. So a label of n characters costs n
    steps for each star, where plain backtracking costs n to the power of stars.
    """
    first, *others = (_escape_run(run) for run in re.split(r"\*+", wildcard))
    if not others:
        return re.compile(first, re.DOTALL)
    *between, last = others
    middle = "".join(f"(?>.*?{run})" for run in between if run)
    return re.compile(f"{first}{middle}.*{last}", re.DOTALL)


def _escape_run(run: str) -> str:
    """Escape letters and replace question marks by dots."""
    return "".join("." if sign == "?" else re.escape(sign) for sign in run)


def join_parts(parts: tuple[TermPart, ...]) -> str:
    """Join consecutive parts to one word."""
    return "".join(part.text for part in parts)


def find_term(term: Term, zone: Zone) -> list[Occurrence]:
    """Find the occurrences of a term in a zone."""
    if term.label is not None:
        places = zone.places(term.label)
        return to_occurrences(places) if places else []
    parts = term.parts
    if term.letters is not None and term.letters not in zone.squeezed:
        return []  # every spelling of it has these letters in a row
    places = _find_part(parts[0], zone) if len(parts) == 1 else _find_sequence(parts, zone)
    if places and term.exact:
        fits = _make_exact_test(term)
        places = [place for place in places if fits(zone, place)]
    return to_occurrences(places) if places else []


def has_term(term: Term, zone: Zone) -> bool:
    """Return whether a term occurs in a zone; faster than `find_term`."""
    if term.label is not None:
        return zone.has(term.label)
    if term.letters is not None and not term.exact:
        if zone.has_phrase(" ".join([part.text for part in term.parts])):
            return True
        if term.letters not in zone.squeezed:
            return False
        if f" {' '.join(part.text for part in term.parts)} " in zone.spaced:
            return True
    return bool(find_term(term, zone))


def _find_part(part: TermPart, zone: Zone) -> list[Place]:
    if part.kind == "wild":
        return zone.places_like(pattern_of(part.text))
    if part.kind == "stem":
        return [place for form in forms(part.text) for place in zone.places(form)]
    return zone.places(part.text)


def _find_sequence(parts: tuple[TermPart, ...], zone: Zone) -> list[Place]:
    """Find consecutive parts; the text may join up to MAX_JOINED of them to one word."""
    found: set[Place] = set()
    starts = dict.fromkeys(place[0] for place in _find_part(parts[0], zone))
    for length in range(2, _count_joinable(parts, 0) + 1):
        starts.update(dict.fromkeys(place[0] for place in zone.places(join_parts(parts[:length]))))
    for start in starts:
        reached = {0: {start}}  # number of parts used -> possible end positions
        for used in range(len(parts)):
            for at in reached.pop(used, ()):
                for taken, end in _next_ends(parts, used, zone, at):
                    reached.setdefault(used + taken, set()).add(end)
        found.update((start, end) for end in reached.get(len(parts), ()))
    return list(found)


def _next_ends(
    parts: tuple[TermPart, ...], used: int, zone: Zone, at: int
) -> list[tuple[int, int]]:
    """Match the next parts at position `at`: (number of parts used, end position)."""
    part = parts[used]
    if part.kind == "wild":
        return [(1, end) for end in zone.ends_like(at, pattern_of(part.text))]
    if part.kind == "stem":
        return [(1, end) for form in forms(part.text) for end in zone.ends(at, form)]
    return [
        (length, end)
        for length in range(1, _count_joinable(parts, used) + 1)
        for end in zone.ends(at, join_parts(parts[used : used + length]))
    ]


def _count_joinable(parts: tuple[TermPart, ...], start: int) -> int:
    """Return how many parts from `start` on a text may write as one word."""
    count = 0
    for part in parts[start : start + MAX_JOINED]:
        if part.kind != "word":
            break
        count += 1
    return count


def _make_exact_test(term: Term) -> Callable[[Zone, Place], bool]:
    if term.exact == "case":
        wanted = "".join(part.cased for part in term.parts)
        if any(part.kind == "wild" for part in term.parts):
            pattern = pattern_of(wanted)
            return lambda zone, place: pattern.fullmatch(zone.cased(place)) is not None
        return lambda zone, place: zone.cased(place) == wanted
    any_case = term.exact == "signs"
    return lambda zone, place: _matches_raw(term.key[0], zone, place, any_case=any_case)


def _matches_raw(wanted: str, zone: Zone, place: Place, *, any_case: bool) -> bool:
    """Return whether the text at a place, with adjoining punctuation, equals `wanted`."""
    tokens = tokenise(wanted)
    start = zone.tokens[place[0]].start - tokens[0].start
    if start < 0:
        return False
    pattern = _raw_pattern(wanted, any_case=any_case)
    found = pattern.match(plain_signs(zone.text), start)
    return found is not None and found.end() - (len(wanted) - tokens[-1].end) == (
        zone.tokens[place[1] - 1].end
    )


@lru_cache(maxsize=4096)
def _raw_pattern(wanted: str, *, any_case: bool) -> re.Pattern[str]:
    written = r"\s++".join(re.escape(piece) for piece in wanted.split())
    return re.compile(written, re.IGNORECASE if any_case else 0)
