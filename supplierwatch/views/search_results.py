"""What a search found: title, outlet, date, and the sentence that hit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.status import Status
from rich.text import Text

from alerts.digest.syndication_text import story_lines
from alerts.messages.wording import listed
from alerts.text.notice_summary import MAX_STATED, stated
from alerts.text.page_numbers import page_address
from supplierwatch.formatting.console import clean, console, plural, print_indented
from supplierwatch.formatting.hits import page_hit, pages_words, sentence_of, title_of
from supplierwatch.formatting.shapes import item_json, why_json
from supplierwatch.formatting.times import clock, day, iso
from supplierwatch.views.problems import print_query_warnings

if TYPE_CHECKING:
    from alerts.digest.syndication import StoryFacts
    from alerts.query import Query
    from alerts.search.archive_search import SearchHit, SearchResult
    from storage.model import StoredItem

MAX_ALSO = 5
NEVER_SHOWN = 3  # pages of a search that is over sooner than a line could be read


class SearchProgress:
    """A line on standard error that says how far a search is, where a person watches."""

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
        """A page of items has been looked at."""
        self._pages += 1
        if self._status is not None and self._pages > NEVER_SHOWN:
            self._status.update(f"{looked:,} items looked at, {found:,} found")
            self._status.start()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchContext:
    """What is known beside the hits: the names of sources, and the stories told by several."""

    names: Mapping[str, str]
    stories: Mapping[int, StoryFacts]

    def name(self, source_key: str) -> str:
        """What a source is called."""
        return clean(self.names.get(source_key, source_key))


def print_looked(
    screen: Console,
    looked: SearchResult,
    query: Query,
    known: SearchContext,
    seconds: float,
) -> None:
    """The hits in their order, and how far the search went in the seconds that it had."""
    print_query_warnings(console(stderr=True), query)
    for hit in looked.hits:
        print_hit(screen, hit, known)
        screen.print()
    screen.print(Text(summary(looked, seconds), "bold" if looked.hits else "yellow"))
    screen.print(Text(f"Looked for: {query.paraphrase}", "dim"))


def summary(looked: SearchResult, seconds: float) -> str:
    """How many, out of how many, and whether there may be more."""
    over = f"{plural(looked.looked_at, 'item')} looked at"
    if looked.stopped == "limit":
        first = "newest" if looked.order == "date" else "most telling"
        return f"At least {len(looked.hits):,} found ({over}, {first} first; --limit shows more)."
    if looked.stopped == "time":
        count = f"At least {len(looked.hits):,}" if looked.hits else "Nothing"
        back = f": looked back to {day(looked.oldest)}" if _went_back(looked) else ""
        more = f"--deadline {max(10, round(seconds * 10))} looks further"
        return f"{count} found in {seconds:g} seconds{back} ({over}); {more}."
    if looked.nothing_stored:
        return "The archive is empty." if looked.since is None else "Nothing was stored since then."
    found = plural(len(looked.hits), "item") if looked.hits else "Nothing"
    return f"{found} found ({over})."


def _went_back(looked: SearchResult) -> bool:
    return looked.order == "date" and looked.oldest is not None


def print_hit(screen: Console, hit: SearchHit, known: SearchContext) -> None:
    """One item: title, where and when, address, the sentence, and who else has the story."""
    item = hit.item
    screen.print(title_of(item, hit.spans))
    facts = [known.name(item.source_key), day(item.published_at or item.first_seen_at)]
    if item.thin_reason:
        facts.append("headline and teaser only")
    if on := pages_words(item, hit.spans):
        facts.append(on)
    screen.print(Text("  " + " · ".join(facts), "cyan"))
    if item.url:
        # on one line even where it is too long: a cut address cannot be opened
        address = page_address(item.url, page_hit(item, hit.spans))
        screen.print(Text("  " + clean(address), "dim"), soft_wrap=True)
    if said := stated(item):
        print_indented(screen, Text(clean(said, MAX_STATED)))
    sentence = sentence_of(item, hit.spans)
    if sentence is not None:
        field, text = sentence
        label = Text(f"{field}: ", "dim") if field in ("comments", "author", "url") else Text()
        print_indented(screen, label + text)
    story = known.stories.get(item.story_id)
    for said in _story_lines(item, story, known):
        print_indented(screen, Text(said, "dim"))


def _story_lines(
    item: StoredItem, story: StoryFacts | None, known: SearchContext
) -> tuple[str, ...]:
    if story is None:
        return ()
    keys = dict.fromkeys(one.source_key for one in story.carriages if one.item_id != item.item_id)
    also = f"Also in {listed([known.name(key) for key in keys], MAX_ALSO)}"
    return (also, *story_lines(story, item.item_id, known.name, clock))


def looked_json(looked: SearchResult, query: Query, known: SearchContext) -> dict[str, Any]:
    """`search --json` and `watches try --json`."""
    return {
        "query": query.canonical,
        "paraphrase": query.paraphrase,
        "warnings": [warning.message for warning in query.warnings],
        "looked_at": looked.looked_at,
        "complete": looked.complete,
        "stopped": looked.stopped,
        "looked_back_to": iso(looked.oldest) if _went_back(looked) else None,
        "since": iso(looked.since),
        "found": [
            {
                **item_json(hit.item, known.names),
                "why": why_json(hit.item, hit.spans),
                "story": _story_json(hit.item, known),
            }
            for hit in looked.hits
        ],
    }


def _story_json(item: StoredItem, known: SearchContext) -> dict[str, object] | None:
    story = known.stories.get(item.story_id)
    return None if story is None else story.record()
