"""Compares two revisions of an item: the kinds of change and the changed sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from alerts.text.sanitize import fragment, line, shorten
from alerts.text.sentences import sentences
from alerts.text.word_diff import DiffPiece, compared_words, format_diff, similarity, word_diff
from storage.model import ItemRevision, StoredItem

MAX_SENTENCES = 2
MAX_SENTENCE = 240
MAX_PAIRED = 50  # added, and removed, sentences that are compared with each other
MAX_CONTEXT = 12  # unchanged words that are shown beside a change
REWRITTEN = 0.5  # share of equal words from which a sentence was changed, not replaced

ChangeKind = Literal[
    "withdrawn", "back", "correction", "headline", "figure", "quote", "removed", "added", "wording"
]
_KIND_NAMES: dict[ChangeKind, str] = {
    "withdrawn": "the article was withdrawn",
    "back": "the article is back",
    "correction": "a correction note",
    "headline": "a new headline",
    "figure": "a figure changed",
    "quote": "a quotation changed",
    "removed": "a passage was removed",
    "added": "a passage was added",
    "wording": "wording",
}
_CORRECTION = re.compile(
    r"\b(?:correction|clarification|corrected|an earlier version|apologi[sz]e"
    r"|(?:this|the) (?:article|story|report|page) (?:was|has been) (?:amended|corrected))\b",
    re.IGNORECASE,
)
_QUOTES = re.compile('["“”‘’«»]')
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """The difference of two texts: its kinds, most serious first, and the first sentences.

    `rewritten` are sentences with changed words; `added` and `removed` are whole sentences;
    `more` counts the sentences that are not shown.
    """

    kinds: tuple[ChangeKind, ...]
    old_title: str | None
    rewritten: tuple[tuple[DiffPiece, ...], ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    more: int

    @property
    def said(self) -> str:
        """The kinds of change in words."""
        return ", ".join(_KIND_NAMES[kind] for kind in self.kinds)


def change_between(before: ItemRevision, after: ItemRevision | StoredItem) -> TextChange:
    """Compare a text of an item with an older one."""
    was, now = _split_sentences(before.body), _split_sentences(after.body)
    added = [text for key, text in now.items() if key not in was]
    removed = [text for key, text in was.items() if key not in now]
    pairs = _pair_rewritten(removed, added)
    diffs = [word_diff(old, new) for old, new in pairs]
    paired = {old for old, _ in pairs}, {new for _, new in pairs}
    removed = [text for text in removed if text not in paired[0]]
    added = [text for text in added if text not in paired[1]]
    old_title = line(before.title, 200)
    title_changed = old_title != line(after.title, 200)
    return TextChange(
        kinds=_classify_change(before, after, diffs, added, removed, title_changed=title_changed),
        old_title=old_title if title_changed else None,
        rewritten=tuple(cut_unchanged(diff) for diff in diffs[:MAX_SENTENCES]),
        added=tuple(shorten(text, MAX_SENTENCE) for text in added[:MAX_SENTENCES]),
        removed=tuple(shorten(text, MAX_SENTENCE) for text in removed[:MAX_SENTENCES]),
        more=sum(max(0, many - MAX_SENTENCES) for many in (len(diffs), len(added), len(removed))),
    )


def _classify_change(
    before: ItemRevision,
    after: ItemRevision | StoredItem,
    diffs: Sequence[Sequence[DiffPiece]],
    added: Sequence[str],
    removed: Sequence[str],
    *,
    title_changed: bool,
) -> tuple[ChangeKind, ...]:
    changed = [piece.text for diff in diffs for piece in diff if piece.what != "same"]
    both = [" ".join(piece.text for piece in diff) for diff in diffs]
    now = [" ".join(piece.text for piece in diff if piece.what != "gone") for diff in diffs]
    found: dict[ChangeKind, bool] = {
        "withdrawn": is_withdrawn(after),
        "back": is_withdrawn(before) and not is_withdrawn(after),
        "correction": any(map(_CORRECTION.search, [*added, *now])),
        "headline": title_changed,
        "figure": any(map(_FIGURE.search, changed)),
        "quote": any(map(_QUOTES.search, both)),
        "removed": bool(removed),
        "added": bool(added),
    }
    kinds = tuple(kind for kind, present in found.items() if present)
    return kinds or ("wording",)


def is_withdrawn(text: ItemRevision | StoredItem) -> bool:
    """Return whether a version records that the page was gone; its text is the last one before."""
    if isinstance(text, StoredItem):
        return text.retracted_at is not None
    # a thin text has no hash either, but no body
    return text.content_hash is None and text.number > 1 and bool(text.body)


def cut_unchanged(pieces: Sequence[DiffPiece]) -> tuple[DiffPiece, ...]:
    """Cut the middle out of long unchanged passages of a difference."""
    short = []
    for at, piece in enumerate(pieces):
        words = piece.text.split()
        if piece.what == "same" and len(words) > MAX_CONTEXT:
            first = [] if at == 0 else words[: MAX_CONTEXT // 2]
            last = [] if at == len(pieces) - 1 else words[-MAX_CONTEXT // 2 :]
            piece = DiffPiece(" ".join([*first, "…", *last]), "same")
        short.append(DiffPiece(shorten(piece.text, MAX_SENTENCE), piece.what))
    return tuple(short)


def describe_change(change: TextChange) -> tuple[tuple[str, str], ...]:
    """Describe a change as (label, text) pairs, with removed and added words marked."""
    lines = [("What", change.said)]
    lines += [("Headline was", change.old_title)] if change.old_title else []
    lines += [("Reads now", format_diff(pieces)) for pieces in change.rewritten]
    lines += [("Added", text) for text in change.added]
    lines += [("Removed", text) for text in change.removed]
    if change.more:
        many = "sentence" if change.more == 1 else "sentences"
        lines.append(("And", f"{change.more} more changed {many}"))
    return tuple(lines)


def _pair_rewritten(removed: Sequence[str], added: Sequence[str]) -> list[tuple[str, str]]:
    """Pair each removed sentence with the most similar added one, from `REWRITTEN` on."""
    pairs = []
    left = {new: compared_words(new) for new in added[:MAX_PAIRED]}
    for old in removed[:MAX_PAIRED]:  # texts that were replaced have nothing to pair
        words = compared_words(old)
        alike = {new: similarity(words, others) for new, others in left.items()}
        best = max(alike, key=lambda new: alike[new], default=None)
        if best is not None and alike[best] >= REWRITTEN:
            pairs.append((old, best))
            del left[best]
    return pairs


def _split_sentences(body: str) -> dict[str, str]:
    return {line(text).casefold(): fragment(text).strip() for text in sentences(body)}
