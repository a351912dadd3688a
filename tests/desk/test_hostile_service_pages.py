"""What strangers write stays text on the pages of sources, subscriptions, messages, service."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from storage.model import CrawlReport, Notification
from supplierwatch.desk import site, static
from supplierwatch.desk.background_jobs.jobs import JobStep, new_job
from supplierwatch.health.recent_errors import RecentErrors
from supplierwatch.service.desk_source import ServiceSource
from supplierwatch.web.server import WebServer
from tests.desk.browser import RunningDesk
from tests.desk.forms import take_up
from tests.desk.hostile_text import HOSTILE, QUOTED, RunningMarkup
from tests.supplierwatch.instance import SOURCES, an_article


def hostile_desk(desk: RunningDesk) -> None:
    """Everything that a stranger can write, written with a hostile text."""
    name = f"name = '''{HOSTILE}'''"
    desk.instance.write("sources.toml", SOURCES.replace('name = "The Ward Ledger"', name))
    take_up(desk)
    desk.instance.stores(an_article("a1", title=f"Halcyon trust {HOSTILE}", summary=HOSTILE))
    now = desk.clock()
    with desk.service.store.transaction() as unit:
        unit.sources.claim_due(now, owner="r", lease=timedelta(hours=1), limit=9)
        unit.sources.finish(
            CrawlReport(
                source_key="ward-ledger", run_id="r", started_at=now, finished_at=now,
                outcome="failed", errors=(HOSTILE,),
            ),
            next_at=now, validators=None, baseline_done=True,
        )  # fmt: skip
        unit.runs.start("r", [HOSTILE], now)
        unit.runs.finish("r", HOSTILE, now)
        unit.quarantine.begin("tell", HOSTILE, now)
        unit.quarantine.fail("tell", HOSTILE, HOSTILE, now)
        unit.outbox.enqueue(
            Notification(
                delivery_key="k", kind="digest", channel=HOSTILE, recipient=HOSTILE,
                subject=HOSTILE, message_id=HOSTILE,
                raw=f"Subject: x\nContent-Type: text/html\n\n{HOSTILE}".encode(),
            ),
            now,
        )  # fmt: skip
        unit.outbox.resend(1, now, by=HOSTILE)
        unit.outbox.pause(HOSTILE, HOSTILE, now)


@pytest.fixture
def errors() -> RecentErrors:
    made = RecentErrors()
    logger = logging.Logger("hostile")
    logger.addHandler(made)
    logger.error("%s", HOSTILE)
    return made


def test_no_text_of_a_stranger_becomes_markup(desk: RunningDesk, errors: RecentErrors) -> None:
    hostile_desk(desk)
    report = {
        "status": "degraded",
        "reasons": [HOSTILE],
        "workers": {
            HOSTILE: {
                "seconds_ago": 1, "busy_seconds": 1, "limit_seconds": 1, "failures": 1,
                "error": HOSTILE,
            }
        },
        "waiting": {HOSTILE: {"count": 1, "oldest_seconds": 1, "normal_seconds": 1}},
        "channels_failing": [{"channel": "email", "messages": 1, "since": "", "cause": HOSTILE}],
    }  # fmt: skip
    source = ServiceSource(desk.service, lambda: report, {}, errors)
    server = WebServer(lambda: report, listen="127.0.0.1:0", desk=site.routes(source))
    server.start()
    assert server.address is not None
    desk.address = server.address
    browser = desk.browser("operator")
    job = new_job("doctor", HOSTILE, HOSTILE, HOSTILE, desk.clock())
    source.jobs.start(job, lambda report: report(JobStep(name=HOSTILE, ok=False, lines=(HOSTILE,))))
    paths = [
        "/sources", "/sources/ward-ledger", "/sources/ward-ledger/edit",
        "/sources/ward-ledger/remove", f"/sources/{QUOTED}", f"/sources?show={QUOTED}",
        f"/new-source?address={QUOTED}", f"/new-source/choose?job={QUOTED}&option=0", "/opml",
        f"/jobs/{job.job_id}", f"/jobs/{QUOTED}", "/subscriptions", "/subscriptions/morning",
        "/subscriptions/morning/edit", "/subscriptions/morning/preview",
        f"/subscriptions/{QUOTED}", "/new-subscription", "/messages", f"/messages?state={QUOTED}",
        f"/messages?before={QUOTED}", "/messages/1", "/messages/1/shown", "/channels",
        "/set-aside", f"/set-aside?tried={QUOTED}", "/operator",
    ]  # fmt: skip
    for path in paths:
        page = browser.ask(path)
        assert page.code in (200, 404), path
        markup = RunningMarkup()
        markup.feed(page.text)
        shown = [one for one in markup.found if not (path.endswith("/shown") and one == "img")]
        assert shown == [], path
        assert "72640987" not in page.text, path
    server.stop()


def test_a_form_with_hostile_values_shows_them_as_text(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    csrf = browser.ask("/sources").csrf
    fields = {
        "/new-source": ("address",),
        "/new-source/save": ("key", "name", "url", "kind", "every", "select_entry"),
        "/new-subscription": ("key", "to", "cadence", "timezone", "watches", "quiet_hours"),
    }
    for path, names in fields.items():
        page = browser.ask(path, {"csrf": csrf} | dict.fromkeys(names, HOSTILE))
        assert page.code in (400, 409), path
        markup = RunningMarkup()
        markup.feed(page.text)
        assert markup.found == [], path


def test_style_and_scripts_of_these_pages_stay_small(desk: RunningDesk) -> None:
    browser = desk.browser()
    sizes = {name: len(browser.ask(static.get_address(name)).text) for name in _own_files()}
    assert sum(size for name, size in sizes.items() if name in ("desk.css", "service.css")) < 30_000
    assert sum(size for name, size in sizes.items() if name in ("desk.js", "refresh.js")) < 60_000


def _own_files() -> list[str]:
    return [path.name for path in Path(static.FOLDER).iterdir() if path.suffix in static.TYPES]
