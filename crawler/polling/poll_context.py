"""The dependencies of a poll: storage, fetching, reading, clock and events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crawler.extraction.recurring.site_memories import SiteMemoryStore
from crawler.http.hosts.host_state import HostState
from crawler.http.response import Fetch
from crawler.jobs.events import Emit
from crawler.polling.crawl_storage import CrawlStorage
from crawler.reading.isolated_reading import IsolatedReader
from crawler.spider_base.source_kind import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PollContext:
    """The dependencies of a poll, most of them shared by the polls of one batch.

    `pages_per_source`: the most pages of older entries that one poll reads.
    `random`: returns floats in [0, 1). `clock`: returns aware UTC times.
    """

    storage: CrawlStorage
    fetch: Fetch
    kind: SourceKind
    reading: IsolatedReader
    clock: Callable[[], datetime]
    random: Callable[[], float]
    emit: Emit
    pages_per_source: int
    run_id: str
    hosts: HostState
    sites: SiteMemoryStore
