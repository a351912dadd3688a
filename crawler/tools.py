"""What polls work with: given by the spider of a kind, replaced in tests by fakes with switches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crawler.answers import Fetch
from crawler.events import Emit
from crawler.hosts import Hosts
from crawler.kind import Kind
from crawler.pipelines import Pipeline
from crawler.reading import Reading
from crawler.sites import Sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the polls of one batch share.

    `pages_per_source` bounds how many pages of older entries one poll reads.
    """

    pipeline: Pipeline
    fetch: Fetch
    kind: Kind
    reading: Reading
    clock: Callable[[], datetime]
    random: Callable[[], float]
    emit: Emit
    pages_per_source: int
    run_id: str
    hosts: Hosts
    sites: Sites
