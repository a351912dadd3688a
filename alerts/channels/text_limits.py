"""Cuts a message to the size limit of a service. Pure.

Where there is not room for all stories, watches and outlets get places in turn, as in mail
(`alerts.messages.layout`): one that lists thousands at once keeps no other from being named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from html import escape

from alerts.messages.layout import shares
from alerts.messages.render import Rendered, StorySummary
from alerts.text.sanitize import shorten

MAX_STORIES = 20


def escape_html(text: str) -> str:
    """Escape text between tags; quotation marks stay."""
    return escape(text, quote=False)


def format_plain_story(story: StorySummary, *, mark: str = "") -> str:
    """Format a story as plain text; `mark` stands before its excerpt."""
    excerpt = f"\n{mark}{story.said}" if story.said else ""
    link = f"\n{story.link}" if story.link else ""
    return f"{story.title}\n{story.outlet} · {story.about}{excerpt}{link}"


def choose_stories(stories: Sequence[StorySummary], room: int) -> Sequence[StorySummary]:
    """Return `room` stories at most, in their order: watches get places in turn, then outlets."""
    if len(stories) <= room:
        return stories
    counts: dict[str, Counter[str]] = {}
    for story in stories:
        counts.setdefault(story.about, Counter())[story.outlet] += 1
    places = shares([outlets.total() for outlets in counts.values()], room)
    left = {
        (about, outlet): given
        for (about, outlets), some in zip(counts.items(), places, strict=True)
        for outlet, given in zip(outlets, shares(list(outlets.values()), some), strict=True)
    }
    chosen = []
    for story in stories:
        if left[story.about, story.outlet]:
            left[story.about, story.outlet] -= 1
            chosen.append(story)
    return chosen


def fit_text(
    rendered: Rendered,
    *,
    head: Callable[[str], str],
    story: Callable[[StorySummary], str],
    plain: Callable[[str], str],
    room: int,
    size: Callable[[str], int] = len,
) -> str:
    """Format a message as one text: subject, a paragraph for each story, number of further ones.

    Args:
        rendered: the message; without stories, its text is used.
        head: formats the subject.
        story: formats a story.
        plain: formats (escapes) any other text.
        room: the maximum size.
        size: measures a text; its number of characters by default.
    """
    first = head(shorten(rendered.subject, 200))
    if not rendered.stories:
        return _cut_text(first, rendered.text.strip(), plain, room, size)
    most = choose_stories(rendered.stories, MAX_STORIES)
    for shown in range(len(most), -1, -1):
        parts = [story(each) for each in choose_stories(most, shown)]
        text = "\n\n".join([first, *parts, *_count_rest(rendered.stories, shown, plain)])
        if size(text) <= room:
            return text
    return first


def _count_rest(
    stories: Sequence[StorySummary], shown: int, plain: Callable[[str], str]
) -> list[str]:
    left = len(stories) - shown
    return [plain(f"and {left} more")] if left else []


def _cut_text(
    first: str, text: str, plain: Callable[[str], str], room: int, size: Callable[[str], int]
) -> str:
    length = len(text)
    while length > 0:
        body = plain(text if length == len(text) else text[:length].rstrip() + "…")
        whole = f"{first}\n\n{body}"
        excess = size(whole) - room
        if excess <= 0:
            return whole
        length -= max(excess, 16)
    return first
