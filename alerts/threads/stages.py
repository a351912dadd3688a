"""Reads the stage of procurement notices, also from the texts of earlier ones. Pure.

Stages are the release tags of OCDS 1.1, as words: `tender`, `award update`, `contract amendment`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.text.sanitize import line
from alerts.threads.model import ContractStep, Stage
from storage.model import ItemRevision, StoredItem

_LINE = re.compile(r"^(Stage|Notice|Value|Supplier|Contract): (.{1,400})$", re.MULTILINE)
_LINES_AT = 4_000  # characters of a notice in which its fields stand
_CHANGES = ("update", "amendment", "modification", "change")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """A version of a notice: when it was published or seen, its stage, and its fields in words."""

    at: datetime
    title: str
    words: str
    stage: Stage | None
    fields: tuple[tuple[str, str], ...]


def notice_versions(item: StoredItem, earlier: Sequence[ItemRevision]) -> tuple[NoticeText, ...]:
    """Return the versions of a notice, oldest first; a version that says the same is left out."""
    versions = [(each.fetched_at, each.title, each.body) for each in earlier]
    newest = item.published_at or item.revised_at or item.first_seen_at
    if item.revised_at is not None and newest < item.first_seen_at:
        newest = item.revised_at
    found: list[NoticeText] = []
    for at, title, body in [*versions, (newest, item.title, item.body)]:
        fields = dict(reversed(_LINE.findall(body[:_LINES_AT])))
        words = line(", ".join(fields[n] for n in ("Stage", "Notice") if n in fields), 160)
        made = NoticeText(
            at=at,
            title=title,
            words=words or "notice",
            stage=read_stage(fields.get("Stage", "")),
            fields=tuple(
                (n, line(v, 200)) for n, v in fields.items() if n not in ("Stage", "Notice")
            ),
        )
        if not found or (made.words, made.fields) != (found[-1].words, found[-1].fields):
            found.append(made)
    return tuple(found)


def read_stage(tags: str) -> Stage | None:
    """Return the stage that release tags in words stand for; None for others.

    A release may have several: `tender, award` is an award.
    """
    found: list[Stage] = []
    for tag in tags.casefold().split(","):
        words = tag.split()
        if not words:
            continue
        if "termination" in words or "cancellation" in words:
            found.append("ended")
        elif words[0] in ("award", "contract", "tender") and any(w in words for w in _CHANGES):
            found.append("changed")
        elif words[0] in ("contract", "implementation"):
            found.append("signed")
        elif words[0] == "award":
            found.append("awarded")
        elif words[0] == "tender":
            found.append("tendered")
        elif words[0] == "planning":
            found.append("announced")
    order: tuple[Stage, ...] = ("ended", "changed", "signed", "awarded", "tendered", "announced")
    return next((stage for stage in order if stage in found), None)


def contract_stages(
    notices: Sequence[tuple[StoredItem, Sequence[NoticeText]]],
) -> tuple[ContractStep, ...]:
    """Return the steps of a contract in time: each stage when it was first said, each change."""
    steps = [
        ContractStep(stage=version.stage, at=version.at, item_id=item.item_id)
        for item, versions in notices
        for version in versions
        if version.stage is not None
    ]
    kept: list[ContractStep] = []
    for step in sorted(steps, key=lambda each: (each.at, each.item_id)):
        if step.stage == "changed" or all(step.stage != each.stage for each in kept):
            kept.append(step)
    return tuple(kept)
