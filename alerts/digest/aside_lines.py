"""Folds matches in the text around articles: one line for each watch. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.digest.entry import Names, WatchWords
from alerts.text.sanitize import line, shorten, web_link
from alerts.text.sentences import Excerpt, best_excerpt
from storage.mentions.asides import Aside
from storage.model import Span
from storage.rules.aside_rules import rule_in_words

MAX_EXCERPT = 160  # characters
MAX_HEADLINE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideLine:
    """The matches of one watch in text around articles, by the newest of them.

    `headline`, `link` and `outlet` are those of an article around which the text stands; `reason`
    says why the text is no part of it. `others` counts further texts, `other_outlets` names where.
    """

    watch: WatchWords
    excerpt: Excerpt | None
    headline: str
    link: str | None
    outlet: str
    reason: str
    others: int
    other_outlets: tuple[str, ...]


def fold_asides(asides: Sequence[Aside], names: Names) -> tuple[AsideLine, ...]:
    """Return one line for each watch, in the order of the watches."""
    order = {key: at for at, key in enumerate(names.watches)}
    grouped: dict[str, dict[int, Aside]] = {}
    for aside in asides:
        grouped.setdefault(aside.watch_key, {})[aside.aside_id] = aside
    keys = sorted(grouped, key=lambda key: order.get(key, len(order)))
    return tuple(_fold(list(grouped[key].values()), names) for key in keys)


def _fold(asides: Sequence[Aside], names: Names) -> AsideLine:
    newest, *others = sorted(asides, key=lambda one: (one.created_at, one.aside_id), reverse=True)
    text = newest.block.text
    spans = [Span("aside", start, end) for start, end in newest.spans]
    sources = dict.fromkeys(other.source_key for other in others)
    return AsideLine(
        watch=names.watch(newest.watch_key),
        excerpt=best_excerpt("aside", text, spans, limit=MAX_EXCERPT),
        headline=shorten(line(newest.item.title), MAX_HEADLINE),
        link=web_link(newest.item.url),
        outlet=names.source(newest.source_key),
        reason=rule_in_words(newest.block.rule),
        others=len(others),
        other_outlets=tuple(names.source(key) for key in sources),
    )
