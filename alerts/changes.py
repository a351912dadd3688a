"""What an edit changed, in sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.harmless import fragment, line, shorten
from alerts.sentences import sentences
from storage.model import ItemRevision, StoredItem

MAX_SENTENCES = 2
MAX_SENTENCE = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The first sentences that came and went; `more` counts those not shown."""

    old_title: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    more: int


def change_between(before: ItemRevision, after: StoredItem) -> Change:
    """What distinguishes the newest text of an item from an older one."""
    was, now = _sentences(before.body), _sentences(after.body)
    added = [text for key, text in now.items() if key not in was]
    removed = [text for key, text in was.items() if key not in now]
    old_title = line(before.title, 200)
    return Change(
        old_title=old_title if old_title != line(after.title, 200) else None,
        added=tuple(added[:MAX_SENTENCES]),
        removed=tuple(removed[:MAX_SENTENCES]),
        more=max(0, len(added) - MAX_SENTENCES) + max(0, len(removed) - MAX_SENTENCES),
    )


def _sentences(body: str) -> dict[str, str]:
    return {
        line(text).casefold(): shorten(fragment(text).strip(), MAX_SENTENCE)
        for text in sentences(body)
    }
