"""Output of `search`: title, outlet, date, and the sentence that matched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.status import Status
from rich.text import Text

from alerts.digest.syndication_text import story_lines
from alerts.messages.formats import listed
from alerts.text.notice_summary import MAX_SUMMARY, summarise_notice
from alerts.text.page_numbers import page_address
from supplierwatch.formatting.console import clean, console, plural, print_indented
from supplierwatch.formatting.hits import (
    aside_rules_hit,
    page_hit,
    pages_words,
    sentence_of,
    title_of,
)
from supplierwatch.formatting.times import clock, day
from supplierwatch.views.problems import print_query_warnings

if TYPE_CHECKING:
    from alerts.digest.syndication import StoryFacts
    from alerts.query import Query
    from alerts.search.archive_search import SearchHit, SearchResult
    from alerts.search.aside_hint import AsideHint
    from storage.model import StoredItem

MAX_ALSO = 5
LABELLED = ("comments", "aside", "author", "url")
PAGES_BEFORE_SHOWN = 3  # a shorter search ends before anyone could read a status line


class SearchProgress:
    """A status line on standard error, shown only on a terminal."""

    def __init__(self, *, shown: bool) -> None:
        screen = console(stderr=True)
        self._status = Status("", console=screen) if shown and screen.is_terminal else None
        self._pages = 0

    def __enter__(self) -> SearchProgress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def take(self, looked: int, found: int) -> None:
        """Update the status line after a page of items.

        Args:
            looked: items examined so far.
            found: items matched so far.
        """
        self._pages += 1
        if self._status is not None and self._pages > PAGES_BEFORE_SHOWN:
            self._status.update(f"{looked:,} items searched, {found:,} found")
            self._status.start()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchContext:
    """Names of sources, and the stories that several items belong to, by story id.

    `aside`: how many more items match in text that was set aside.
    """

    names: Mapping[str, str]
    stories: Mapping[int, StoryFacts]
    aside: AsideHint | None = None

    def name(self, source_key: str) -> str:
        """Return the display name of a source."""
        return clean(self.names.get(source_key, source_key))


def print_results(
    screen: Console,
    result: SearchResult,
    query: Query,
    context: SearchContext,
    seconds: float,
) -> None:
    """Print the hits in their order and a summary. `seconds`: the time limit of the search."""
    print_query_warnings(console(stderr=True), query)
    for hit in result.hits:
        print_hit(screen, hit, context)
        screen.print()
    screen.print(Text(summary(result, seconds), "bold" if result.hits else "yellow"))
    if context.aside is not None:
        screen.print(Text(aside_line(context.aside)), soft_wrap=True)
    screen.print(Text(f"Searched for: {query.paraphrase}", "dim"))


def aside_line(aside: AsideHint) -> str:
    """Say how many more items match in text that was set aside, and how to see them."""
    least = "" if aside.complete else "At least "
    return f"{least}{aside.found:,} more in text set aside from pages: search {clean(aside.query)}"


def summary(result: SearchResult, seconds: float) -> str:
    """Summarise how many items were found and are stored, and whether there may be more."""
    over = f"{plural(result.stored, 'item')} stored"
    if result.since is not None:
        over += " since then"
    if result.stopped == "limit":
        first = "newest" if result.order == "date" else "most relevant"
        return f"At least {len(result.hits):,} found ({over}, {first} first; --limit shows more)."
    if result.stopped == "time":
        count = f"At least {len(result.hits):,}" if result.hits else "Nothing"
        back = f": searched back to {day(result.oldest)}" if _has_searched_back(result) else ""
        more = f"--deadline {max(10, round(seconds * 10))} searches further"
        looked = f"{plural(result.looked_at, 'item')} searched"
        if result.stored:
            looked += f" of {result.stored:,} stored"
        return f"{count} found in {seconds:g} seconds{back} ({looked}); {more}."
    if result.nothing_stored:
        return "The archive is empty." if result.since is None else "Nothing was stored since then."
    found = plural(len(result.hits), "item") if result.hits else "Nothing"
    return f"{found} found ({over})."


def _has_searched_back(result: SearchResult) -> bool:
    return result.order == "date" and result.oldest is not None


def print_hit(screen: Console, hit: SearchHit, context: SearchContext) -> None:
    """Print one item: title, outlet, date, URL, sentence, and other outlets with the story."""
    item = hit.item
    screen.print(title_of(item, hit.spans))
    facts = [context.name(item.source_key), day(item.published_at or item.first_seen_at)]
    if item.thin_reason:
        facts.append("headline and teaser only")
    if on := pages_words(item, hit.spans):
        facts.append(on)
    screen.print(Text("  " + " · ".join(facts), "cyan"))
    if item.url:
        # never wrapped: a broken URL cannot be opened
        address = page_address(item.url, page_hit(item, hit.spans))
        screen.print(Text("  " + clean(address), "dim"), soft_wrap=True)
    if statement := summarise_notice(item):
        print_indented(screen, Text(clean(statement, MAX_SUMMARY)))
    sentence = sentence_of(item, hit.spans)
    if sentence is not None:
        field, text = sentence
        label = Text(f"{field}: ", "dim") if field in LABELLED else Text()
        print_indented(screen, label + text)
    for rule in aside_rules_hit(item, hit.spans):
        print_indented(screen, Text(f"cut from the page: {clean(rule)}", "dim"))
    story = context.stories.get(item.story_id)
    for line in _story_lines(item, story, context):
        print_indented(screen, Text(line, "dim"))


def _story_lines(
    item: StoredItem, story: StoryFacts | None, context: SearchContext
) -> tuple[str, ...]:
    if story is None:
        return ()
    keys = dict.fromkeys(
        one.source_key for one in story.outlet_items if one.item_id != item.item_id
    )
    also = f"Also in {listed([context.name(key) for key in keys], MAX_ALSO)}"
    return (also, *story_lines(story, item.item_id, context.name, clock))
