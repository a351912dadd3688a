"""Search the archive in the watch language, narrow it by facets, save it as a watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from alerts.digest.syndication import StoryFacts
from alerts.query import Query, QueryError
from alerts.search.archive_search import SearchHit
from alerts.search.aside_hint import AsideHint
from alerts.text.sentences import Segment
from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit, read_number
from supplierwatch.desk.reading.archive_queries import LONGEST, compile_text
from supplierwatch.desk.reading.facet_links import show_bars, show_facets
from supplierwatch.desk.reading.faceted_search import (
    FacetedResult,
    read_stories,
    search_with_facets,
)
from supplierwatch.desk.reading.narrowing import NOTHING, Narrowing, address_of, read_narrowing
from supplierwatch.formatting.hits import excerpt_of, mark_title

LIMIT = 50  # hits of a page
PERIODS = {"": None, "7": 7, "30": 30, "365": 365}
SORTS = ("date", "relevance")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWish:
    """What is looked for: the query as written, what it is narrowed to, and in which order."""

    text: str
    narrowing: Narrowing
    days: str
    sort: str

    @property
    def empty(self) -> bool:
        """Whether nothing is looked for."""
        return not self.text and self.narrowing == NOTHING

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the address that shows it."""
        sort = "" if self.sort == "date" else self.sort
        return {"q": self.text, "days": self.days, "sort": sort} | self.narrowing.parameters()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHit:
    """A hit: its item with the title and the sentence that matched, and its story."""

    hit: SearchHit
    title: tuple[Segment, ...]
    field: str
    sentence: tuple[Segment, ...]
    story: StoryFacts | None


def read_wish(visit: Visit) -> SearchWish:
    """Read what is looked for from the parameters."""
    wired = visit.source.wired
    days, sort = visit.values.get("days", ""), visit.values.get("sort", "date")
    return SearchWish(
        text=visit.values.get("q", "").strip()[:LONGEST],
        narrowing=read_narrowing(visit.values, wired.suppliers, wired.source_names),
        days=days if days in PERIODS else "",
        sort=sort if sort in SORTS else "date",
    )


def find(visit: Visit, wish: SearchWish) -> tuple[Query, FacetedResult]:
    """Search for what is wished.

    Raises:
        QueryError: the query as written cannot be used.
    """
    plain = compile_text(visit.source, wish.text) if wish.text else None
    narrowed = wish.narrowing.query(wish.text)
    query = compile_text(visit.source, narrowed)
    length = PERIODS[wish.days]
    result = search_with_facets(
        visit.source,
        query,
        order="relevance" if wish.sort == "relevance" else "date",
        since=None if length is None else visit.now - timedelta(days=length),
    )
    return plain or query, result


def search(visit: Visit) -> Shown:
    """Show the form, and the hits of a query."""
    wish = read_wish(visit)
    values: dict[str, Any] = {
        "wish": wish,
        "periods": PERIODS,
        "error": None,
        "query": None,
        "found": None,
        "hits": (),
        "limit": LIMIT,
        "names": visit.source.context.names,
        "may_edit": visit.user.role.includes(Role.EDITOR),
    }
    if wish.empty:
        return Shown(template="reading/search.html", values=values)
    try:
        query, found = find(visit, wish)
    except QueryError as error:
        return Shown(template="reading/search.html", status=400, values=values | {"error": error})
    page = max(1, read_number(visit.values.get("page", "1"), digits=4) or 1)
    pages = max(1, -(-len(found.hits) // LIMIT))
    page = min(page, pages)
    shown = found.locate(visit.source, found.hits[(page - 1) * LIMIT : page * LIMIT])
    stories = read_stories(visit.source, shown)
    watch = replace(wish.narrowing, first=None, last=None).query(wish.text, dates=False)
    return Shown(
        template="reading/search.html",
        values=values
        | {
            "query": query,
            "found": found,
            "hits": [_show_hit(hit, stories) for hit in shown],
            "page": page,
            "pages": pages,
            "facets": show_facets(visit, wish.parameters, wish.narrowing, found.facets),
            "bars": show_bars(wish.parameters, found.facets.dates),
            "chosen": _list_chosen(visit, wish),
            "clear": address_of("/search", {"q": wish.text, "sort": wish.sort}),
            "aside": _link_aside(found.aside),
            "save": address_of("/new-watch", {"q": watch}),
            "pager": {
                n: address_of("/search", wish.parameters | {"page": str(n)})
                for n in (page - 1, page + 1)
                if 1 <= n <= pages
            },
            "exports": {
                form: address_of("/search/export", wish.parameters | {"form": form})
                for form in ("csv", "jsonl", "atom")
            },
            "back": address_of("/search", wish.parameters),
        },
    )


def parse_state(visit: Visit) -> Shown:
    """Show whether a query can be used, while it is being written: a part of the page."""
    text = visit.values.get("q", "").strip()[:LONGEST]
    values: dict[str, Any] = {"error": None, "query": None}
    if text:
        try:
            values["query"] = compile_text(visit.source, text)
        except QueryError as error:
            values["error"] = error
    return Shown(template="reading/parse-state.html", values=values)


def _link_aside(hint: AsideHint | None) -> tuple[AsideHint, str] | None:
    """Return the hint about text that was set aside, with the address that shows it."""
    return None if hint is None else (hint, address_of("/search", {"q": hint.query}))


def _list_chosen(visit: Visit, wish: SearchWish) -> list[tuple[str, str]]:
    """Return (words, address without it) for each facet that is chosen."""
    narrowing, context = wish.narrowing, visit.source.context
    said: Mapping[str, str] = {
        "supplier": context.supplier_names.get(narrowing.supplier, narrowing.supplier),
        "source": context.names.source(narrowing.source) if narrowing.source else "",
        "kind": narrowing.kind,
        "site": narrowing.site,
        "lang": narrowing.lang,
    }
    chosen = [
        (f"{name}: {value}", narrowing.without(name)) for name, value in said.items() if value
    ]
    if narrowing.first or narrowing.last:
        first, last = narrowing.first or "the beginning", narrowing.last or "today"
        chosen.append((f"dated {first} to {last}", narrowing.without("first", "last")))
    return [
        (words, address_of("/search", replace(wish, narrowing=rest).parameters))
        for words, rest in chosen
    ]


def _show_hit(hit: SearchHit, stories: Mapping[int, StoryFacts]) -> ShownHit:
    excerpt = excerpt_of(hit.item, hit.spans)
    return ShownHit(
        hit=hit,
        title=mark_title(hit.item, hit.spans),
        field="" if excerpt is None else excerpt.field,
        sentence=() if excerpt is None else excerpt.segments,
        story=stories.get(hit.item.story_id),
    )


PAGES = (
    Page(path="/search", answer=search, role=Role.READER, nav="Search", order=2),
    Page(path="/search/state", answer=parse_state, role=Role.READER),
)
