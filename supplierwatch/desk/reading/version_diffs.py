"""Computes the changes between versions of an article, word by word. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.digest.changes import change_between, is_withdrawn
from alerts.text.sanitize import fragment, shorten
from alerts.text.word_diff import DiffPiece, word_diff
from storage.model import ItemRevision, StoredItem

MAX_VERSIONS = 20  # newest, whose changes are shown
MAX_CHARACTERS = 12_000  # of one difference
CONTEXT = 24  # unchanged words that are shown on each side of a change

Version = ItemRevision | StoredItem


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """A version against the one before. `title` is None where the headline is the same.

    `text` has unchanged passages cut to the words beside a change; `cut`: there is more.
    """

    number: int
    seen_at: datetime | None
    said: str
    withdrawn: bool
    words: int
    title: tuple[DiffPiece, ...] | None
    text: tuple[DiffPiece, ...]
    cut: bool


def diff_versions(item: StoredItem, earlier: Sequence[ItemRevision]) -> tuple[VersionDiff, ...]:
    """Return the changes of each version, the newest first; nothing for a single version."""
    every: list[Version] = [*earlier, item]
    pairs = list(enumerate(zip(earlier, every[1:], strict=False), start=2))[-MAX_VERSIONS:]
    return tuple(_diff_version(number, old, new) for number, (old, new) in reversed(pairs))


def _diff_version(number: int, old: ItemRevision, new: Version) -> VersionDiff:
    title = word_diff(fragment(old.title), fragment(new.title))
    pieces, cut = _cut_pieces(fold_unchanged(word_diff(fragment(old.body), fragment(new.body))))
    return VersionDiff(
        number=number,
        seen_at=new.revised_at if isinstance(new, StoredItem) else new.fetched_at,
        said=change_between(old, new).said,
        withdrawn=is_withdrawn(new),
        words=len(new.body.split()),
        title=title if any(piece.what != "same" for piece in title) else None,
        text=pieces,
        cut=cut,
    )


def fold_unchanged(pieces: Sequence[DiffPiece]) -> tuple[DiffPiece, ...]:
    """Cut unchanged passages down to `CONTEXT` words beside each change; nothing if all is same."""
    if all(piece.what == "same" for piece in pieces):
        return ()
    folded = []
    for at, piece in enumerate(pieces):
        words = piece.text.split()
        first = 0 if at == 0 else CONTEXT
        last = 0 if at == len(pieces) - 1 else CONTEXT
        if piece.what == "same" and len(words) > first + last:
            kept = [*words[:first], "…", *(words[len(words) - last :] if last else ())]
            piece = DiffPiece(" ".join(kept), "same")
        folded.append(piece)
    return tuple(folded)


def _cut_pieces(pieces: Sequence[DiffPiece]) -> tuple[tuple[DiffPiece, ...], bool]:
    kept: list[DiffPiece] = []
    left = MAX_CHARACTERS
    for piece in pieces:
        if left <= 0:
            return tuple(kept), True
        text = shorten(piece.text, left) if len(piece.text) > left else piece.text
        kept.append(DiffPiece(text, piece.what))
        left -= len(piece.text)
    return tuple(kept), left < 0
