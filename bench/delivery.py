"""Measures messages per second, and the time from a stored item to the mail server.

    python -m bench.delivery [--messages 500] [--watches 10000] [--items 100]

First: digests from an outbox in SQLite are sent to a mail server on loopback (aiosmtpd, in a
process of its own), with a commit before and after every message; peer: bare smtplib, which sends
the same bytes over one connection to the same server in the same run.

Second: the running service with this number of watches and a hundred subscribers of alerts. Items
are stored from outside, one per transaction, as a crawl does; measured is the time from the commit
to the end of the message at the mail server. No crawl notifies the service: it polls every two
seconds, so this is the slowest case.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import signal
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

from alerts.channels.email import SmtpChannel
from alerts.dispatch.delivery import deliver_due
from alerts.messages.mime import Envelope, build_mail
from alerts.messages.render import Rendered
from bench import live_edits
from bench.loads import matching_load as load
from config.model import MailSettings, SmtpServer
from storage.model import Notification
from storage.store import Store, open_store
from tests.support.builders import an_article

SEED = 20261124
ROUNDS = 3
PATIENCE = 120.0  # seconds
SENDER = "Media watch <watch@trust.example>"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--watches", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=100)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="swbench") as name:
        _measure_throughput(Path(name), wanted.messages)
    with tempfile.TemporaryDirectory(prefix="swbench") as name:
        _latency(Path(name), wanted.watches, wanted.items)


class Sink:
    """Accepts every message and reports its subject."""

    def __init__(self, told: Connection) -> None:
        self._told = told

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Report the subject of a complete message."""
        subject = str(message_from_bytes(envelope.original_content)["Subject"])
        self._told.send((time.time(), subject))
        return "250 OK"


def _serve(told: Connection) -> None:
    from aiosmtpd.controller import Controller

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    Controller(Sink(told), hostname="127.0.0.1", port=port).start()
    told.send(port)
    signal.pause()


@contextlib.contextmanager
def _sink() -> Iterator[tuple[int, Connection]]:
    """Start a mail server in a process of its own; return its port and its reports."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    try:
        yield int(ours.recv()), ours
    finally:
        process.kill()
        process.join()


def _measure_throughput(folder: Path, count: int) -> None:
    store = open_store(f"sqlite:///{folder}/outbox.db")
    mails = [_digest(number) for number in range(count)]
    size = statistics.mean(len(mail.raw) for mail in mails)
    print(f"{count:,} messages of {size / 1000:.0f} KB, one recipient each; {ROUNDS} rounds")
    times: dict[str, list[float]] = {"ours": [], "smtplib": []}
    with _sink() as (port, told):
        for number in range(ROUNDS):
            _enqueue(store, mails, number)
            began = time.perf_counter()
            _deliver(store, port)
            times["ours"].append(time.perf_counter() - began)
            _drain(told, count)
            began = time.perf_counter()
            _bare(mails, port)
            times["smtplib"].append(time.perf_counter() - began)
            _drain(told, count)
    for name, taken in times.items():
        said = ", ".join(f"{count / each:.0f}" for each in taken)
        print(f"{name:>8}: {said} messages a second")
    ratio = statistics.median(times["ours"]) / statistics.median(times["smtplib"])
    print(f"{'':>8}  {ratio:.2f} times the time of bare smtplib", flush=True)
    store.close()


def _digest(number: int) -> Notification:
    text = "\n".join(f"{number}.{line} Halcyon Health said so." for line in range(250))
    html = "".join(f"<p>{number}.{line} Halcyon Health said so.</p>" for line in range(400))
    return build_mail(
        Rendered(subject=f"Digest {number}", text=text, html=html),
        Envelope(
            kind="digest",
            delivery_key=f"digest:{number}",
            recipient=f"reader{number}@trust.example",
            list_name="daily",
            contact="press@trust.example",
        ),
        MailSettings(sender=SENDER, reply_to=None, smtp=None),
        datetime(2026, 11, 24, 7, 30, tzinfo=UTC),
    )


def _enqueue(store: Store, mails: list[Notification], number: int) -> None:
    now = datetime.now(UTC)
    with store.transaction() as unit:
        for mail in mails:
            values = {name: getattr(mail, name) for name in mail.__slots__}
            values["delivery_key"] = f"{mail.delivery_key}:{number}"
            unit.outbox.enqueue(Notification(**values), now)


def _deliver(store: Store, port: int) -> None:
    server = SmtpServer(host="127.0.0.1", port=port, security="none", username=None, password=None)
    channel = SmtpChannel(server, SENDER)
    while deliver_due(store, {"email": channel}, now=lambda: datetime.now(UTC), owner="bench"):
        continue


def _bare(mails: list[Notification], port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for mail in mails:
            connection.sendmail("watch@trust.example", [mail.recipient], mail.raw)


def _drain(told: Connection, count: int) -> None:
    for _ in range(count):
        if not told.poll(PATIENCE):
            raise SystemExit("a message did not come")
        told.recv()


def _latency(folder: Path, watches: int, items: int) -> None:
    with _sink() as (port, told):
        _configure(folder, port, watches, items)
        environ = os.environ | {"SUPPLIERWATCH_CONFIG": str(folder)}
        service = subprocess.Popen(
            [sys.executable, "-m", "supplierwatch", "run"],
            env=environ,
            stderr=subprocess.DEVNULL,
        )
        try:
            live_edits._wait(folder / "data" / "supplierwatch.db", "reader-0", 1)
            time.sleep(3)  # until all workers have run once
            store = open_store(f"sqlite:///{folder}/data/supplierwatch.db", migrate=False)
            random = Random(SEED)
            taken = sorted(_time_of(store, told, number, random) for number in range(items))
            store.close()
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(30)
    late = statistics.quantiles(taken, n=20)[-1]
    print(f"{watches + items:,} watches, {items} items, from the commit to the mail server:")
    print(f"median {statistics.median(taken):.2f} s, 95th percentile {late:.2f} s", flush=True)


def _configure(folder: Path, port: int, watches: int, items: int) -> None:
    tables = live_edits._tables(watches)
    tables += [live_edits._table(f"reader-{n}", f"markerword{n}") for n in range(items)]
    live_edits._write(folder, tables)
    (folder / "settings.toml").write_text(
        f'[mail]\nfrom = "{SENDER}"\nsmtp = "127.0.0.1:{port}"\nsecurity = "none"\n'
        f'[service]\ndata = "{folder}/data"\nlisten = ""\n',
        encoding="utf-8",
    )
    (folder / "subscriptions.toml").write_text(
        "\n".join(
            f'[[subscription]]\nkey = "r{n}"\nto = ["reader{n}@trust.example"]\n'
            f'watches = ["reader-{n}"]\ncadence = "immediate"\n'
            for n in range(items)
        ),
        encoding="utf-8",
    )


def _time_of(store: Store, told: Connection, number: int, random: Random) -> float:
    words = load.generated_texts(1, Random(SEED + number))[0]
    title, body = f"Markerword{number} is here", f"{words} markerword{number}"
    now = datetime.now(UTC)
    article = an_article(
        source_key="nowhere",
        url=f"http://127.0.0.1:9/{number}",
        title=title,
        published_at=now,
        published_raw=None,
        summary="",
        body=body,
        fetched_at=now,
    )
    with store.transaction() as unit:
        unit.items.put(article, now=now, baseline=False)
    committed = time.time()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if told.poll(1):
            at, subject = told.recv()
            if f"arkerword{number} " in f"{subject} ":
                time.sleep(2 * random.random())  # not synchronised with the service
                return float(at - committed)
    raise SystemExit(f"item {number} was not told within {PATIENCE:.0f} s")


if __name__ == "__main__":
    main()
