"""Cuts what a message tells to the room that a service has for it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alerts.messages.render import Rendered, Told
from alerts.text.sanitize import shorten

MAX_STORIES = 20


def fitted(
    rendered: Rendered,
    *,
    head: Callable[[str], str],
    story: Callable[[Told], str],
    plain: Callable[[str], str],
    room: int,
    size: Callable[[str], int] = len,
) -> str:
    """A message as one text: its subject, a paragraph for each story, and how many more.

    Args:
        rendered: what is told; without stories its text is.
        head: puts the subject.
        story: puts a story.
        plain: puts any other text.
        room: how much of it there is.
        size: how much of it a text takes; as its letters unless given.
    """
    first = head(shorten(rendered.subject, 200))
    if not rendered.stories:
        return _cut(first, rendered.text.strip(), plain, room, size)
    parts = [story(each) for each in rendered.stories[:MAX_STORIES]]
    for shown in range(len(parts), -1, -1):
        said = "\n\n".join([first, *parts[:shown], *_rest(rendered.stories, shown, plain)])
        if size(said) <= room:
            return said
    return first


def _rest(stories: Sequence[Told], shown: int, plain: Callable[[str], str]) -> list[str]:
    left = len(stories) - shown
    return [plain(f"and {left} more")] if left else []


def _cut(
    first: str, text: str, plain: Callable[[str], str], room: int, size: Callable[[str], int]
) -> str:
    kept = len(text)
    while kept > 0:
        body = plain(text if kept == len(text) else text[:kept].rstrip() + "…")
        said = f"{first}\n\n{body}"
        over = size(said) - room
        if over <= 0:
            return said
        kept -= max(over, 16)
    return first
