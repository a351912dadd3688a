"""Search the archive in the watch language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from alerts.digest.syndication import StoryFacts
from alerts.query import QueryError
from alerts.search.archive_search import SearchHit
from alerts.text.sentences import Segment
from storage.model import Role
from supplierwatch.desk.archive_queries import LONGEST, compile_text, search_stories
from supplierwatch.desk.page import Page, Shown, Visit
from supplierwatch.formatting.hits import excerpt_of, mark_title

LIMIT = 50  # hits of a page
PERIODS = {"": None, "7": 7, "30": 30, "365": 365}
SORTS = ("date", "relevance")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHit:
    """A hit: its item with the title and the sentence that matched, and its story."""

    hit: SearchHit
    title: tuple[Segment, ...]
    field: str
    sentence: tuple[Segment, ...]
    outlet: str
    story: StoryFacts | None


def search(visit: Visit) -> Shown:
    """Show the form, and the hits of a query."""
    text = visit.values.get("q", "").strip()[:LONGEST]
    period = visit.values.get("days", "")
    sort = visit.values.get("sort", "date")
    values = {
        "q": text,
        "days": period if period in PERIODS else "",
        "sort": sort if sort in SORTS else "date",
        "periods": PERIODS,
        "error": None,
        "query": None,
        "result": None,
        "aside": None,
        "hits": (),
        "limit": LIMIT,
        "save": f"/new-watch?{urlencode({'q': text})}",
        "may_edit": visit.user.role.includes(Role.EDITOR),
    }
    if not text:
        return Shown(template="reading/search.html", values=values)
    try:
        query = compile_text(visit.source, text)
    except QueryError as error:
        return Shown(template="reading/search.html", status=400, values=values | {"error": error})
    length = PERIODS[str(values["days"])]
    found = search_stories(
        visit.source,
        query,
        limit=LIMIT,
        since=None if length is None else visit.now - timedelta(days=length),
        order="relevance" if values["sort"] == "relevance" else "date",
    )
    names = visit.source.wired.source_names
    hits = [
        _show_hit(
            hit,
            names.get(hit.item.source_key, hit.item.source_key),
            found.stories.get(hit.item.story_id),
        )
        for hit in found.result.hits
    ]
    return Shown(
        template="reading/search.html",
        values=values
        | {"query": query, "result": found.result, "hits": hits, "aside": found.aside},
    )


def _show_hit(hit: SearchHit, outlet: str, story: StoryFacts | None) -> ShownHit:
    excerpt = excerpt_of(hit.item, hit.spans)
    return ShownHit(
        hit=hit,
        title=mark_title(hit.item, hit.spans),
        field="" if excerpt is None else excerpt.field,
        sentence=() if excerpt is None else excerpt.segments,
        outlet=outlet,
        story=story,
    )


PAGES = (Page(path="/search", answer=search, role=Role.READER, nav="Search", order=2),)
