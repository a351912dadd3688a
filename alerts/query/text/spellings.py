"""The spellings in which a written term is looked for: possessives, and singular and plural. Pure.

Sainsbury's is also written Sainsburys, McDonalds McDonald's, Toys'R'Us Toys R Us, and Müller
Mueller; `plural()` adds the other number of the word that carries it: the last one, and the one
before a preposition (directors of nursing).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from alerts.query.model.common_words import FUNCTION_WORDS
from alerts.query.model.nodes import Exactness, Or, Spellings, Term, TermPart
from alerts.query.text.folding import fold, plain_signs
from alerts.query.text.plurals import is_plural, plural_forms
from alerts.query.text.terms import make_term
from alerts.query.text.tokens import Token, tokenise
from alerts.query.text.transliteration import compose, has_umlaut, to_plain_letters, to_umlauts

_POSSESSIVE = re.compile(r"'[sS](?![^\W_])")
_PREPOSITIONS = frozenset(
    [
        "of",
        "in",
        "for",
        "to",
        "at",
        "by",
        "on",
        "with",
        "from",
        "into",
        "against",
        "between",
        "under",
    ]
)
# one word that ends in s: Philip's is not Philips
_GIVEN_NAMES = frozenset(
    """
    adam andrew daniel david edward harold harry henry hugh jack jacob john mark martin matthew
    michael owen peter philip phillip richard robert roger simon stephen steven walter william
    """.split()  # noqa: SIM905  a list would be unreadable
)
_LETTER_BETWEEN = re.compile(r"([^\W_]{2,})'([^\W\d_])'([^\W_]{2,})")
_MIN_LETTERS = 4  # of a name without its s
_MIN_IN_PHRASE = 3

Words = tuple[tuple[str, ...], ...]


def make_spellings(
    written: str, *, exact: Exactness = "", stemmed: bool = False, plural: bool = False,
    column: int = 0,
) -> Term | Spellings:  # fmt: skip
    """Parse a word or phrase into a term, or into several where it is spelled in several ways.

    Args:
        written: as in the query, without quotes.
        exact: see `make_term`; an exact term has one spelling.
        stemmed: whether inflected forms match too; a stem has one spelling.
        plural: whether singular and plural match.
        column: where it begins in the query, from 1.

    Raises:
        TermProblem: there is no word in it, or a wildcard that would match too much.
    """
    term = make_term(written, exact=exact, stemmed=stemmed, column=column)
    if exact or any(part.kind != "word" for part in term.parts):
        return term
    source = _Source.of(written)
    words = source.folded
    rows = dict.fromkeys(
        (
            words,
            *source.possessives(),
            *source.with_letter_between(),
            *source.plain_letters(),
            *(source.plurals() if plural else ()),
        )
    )
    terms = [term, *(_make_term(row, column) for row in rows if row != words)]
    names = (source.name_with_apostrophe(), source.name_with_umlauts())
    terms += (make_term(name, exact="signs", column=column) for name in names if name)
    if len(terms) == 1:
        return term
    return Spellings(term, Or(tuple(terms)), plural, source.shown, column)


def _make_term(words: Words, column: int) -> Term:
    parts = tuple(tuple(TermPart(part, part) for part in word) for word in words)
    return Term(parts, "", " ".join("-".join(word) for word in words), column)


@dataclass(frozen=True, slots=True)
class _Source:
    """The words of a written term, each as its tokens; `owned`: those written with 's.

    `written`: each word with its signs and diacritics.
    """

    words: tuple[tuple[Token, ...], ...]
    owned: frozenset[int]
    written: tuple[str, ...]

    @classmethod
    def of(cls, written: str) -> _Source:
        plain = plain_signs(written)
        words = tuple(tuple(ts) for _, ts in groupby(tokenise(written), key=lambda t: t.word))
        owned = {n for n, word in enumerate(words) if _POSSESSIVE.match(plain, word[-1].end)}
        written_words = tuple(compose(plain[word[0].start : word[-1].end]) for word in words)
        return cls(words, frozenset(owned), written_words)

    @property
    def folded(self) -> Words:
        return tuple(tuple(token.folded for token in word) for word in self.words)

    @property
    def shown(self) -> str:
        """The term with its case and possessives; the same spellings are made of it."""
        return " ".join(
            self._shown_word(number) + ("'s" if number in self.owned else "")
            for number in range(len(self.words))
        )

    def _shown_word(self, number: int) -> str:
        written = self.written[number]
        if _LETTER_BETWEEN.fullmatch(written) or has_umlaut(written):
            return written
        return "-".join(token.cased for token in self.words[number])

    @property
    def _is_phrase(self) -> bool:
        return len(self.words) > 1

    def possessives(self) -> Iterator[Words]:
        """Yield the words without the apostrophes that were written, and with those left out."""
        words = self.folded
        joined = tuple(
            (*word[:-1], f"{word[-1]}s") if number in self.owned else word
            for number, word in enumerate(words)
        )
        if joined != words:
            yield joined
        for number, word in enumerate(self.words):
            name = self._without_s(word)
            if self._is_phrase and len(name) >= _MIN_IN_PHRASE:
                yield (*words[:number], (*words[number][:-1], name), *words[number + 1 :])

    def with_letter_between(self) -> Iterator[Words]:
        """Yield Toys'R'Us as three words, and three words with one letter amid them as one."""
        words = self.folded
        for number, written in enumerate(self.written):
            if found := _LETTER_BETWEEN.fullmatch(written):
                apart = tuple((fold(part),) for part in found.groups())
                yield (*words[:number], *apart, *words[number + 1 :])
        for number, (before, letter, after) in enumerate(
            zip(words, words[1:], words[2:], strict=False)
        ):
            if len(before) == len(letter) == len(after) == 1 and self._is_letter(number + 1):
                joined = (before[0] + letter[0], after[0])
                yield (*words[:number], joined, *words[number + 3 :])

    def _is_letter(self, number: int) -> bool:
        written = self.written[number]
        return len(written) == 1 and (written.isupper() or written == "n")

    def plain_letters(self) -> Iterator[Words]:
        """Yield the words with two letters for each umlaut."""
        if any(has_umlaut(written) for written in self.written):
            plain = (to_plain_letters(written) for written in self.written)
            yield tuple(tuple(token.folded for token in tokenise(one)) for one in plain)

    def name_with_umlauts(self) -> str:
        """The last name among the words that has ae, oe or ue, with umlauts; empty without one."""
        for number in reversed(range(len(self.written))):
            if name := to_umlauts(self.written[number]):
                return " ".join((*self.written[:number], name, *self.written[number + 1 :]))
        return ""

    def name_with_apostrophe(self) -> str:
        """Return a single name that ends in s, written with an apostrophe; empty if it is none."""
        if self._is_phrase or self.owned:
            return ""
        name = self._without_s(self.words[0])
        if len(self.words[0]) > 1 or len(name) < _MIN_LETTERS or name in _GIVEN_NAMES:
            return ""
        return f"{self.words[0][0].cased[:-1]}'s"

    @staticmethod
    def _without_s(word: tuple[Token, ...]) -> str:
        """Return the folded last part of a name without its s; empty if it is written small."""
        last = word[-1]
        is_name = last.cased[:1].isupper() and last.cased.isalpha() and last.cased.endswith("s")
        return "" if not is_name or last.folded.endswith(("ss", "us", "is")) else last.folded[:-1]

    def plurals(self) -> Iterator[Words]:
        """Yield the words with the other number of those that carry it."""
        words = self.folded
        is_one_name = len(self.words) == len(self.words[0]) == 1 and self._is_name()
        for number, at in self._heads():
            cased = self.words[number][at].cased
            forms = plural_forms(cased, is_name=is_one_name)[1:]
            if at > 0 and self._folded_at((number, at)) in FUNCTION_WORDS:
                forms = (f"{self._folded_at((number, at))}s",)  # check-ins, follow-ups
            for form in forms:
                changed = _replace(words, number, at, form)
                yield changed
                # patients' records; but not "patients record", where record may be a verb
                before = number - 1
                if at == len(words[number]) - 1 and before >= 0 and not is_plural(cased):
                    modifier = self.words[before][-1].cased
                    for other in () if is_plural(modifier) else plural_forms(modifier)[1:]:
                        yield _replace(changed, before, len(words[before]) - 1, other)

    def _is_name(self) -> bool:
        cased = self.words[0][0].cased
        return cased[:1].isupper() and not cased.isupper()

    def _heads(self) -> list[tuple[int, int]]:
        """(word, part) of the last part, and of that before the first preposition."""
        flat = [(n, at) for n, word in enumerate(self.words) for at in range(len(word))]
        found = [flat[-1]] if len(flat) > 1 or len(self._folded_at(flat[-1])) > 1 else []
        for before, place in pairwise(flat):
            if self._folded_at(place) in _PREPOSITIONS:
                return list(dict.fromkeys([*found, before]))
        return found

    def _folded_at(self, place: tuple[int, int]) -> str:
        return self.words[place[0]][place[1]].folded


def _replace(words: Words, number: int, at: int, form: str) -> Words:
    word = words[number]
    return (*words[:number], (*word[:at], form, *word[at + 1 :]), *words[number + 1 :])
