"""Stores publications of the history as polls would: listing, page, text."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.model import (
    Article,
    AsideBlock,
    CrawlReport,
    FetchedPage,
    ProcurementNotice,
    TextState,
)
from storage.rules.identity import content_hash, entry_hash
from storage.store import Unit
from supplierwatch.demo.articles import DemoArticle, Outlet
from supplierwatch.demo.designs import page_of
from supplierwatch.demo.history.timeline import Publication
from supplierwatch.demo.server import DemoResponse, Newsroom, Site

LEASE = timedelta(minutes=5)
RUN = "history"


class Publisher:
    """Stores publications, and serves their pages at the address that the archive names.

    Args:
        room: whose sites serve the pages.
        places: source -> outlet at whose site it is served.
        begin: when the history begins.
    """

    def __init__(self, room: Newsroom, places: dict[str, str], begin: datetime) -> None:
        sites = {site.outlet.key: site for site in room.sites}
        self._sites: dict[str, Site] = sites | {key: sites[at] for key, at in places.items()}
        self._begin = begin

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of all sources."""
        return tuple(self._sites)

    def publish(self, unit: Unit, publication: Publication, now: datetime, *, old: bool) -> int:
        """Store a publication that is found now; return the id of its item.

        Args:
            unit: a transaction.
            publication: what is published.
            now: when the poll finds it.
            old: whether it was there before the source was first polled.
        """
        site = self._sites[publication.source]
        at = self._begin + timedelta(minutes=publication.minute)
        path = f"/{publication.source}/{publication.slug}.html"
        body = page_of(_to_demo_article(publication, at), site.outlet).encode()
        site.documents[path] = DemoResponse(200, "text/html; charset=utf-8", body)
        address = site.base + path
        article = _to_article(publication, site.outlet, address, at, now)
        item_id = unit.items.put(article, now=now, baseline=old).item_id
        page = FetchedPage(
            requested_url=address,
            final_url=address,
            status=200,
            content_type="text/html; charset=utf-8",
            body=body,
            etag=None,
            last_modified=None,
            fetched_at=now,
            headers=(("Content-Type", "text/html; charset=utf-8"), ("X-Made-For", "the demo")),
        )
        unit.captures.put(item_id, publication.revision, page, with_body=True)
        return item_id

    def report_poll(
        self, unit: Unit, source: str, now: datetime, *, found: int, next_at: datetime, error: str
    ) -> None:
        """Record a poll of a source; with `error`, one that failed."""
        unit.sources.claim_due(
            now, limit=1, owner=RUN, lease=LEASE, keys=[source], even_if_not_due=True
        )
        unit.sources.finish(
            CrawlReport(
                source_key=source,
                run_id=RUN,
                started_at=now,
                finished_at=now,
                outcome="failed" if error else "ok",
                http_status=500 if error else 200,
                listed=0 if error else 12,
                new=found,
                read=found,
                duplicate=0 if error else 12 - min(found, 12),
                errors=(error,) if error else (),
            ),
            next_at=next_at,
            validators=None,
            baseline_done=not error,
        )


def _to_demo_article(publication: Publication, at: datetime) -> DemoArticle:
    story = publication.story
    return DemoArticle(
        id=story.slug,
        wave=1,
        title=publication.text.title,
        author=story.author,
        date=at,
        teaser=story.teaser,
        paragraphs=tuple(publication.text.body.split("\n")),
        watches=frozenset(),
    )


def _to_article(
    publication: Publication, outlet: Outlet, address: str, at: datetime, now: datetime
) -> Article:
    story, text = publication.story, publication.text
    revised = publication.revision > 1
    return Article(
        source_key=publication.source,
        kind="release" if outlet.press_of and story.kind == "news" else story.kind,
        url=address,
        alias_urls=(),
        guid=publication.slug,
        title=text.title,
        authors=(story.author,) if story.author else (),
        published_at=at if not revised else at - timedelta(minutes=(story.edit or (0,))[0]),
        published_raw=None,
        language=story.language,
        summary=story.teaser,
        body=text.body,
        comments="",
        text_state=TextState.FULL,
        thin_reason=None,
        content_hash=content_hash(text.title, text.body),
        entry_hash=entry_hash(text.title, story.teaser, str(publication.revision)),
        fetched_at=now,
        notice=_build_notice(publication, at) if story.kind == "tender" else None,
        asides=tuple(AsideBlock(rule=rule, text=text) for rule, text in story.asides),
    )


def _build_notice(publication: Publication, at: datetime) -> ProcurementNotice:
    story = publication.story
    awarded = publication.revision > 1
    return ProcurementNotice(
        buyers=(story.buyer,),
        suppliers=("Meridian Ledger Health",) if awarded else (),
        value=story.value,
        currency="GBP",
        deadline=at + timedelta(days=story.deadline_in) if not awarded else None,
        facts=(("Stage", "Award" if awarded else "Tender"),),
    )
