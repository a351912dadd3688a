"""Formats words as a PostgreSQL tsvector, within its limits. Pure."""

from __future__ import annotations

from storage.text_index.full_text_query import EVERYTHING, UNPLACED

MOST_BYTES = 900_000  # PostgreSQL allows 1 MB
MOST_PLACES = 16_383  # highest position
MOST_OF_A_WORD = 255  # positions of one word


def as_tsvector(words: str) -> str:
    """Format words, separated by blanks, as the text of a tsvector with positions.

    Where some positions do not fit, the word `UNPLACED` is added; where not all words fit, the
    word `EVERYTHING` replaces them.
    """
    places: dict[str, list[int]] = {}
    row = words.split()
    for place, word in enumerate(row[:MOST_PLACES], start=1):
        places.setdefault(word, []).append(place)
    placed = len(row) <= MOST_PLACES and max(map(len, places.values()), default=0) <= MOST_OF_A_WORD
    if not placed:
        places = {word: [] for word in row} | places | {UNPLACED: []}
    held = sum(
        len(word) + 8 + 2 * min(len(found), MOST_OF_A_WORD) for word, found in places.items()
    )
    if held > MOST_BYTES:
        return f"'{EVERYTHING}'"
    return " ".join(
        f"'{word}':{','.join(map(str, found[:MOST_OF_A_WORD]))}" if found else f"'{word}'"
        for word, found in places.items()
    )
