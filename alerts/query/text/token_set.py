"""Fast tokenising without positions, for the many texts that match no watch.

Gives the same words as `tokens`, which handles everything that is not a plain run of letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from alerts.query.text.folding import as_ascii
from alerts.query.text.tokens import parts_of, tokenise, words_of

_BEYOND_ASCII = re.compile(r"[^\t-\r -~]+")
# characters of nearly every article: `str.replace` takes a tenth of the time of the pattern above
_FREQUENT = (
    ("’", "'"), ("‘", "'"), ("“", " "), ("”", " "), ("–", "-"), ("—", " "), ("\xa0", " "),
    ("£", " "), ("…", " "), ("•", " "), ("é", "e"),
)  # fmt: skip
# punctuation between two letters: anchored at the punctuation, since most words have none
_JOINT = re.compile(r"[-'`.,](?<=[A-Za-z0-9].)(?=[A-Za-z0-9])")
_CHUNK_END = re.compile(r"(?:[-'`.,][A-Za-z0-9]++)++")
# placeholders for a hyphen and a decimal point within a word while other punctuation is removed
_HYPHEN, _POINT = "\x01", "\x02"
_CLEARED = {c: " " for c in range(128) if not chr(c).isalnum()}
_CASED = {**_CLEARED, ord(_HYPHEN): "-", ord(_POINT): "."}
_FOLDED = {**_CASED, **{ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}}

_LONGEST = 32  # characters of a text between two spaces that is remembered
# parts of one word, or of a phrase, that may be written as one word
MAX_JOINED = 4


class TokenSet:
    """The folded words of a text as one searchable string; parts and labels are computed lazily.

    `spelled`: the words in order, separated by spaces; the parts of a word by hyphens.
    """

    __slots__ = ("_compounds", "_haystack", "_labels", "_parts", "spelled")

    def __init__(self, text: str) -> None:
        plain = _to_ascii(text)
        if plain is None:
            self.spelled = " ".join(
                [
                    # a sentence without blanks comes once: it is not worth remembering
                    _spell_token(token) if len(token) <= _LONGEST else _spell_words(token)
                    for token in text.split()
                ]
            )
        else:
            self.spelled = _spell_chunks(plain).translate(_FOLDED)
        self._compounds: list[tuple[str, ...]] | None = None
        self._parts: list[str] | None = None
        self._haystack: str | None = None
        self._labels: set[str] | None = None

    @property
    def parts(self) -> list[str]:
        """The parts of all words, in order."""
        if self._parts is None:
            self._parts = self.spelled.replace("-", " ").split()
        return self._parts

    @property
    def compounds(self) -> list[tuple[str, ...]]:
        """The words with more than one part, in order, each as its parts."""
        if self._compounds is None:
            self._compounds = list(_find_compounds(self.spelled))
        return self._compounds

    @property
    def haystack(self) -> str:
        """All labels, each with a space before and after it.

        Words that one space separates in the text are separated by one space here too.
        """
        if self._haystack is None:
            labels = [label for word in self.compounds for _, _, label in runs_of(word)]
            self._haystack = f" {self.spelled.replace('-', ' ')}  {'  '.join(labels)} "
        return self._haystack

    @property
    def labels(self) -> set[str]:
        """All parts, and the joined spellings of adjacent parts of one word."""
        if self._labels is None:
            self._labels = set(self.parts)
            for word in self.compounds:
                self._labels.update([label for _, _, label in runs_of(word)])
        return self._labels

    def places_of_compounds(self) -> list[tuple[int, tuple[str, ...]]]:
        """Return each word with more than one part, with the index of its first part."""
        if not self.compounds:
            return []
        words, found, at, before = self.spelled.split(), [], 0, 0
        for compound in self.compounds:
            at = words.index("-".join(compound), at)
            found.append((at + before, compound))
            before += len(compound) - 1
            at += 1
        return found

    def numbers(self) -> Sequence[int]:
        """Part -> the number of its word."""
        found: list[int] = []
        word = 0
        for at, compound in self.places_of_compounds():
            following = word + at - len(found)
            found.extend(range(word, following))
            found.extend([following] * len(compound))
            word = following + 1
        if not found:
            return range(len(self.parts))
        found.extend(range(word, word + len(self.parts) - len(found)))
        return found


def _find_compounds(spelled: str) -> Iterator[tuple[str, ...]]:
    at = spelled.find("-")
    while at >= 0:
        end = spelled.find(" ", at)
        end = len(spelled) if end < 0 else end
        yield tuple(spelled[spelled.rfind(" ", 0, at) + 1 : end].split("-"))
        at = spelled.find("-", end)


def has_label(label: str, haystack: str) -> bool:
    """Return whether a haystack contains a label."""
    # the search without spaces takes a third of the time and mostly decides
    return label in haystack and f" {label} " in haystack


@lru_cache(maxsize=65_536)
def runs_of(word: tuple[str, ...]) -> tuple[tuple[int, int, str], ...]:
    """Joined spellings of adjacent parts of a word: (first part, end part, label)."""
    return tuple(
        (start, end, "".join(word[start:end]))
        for start in range(len(word) - 1)
        for end in range(start + 2, min(start + MAX_JOINED, len(word)) + 1)
    )


def cased_parts(text: str) -> list[str]:
    """Return the parts of a text, in order, with their case."""
    plain = _to_ascii(text)
    if plain is None:
        return [token.cased for token in tokenise(text)]
    return _spell_chunks(plain).translate(_CASED).replace("-", " ").split()


def _to_ascii(text: str) -> str | None:
    if text.isascii():
        if _HYPHEN not in text and _POINT not in text:
            return text
        return _BEYOND_ASCII.sub(" ", text)
    for sign, plain in _FREQUENT:
        text = text.replace(sign, plain)
        if text.isascii():
            break
    if not text.isascii() or _HYPHEN in text or _POINT in text:
        text = _BEYOND_ASCII.sub(lambda found: as_ascii(found[0]), text)
    return text if text.isascii() else None


def _spell_chunks(plain: str) -> str:
    """Replace the words with inner punctuation by their parts; other punctuation is kept."""
    pieces: list[str] = []
    done = 0
    for found in _JOINT.finditer(plain):
        joint = found.start()
        if joint < done:
            continue
        start = max(done, plain.rfind(" ", done, joint) + 1)
        if not plain[start:joint].isalnum():
            start = joint
            while start > done and plain[start - 1].isalnum():
                start -= 1
        ending = _CHUNK_END.match(plain, joint)
        end = ending.end() if ending else joint + 1
        pieces.append(plain[done:start])
        pieces.append(_spell_chunk(plain[start:end]))
        done = end
    if not pieces:
        return plain
    pieces.append(plain[done:])
    return "".join(pieces)


@lru_cache(maxsize=65_536)
def _spell_token(token: str) -> str:
    return _spell_words(token)


def _spell_words(token: str) -> str:
    """Spell the words of a text between two spaces: parts joined by hyphens, words by spaces."""
    return " ".join(["-".join(word) for word in words_of(token)])


@lru_cache(maxsize=65_536)
def _spell_chunk(chunk: str) -> str:
    pieces: list[str] = []
    for part in parts_of(chunk):
        if pieces:  # no separator before the first part
            pieces.append(" " if part.begins_word else _HYPHEN)
        pieces.append(part.letters.replace(".", _POINT))
    return "".join(pieces)
