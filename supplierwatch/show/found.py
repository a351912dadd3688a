"""What a search found: title, outlet, date, and the sentence that hit."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.status import Status
from rich.text import Text

from alerts.paging import page_address
from alerts.stated import MAX_STATED, stated
from supplierwatch.show.console import clean, console, plural, print_indented
from supplierwatch.show.hits import page_hit, pages_words, sentence_of, title_of
from supplierwatch.show.problems import print_query_warnings
from supplierwatch.show.shapes import item_json, why_json
from supplierwatch.show.times import day, iso

if TYPE_CHECKING:
    from alerts.archive import Hit, Looked
    from alerts.query import Query

NEVER_SHOWN = 3  # pages of a search that is over sooner than a line could be read


class Looking:
    """A line on standard error that says how far a search is, where a person watches."""

    def __init__(self, *, shown: bool) -> None:
        screen = console(stderr=True)
        self._status = Status("", console=screen) if shown and screen.is_terminal else None
        self._pages = 0

    def __enter__(self) -> Looking:
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


def print_looked(
    screen: Console,
    looked: Looked,
    query: Query,
    names: Mapping[str, str],
    seconds: float,
) -> None:
    """The hits in their order, and how far the search went in the seconds that it had."""
    print_query_warnings(console(stderr=True), query)
    for hit in looked.hits:
        print_hit(screen, hit, names)
        screen.print()
    screen.print(Text(summary(looked, seconds), "bold" if looked.hits else "yellow"))
    screen.print(Text(f"Looked for: {query.paraphrase}", "dim"))


def summary(looked: Looked, seconds: float) -> str:
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


def _went_back(looked: Looked) -> bool:
    return looked.order == "date" and looked.oldest is not None


def print_hit(screen: Console, hit: Hit, names: Mapping[str, str]) -> None:
    """One item: title, where and when, address, the sentence."""
    item = hit.item
    screen.print(title_of(item, hit.spans))
    outlet = clean(names.get(item.source_key, item.source_key))
    facts = [outlet, day(item.published_at or item.first_seen_at)]
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


def looked_json(looked: Looked, query: Query, names: Mapping[str, str]) -> dict[str, Any]:
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
            {**item_json(hit.item, names), "why": why_json(hit.item, hit.spans)}
            for hit in looked.hits
        ],
    }
