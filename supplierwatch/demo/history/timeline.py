"""Puts stories, copies and edits in the order in which outlets publish them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from supplierwatch.demo.history.scripted import MadeStory, MadeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An outlet publishes a text: a story of its own, a copy, or an edit of either.

    `minute`: minutes after the beginning. `revision` is 2 for an edit.
    """

    minute: int
    source: str
    slug: str
    text: MadeText
    story: MadeStory
    revision: int = 1


def arrange(stories: Iterable[MadeStory], *, until: int) -> tuple[Publication, ...]:
    """List the publications of the first `until` minutes, in order of time."""
    found = [one for story in stories for one in _list_publications(story) if one.minute <= until]
    return tuple(sorted(found, key=lambda one: (one.minute, one.slug, one.source)))


def _list_publications(story: MadeStory) -> Iterable[Publication]:
    def publish(minute: int, source: str, text: MadeText, revision: int = 1) -> Publication:
        return Publication(
            minute=minute,
            source=source,
            slug=story.slug,
            text=text,
            story=story,
            revision=revision,
        )

    yield publish(story.minute, story.source, story.text)
    for source, later in story.copies:
        yield publish(story.minute + later, source, story.text)
    if story.edit is not None:
        later, text = story.edit
        yield publish(story.minute + later, story.source, text, revision=2)
