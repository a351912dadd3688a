"""Opens the desk on an archive with six weeks of generated history, beside the bundled newsroom."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from storage.store import open_store
from supplierwatch.demo.articles import Outlet, load_outlets
from supplierwatch.demo.history.colleagues import YOU
from supplierwatch.demo.history.configuration import RECORDS, write_desk_configuration
from supplierwatch.demo.history.generator import DAYS, TROUBLED, generate_history
from supplierwatch.demo.output import clear_output
from supplierwatch.demo.server import DemoResponse, Newsroom, newsroom
from supplierwatch.service.run import run_service
from supplierwatch.service.service import Service
from supplierwatch.wiring import load

NOTE = "A demo: outlets, suppliers, people and the last six weeks are fictional. Nothing is sent."
EMPTY_FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Nothing new</title>'
    b"<link>http://127.0.0.1/</link><description>Nothing new</description></channel></rss>"
)


def serve_demo(screen: Console, *, output: Path, end: datetime | None = None) -> None:
    """Generate the history and run the service with its desk until Ctrl-C or SIGTERM.

    Args:
        screen: where to print.
        output: a folder of its own for configuration, database and mails.
        end: when the history ends; now, unless it is given.

    Raises:
        OutputTaken: the folder holds a configuration or data that no demo wrote.
    """
    clear_output(output)
    end = end or datetime.now(UTC)
    with newsroom(outlets=_shift_dates(load_outlets(), end)) as room:
        room.second_wave()
        _serve_records(room)
        port = _find_port()
        folder = output / "config"
        write_desk_configuration(folder, output / "data", room, port=port)
        with screen.status("generating six weeks of history"):
            items = _fill_archive(folder, room, end)
        screen.print(f"{items} items of {DAYS} days, all of them fictional: outlets, suppliers")
        screen.print("and people. Mails are written to files. Nothing leaves this machine.")

        def print_link(service: Service, _link: str | None) -> None:
            with service.store.transaction() as unit:
                user = unit.users.find_by_name(YOU)
                token = unit.users.make_link(
                    None if user is None else user.user_id, service.clock()
                )
            screen.print(f"\nDesk: http://127.0.0.1:{port}/link/{token}", soft_wrap=True)
            screen.print(f"The link works once: it sets a password for the user {YOU!r}.")
            screen.print("New articles come in after ten minutes, or by Poll now on a source.")
            screen.print("Ctrl-C ends it.")

        run_service(folder, {}, started=print_link, desk_note=NOTE)


def _fill_archive(folder: Path, room: Newsroom, end: datetime) -> int:
    wired = load(folder, {})
    settings = wired.catalog.settings.service
    settings.data.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url, backup_dir=settings.data / "backups")
    try:
        generate_history(wired, store, room, end=end)
        with store.reading() as unit:
            return unit.items.count()
    finally:
        store.close()


def _shift_dates(outlets: tuple[Outlet, ...], end: datetime) -> list[Outlet]:
    """Return the outlets with their articles dated so that the newest is an hour old."""
    newest = max(article.date for outlet in outlets for article in outlet.articles)
    later = end - timedelta(hours=1) - newest
    return [
        replace(
            outlet,
            dark_from_wave=1 if outlet.key == TROUBLED else None,
            articles=tuple(
                replace(article, date=article.date + later, delay=0.0)
                for article in outlet.articles
            ),
        )
        for outlet in outlets
    ]


def _serve_records(room: Newsroom) -> None:
    sites = {site.outlet.key: site for site in room.sites}
    for key, _, _, outlet in RECORDS:
        sites[outlet].documents[f"/{key}"] = DemoResponse(200, "application/rss+xml", EMPTY_FEED)


def _find_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
