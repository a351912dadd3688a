"""Formats words as a PostgreSQL tsvector, within its limits. Pure."""

from __future__ import annotations

from storage.text_index.full_text_query import EVERYTHING, UNPLACED

MAX_BYTES = 900_000  # PostgreSQL allows 1 MB
MAX_POSITION = 16_383
MAX_POSITIONS_OF_WORD = 255


def as_tsvector(words: str) -> str:
    """Format words, separated by blanks, as the text of a tsvector with positions.

    Where some positions do not fit, the word `UNPLACED` is added; where not all words fit, the
    word `EVERYTHING` repositions them.
    """
    positions: dict[str, list[int]] = {}
    row = words.split()
    for position, word in enumerate(row[:MAX_POSITION], start=1):
        positions.setdefault(word, []).append(position)
    all_fit = (
        len(row) <= MAX_POSITION
        and max(map(len, positions.values()), default=0) <= MAX_POSITIONS_OF_WORD
    )
    if not all_fit:
        positions = {word: [] for word in row} | positions | {UNPLACED: []}
    size = sum(
        len(word) + 8 + 2 * min(len(found), MAX_POSITIONS_OF_WORD)
        for word, found in positions.items()
    )
    if size > MAX_BYTES:
        return f"'{EVERYTHING}'"
    return " ".join(
        f"'{word}':{','.join(map(str, found[:MAX_POSITIONS_OF_WORD]))}" if found else f"'{word}'"
        for word, found in positions.items()
    )
