"""Words as PostgreSQL keeps them: with their places, within the bounds of a tsvector. Pure."""

from __future__ import annotations

from storage.text_index.full_text_query import EVERYTHING, UNPLACED

MOST_BYTES = 900_000  # of the million that it can hold
MOST_PLACES = 16_383
MOST_OF_A_WORD = 255


def as_tsvector(words: str) -> str:
    """Words with blanks between them, as PostgreSQL reads a tsvector.

    Where some places do not fit, a word says so (`UNPLACED`); where not all words fit, one word
    stands for them (`EVERYTHING`).
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
