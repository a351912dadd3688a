"""Jobs on the wire."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.fetch_errors import InvalidJob
from crawler.jobs.job import CrawlJob, from_json, to_json
from tests.support.crawls import a_source, crawl_settings


def a_job() -> CrawlJob:
    return CrawlJob(
        run_id="r1",
        database_url="postgresql://watch:secret@db/watch",
        sources=(
            a_source("a", "https://a.example/feed", language="cy", verify_tls=False),
            a_source("b", 'https://b.example/ö?x="1"\n', min_every=timedelta(seconds=0.5)),
        ),
        crawl=crawl_settings(),
        pages_per_source=50,
        deadline=timedelta(minutes=10),
    )


def test_a_job_survives_the_wire() -> None:
    line = to_json(a_job())
    assert "\n" not in line
    assert from_json(line) == a_job()


@pytest.mark.parametrize("line", ["", "nonsense", "[]", "null", "{}", '{"run_id": "r1"}'])
def test_nonsense_is_refused_with_a_reason(line: str) -> None:
    with pytest.raises(InvalidJob, match="not a crawl job"):
        from_json(line)
