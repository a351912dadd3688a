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
from supplierwatch.desk.page import Page, PageRequest, PageResponse, read_number
from supplierwatch.desk.reading.archive_queries import LONGEST, compile_text
from supplierwatch.desk.reading.facet_links import show_bars, show_facets
from supplierwatch.desk.reading.faceted_search import (
    FacetedResult,
    read_stories,
    search_with_facets,
)
from supplierwatch.desk.reading.narrowing import NOTHING, Narrowing, build_address, read_narrowing
from supplierwatch.formatting.hits import excerpt_of, mark_title
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

LIMIT = 50  # hits of a page
PERIODS = {"": None, "7": 7, "30": 30, "365": 365}
SORTS = ("date", "relevance")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """The values of the search form: the query as written, the facets chosen, and the order."""

    text: str
    narrowing: Narrowing
    days: str
    sort: str

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a query nor a facet."""
        return not self.text and self.narrowing == NOTHING

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the address that shows it."""
        sort = "" if self.sort == "date" else self.sort
        return {"q": self.text, "days": self.days, "sort": sort} | self.narrowing.parameters()


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRow:
    """A hit: its item with the title and the sentence that matched, and its story."""

    hit: SearchHit
    title: tuple[Segment, ...]
    field: str
    sentence: tuple[Segment, ...]
    story: StoryFacts | None


def read_search_form(request: PageRequest) -> SearchForm:
    """Read the search form from the parameters of the address."""
    wired = request.source.wired
    days, sort = request.values.get("days", ""), request.values.get("sort", "date")
    return SearchForm(
        text=request.values.get("q", "").strip()[:LONGEST],
        narrowing=read_narrowing(request.values, wired.suppliers, wired.source_names),
        days=days if days in PERIODS else "",
        sort=sort if sort in SORTS else "date",
    )


def find(request: PageRequest, search_form: SearchForm) -> tuple[Query, FacetedResult]:
    """Search the archive by a form; return the query as written, and the results.

    Raises:
        QueryError: the query as written cannot be used.
    """
    plain = compile_text(request.source, search_form.text) if search_form.text else None
    narrowed = search_form.narrowing.query(search_form.text)
    query = compile_text(request.source, narrowed)
    length = PERIODS[search_form.days]
    result = search_with_facets(
        request.source,
        query,
        order="relevance" if search_form.sort == "relevance" else "date",
        since=None if length is None else request.now - timedelta(days=length),
    )
    return plain or query, result


def search(request: PageRequest) -> PageResponse:
    """Show the form, and the hits of a query."""
    search_form = read_search_form(request)
    values: dict[str, Any] = {
        "search_form": search_form,
        "periods": PERIODS,
        "error": None,
        "query": None,
        "found": None,
        "hits": (),
        "limit": LIMIT,
        "names": request.source.context.names,
        "may_edit": request.user.role.includes(Role.EDITOR),
    }
    if search_form.is_empty:
        return PageResponse(template="reading/search.html", values=values)
    try:
        query, found = find(request, search_form)
    except QueryError as error:
        return PageResponse(
            template="reading/search.html", status=400, values=values | {"error": error}
        )
    page = max(1, read_number(request.values.get("page", "1"), digits=4) or 1)
    pages = max(1, -(-len(found.hits) // LIMIT))
    page = min(page, pages)
    shown = found.locate(request.source, found.hits[(page - 1) * LIMIT : page * LIMIT])
    stories = read_stories(request.source, shown)
    watch = replace(search_form.narrowing, first=None, last=None).query(
        search_form.text, dates=False
    )
    return PageResponse(
        template="reading/search.html",
        values=values
        | {
            "query": query,
            "found": found,
            "hits": [_show_hit(hit, stories) for hit in shown],
            "page": page,
            "pages": pages,
            "facets": show_facets(
                request, search_form.parameters, search_form.narrowing, found.facets
            ),
            "bars": show_bars(search_form.parameters, found.facets.dates),
            "chosen": _list_chosen(request, search_form),
            "clear": build_address("/search", {"q": search_form.text, "sort": search_form.sort}),
            "aside": _link_aside(found.aside),
            "save": build_address("/new-watch", {"q": watch}),
            "pager": {
                n: build_address("/search", search_form.parameters | {"page": str(n)})
                for n in (page - 1, page + 1)
                if 1 <= n <= pages
            },
            "exports": {
                form: build_address("/search/export", search_form.parameters | {"form": form})
                for form in ("csv", "jsonl", "atom")
            },
            "back": build_address("/search", search_form.parameters),
        },
    )


def parse_state(request: PageRequest) -> PageResponse:
    """Show whether a query is valid, while it is being typed: a fragment of the page."""
    text = request.values.get("q", "").strip()[:LONGEST]
    values: dict[str, Any] = {"error": None, "query": None}
    if text:
        try:
            values["query"] = compile_text(request.source, text)
        except QueryError as error:
            values["error"] = error
    return PageResponse(template="reading/parse-state.html", values=values)


def _link_aside(hint: AsideHint | None) -> tuple[AsideHint, str] | None:
    """Return the hint about text that was set aside, with the address that shows it."""
    return None if hint is None else (hint, build_address("/search", {"q": hint.query}))


def _list_chosen(request: PageRequest, search_form: SearchForm) -> list[tuple[str, str]]:
    """Return (words, address without it) for each facet that is chosen."""
    narrowing, context = search_form.narrowing, request.source.context
    values: Mapping[str, str] = {
        "supplier": context.supplier_names.get(narrowing.supplier, narrowing.supplier),
        "source": context.names.source(narrowing.source) if narrowing.source else "",
        "kind": narrowing.kind,
        "site": narrowing.site,
        "lang": narrowing.lang,
    }
    chosen = [
        (f"{_(name)}: {value}", narrowing.without(name)) for name, value in values.items() if value
    ]
    if narrowing.first or narrowing.last:
        first, last = narrowing.first or _("the beginning"), narrowing.last or _("today")
        chosen.append(
            (
                _("dated %(first)s to %(last)s", first=first, last=last),
                narrowing.without("first", "last"),
            )
        )
    return [
        (words, build_address("/search", replace(search_form, narrowing=rest).parameters))
        for words, rest in chosen
    ]


def _show_hit(hit: SearchHit, stories: Mapping[int, StoryFacts]) -> HitRow:
    excerpt = excerpt_of(hit.item, hit.spans)
    return HitRow(
        hit=hit,
        title=mark_title(hit.item, hit.spans),
        field="" if excerpt is None else excerpt.field,
        sentence=() if excerpt is None else excerpt.segments,
        story=stories.get(hit.item.story_id),
    )


PAGES = (
    Page(path="/search", handler=search, role=Role.READER, nav=mark_text("Search"), order=2),
    Page(path="/search/state", handler=parse_state, role=Role.READER),
)
