"""The desk of `demo --serve` in this process: six weeks of made history, and its operator."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from storage.store import open_store
from supplierwatch.demo.history.colleagues import YOU
from supplierwatch.demo.history.configuration import write_desk_configuration
from supplierwatch.demo.history.generator import generate_history
from supplierwatch.demo.server import Newsroom, newsroom
from supplierwatch.desk import site
from supplierwatch.desk.accounts.cookies import COOKIE
from supplierwatch.health.health import Health
from supplierwatch.service.desk_source import ServiceSource
from supplierwatch.service.run import audience_of
from supplierwatch.service.service import Service
from supplierwatch.web.server import WebServer
from supplierwatch.wiring import load
from tests.desk.browser import HASH, Browser
from tests.support.databases import make_sqlite

MAX_WAIT = 120.0  # seconds for a job of the desk, on a machine that is busy
FAILED = "the page took longer than its time"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDesk:
    """A running desk. `jobs` maps what a finished job of the desk did to its id."""

    home: str
    cookie: str  # of the operator's session
    service: Service
    jobs: dict[str, str]

    @property
    def cookies(self) -> list[dict[str, Any]]:
        """The cookies of the operator's browser, as Playwright takes them."""
        return [{"name": COOKIE, "value": self.cookie, "url": self.home}]

    def make_link(self) -> str:
        """Return the path of a link that sets the operator's password."""
        with self.service.store.transaction() as unit:
            user = unit.users.find_by_name(YOU)
            assert user is not None
            return f"/link/{unit.users.make_link(user.user_id, self.service.clock())}"


@contextmanager
def demo_desk(folder: Path) -> Iterator[DemoDesk]:
    """Serve a desk whose every page has something to show, while the block runs."""
    end = datetime.now(UTC)
    with newsroom() as room:
        room.second_wave()
        write_desk_configuration(folder / "config", folder / "data", room, port=8420)
        wired = load(folder / "config", {})
        url = wired.catalog.settings.service.database_url
        make_sqlite(Path(url.removeprefix("sqlite:///")))
        store = open_store(url)
        generate_history(wired, store, room, end=end)
        service = Service(wired, store, owner="test")
        health = Health(service, audience=lambda: audience_of(service))
        source = ServiceSource(service, health.report, {})
        server = WebServer(health.report, listen="127.0.0.1:0", desk=site.routes(source))
        server.start()
        assert server.address is not None
        browser = Browser(server.address, cookies={COOKIE: _open_session(service, end)})
        _furnish(browser, service, end)
        yield DemoDesk(
            home=f"http://127.0.0.1:{server.address[1]}",
            cookie=browser.cookies[COOKIE],
            service=service,
            jobs={"found": _find_sources(browser, source, room), "preview": _preview(browser)},
        )
        server.stop()
        store.close()


def _open_session(service: Service, now: datetime) -> str:
    with service.store.transaction() as unit:
        user = unit.users.find_by_name(YOU)
        assert user is not None
        unit.users.set_password(user.user_id, HASH)
        return unit.users.open_session(user.user_id, now)


def _furnish(browser: Browser, service: Service, now: datetime) -> None:
    """Say something of stories by the forms of the desk; set some work aside."""
    with service.store.transaction() as unit:
        newest = unit.items.newest(limit=30)
        for days, subject in ((3, str(newest[20].item_id)), (1, str(newest[25].item_id))):
            for _ in range(3):
                unit.quarantine.begin("match", subject, now - timedelta(days=days))
                unit.quarantine.fail("match", subject, FAILED, now - timedelta(days=days))
    common = {"csrf": browser.ask("/").csrf, "back": "/"}
    for item in newest[:3]:
        form = {"title": "Before Thursday's board", "item": str(item.item_id)}
        _send(browser, "/briefings", common | form)
    said = {"do": "irrelevant", "watch": "halden", "text": "The footballer, not the company"}
    _send(browser, f"/item/{newest[8].item_id}/team", common | said)
    muted = {"what": "watch:outages", "days": "7"}
    _send(browser, f"/item/{newest[0].item_id}/mute", common | muted)
    token = {"label": "Dashboard of the press office", "days": "90", "scope-read": "1"}
    assert browser.ask("/tokens", common | token).code == 200


def _send(browser: Browser, path: str, form: dict[str, str]) -> None:
    answer = browser.ask(path, form)
    assert answer.code == 303, answer.words


def _find_sources(browser: Browser, source: ServiceSource, room: Newsroom) -> str:
    """Look at the site of an outlet, as the page "A new source" does; return the job's id."""
    form = {"csrf": browser.ask("/").csrf, "address": room.sites[0].base}
    job_id = browser.ask("/new-source", form).headers["location"].rpartition("/")[2]
    until = time.monotonic() + MAX_WAIT
    while (job := source.jobs.get(job_id)) is None or job.running:
        assert time.monotonic() < until, "the examination did not end"
        time.sleep(0.05)
    assert job.result, job.error
    return job_id


def _preview(browser: Browser) -> str:
    """Preview a subscription; return the id under which its frames are kept."""
    text = browser.ask("/subscriptions/morning/preview").text
    return text.partition('src="/shown/')[2].partition("/")[0]
