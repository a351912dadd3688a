"""The process that reads what strangers wrote: one task at a time, each within its own limits.

It is forked by `crawler.reading.fork_server` and told what to do by `crawler.reading.reader_pool`.
The kernel holds the limits: one on processor time ends this process, one on memory makes the task
fail.
"""

from __future__ import annotations

import pickle
import signal
import socket
import struct
import traceback
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

from crawler.errors import CrawlerError
from crawler.extraction.site_memory import Change, SiteMemory
from crawler.jobs.job import CrawlJob
from crawler.jobs.limits import (
    lift_memory_limit,
    limit_growth,
    limit_processor_time,
    resident_bytes,
)

HEAD = struct.Struct("<Q?")  # before a message: its length, and whether another one may follow it
LARGEST_MESSAGE = 256 * 1024 * 1024  # bytes; a length beyond that is no length
_BUFFER = 64 * 1024  # bytes that are received at a time: most orders as a whole
MOST_KEPT = 48 * 1024 * 1024  # bytes by which a reader may have grown and be used again
_MB = 1024 * 1024
_NEARLY = 0.9  # of the memory that a task may take: what fails there failed for want of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one task may take: seconds of processor time, seconds in all, megabytes of memory."""

    processor_seconds: float
    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUpdate:
    """What a reader has not seen yet of a host's memory: all of it (packed), then changes."""

    host: str
    packed: bytes | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A task with all that it needs. `notes`: what its source's poll has noted so far."""

    task: Task
    limits: Limits
    site: SiteUpdate | None
    notes: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a task came to: `value`, or one of the ways to fail.

    `error`: what the task is meant to raise. `broke`: an error that it is not, with its place.
    `out_of_memory`: it needed more than it may have.
    """

    value: Any = None
    error: CrawlerError | None = None
    broke: str | None = None
    out_of_memory: bool = False
    changes: tuple[Change, ...] = ()
    notes: Any = None


@dataclass(slots=True)
class Desk:
    """What tasks work with in a reader: memories of hosts, and what else the job says."""

    job: CrawlJob
    sites: dict[str, SiteMemory] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)
    notes: Any = None


class Task(Protocol):
    """A piece of reading. Crosses to the reader by pickle, so it holds plain values."""

    def run(self, desk: Desk) -> Any:
        """Do it. What it returns crosses back by pickle."""


def serve(connection: socket.socket) -> None:
    """Do tasks until the connection closes. The first message is the job."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with BufferedReader(connection.makefile("rb", 0), _BUFFER) as received:
        job = receive(received)
        if job is None:
            return
        desk = Desk(job)
        at_start = resident_bytes()
        while (order := receive(received)) is not None:
            reply, is_spent = _do(order, desk)
            is_spent |= resident_bytes() - at_start > MOST_KEPT
            send(connection, reply, more=not is_spent)
            if is_spent:
                return


def _do(order: Order, desk: Desk) -> tuple[bytes, bool]:
    """The pickled reply to an order, and whether this process should not be used again."""
    site = _site(order.site, desk.sites)
    desk.notes = order.notes
    failure: Exception | None = None
    before = limit_growth(order.limits.megabytes)
    limit_processor_time(order.limits.processor_seconds)
    try:
        value = order.task.run(desk)
        # what cannot cross is an error of the task, found while its limits hold
        return pickle.dumps(Reply(value=value, notes=desk.notes, changes=_changes(site)), 5), False
    except Exception as error:
        failure = error
    finally:
        limit_processor_time(0)
        lift_memory_limit()
    allowed = order.limits.megabytes * _MB
    starved = isinstance(failure, MemoryError) or _peak() - before > _NEARLY * allowed
    return pickle.dumps(_failed(failure, desk, site, starved=starved), 5), starved


def _failed(error: Exception, desk: Desk, site: SiteMemory | None, *, starved: bool) -> Reply:
    if starved:
        return Reply(out_of_memory=True)
    if isinstance(error, CrawlerError):
        return Reply(error=error, notes=desk.notes, changes=_changes(site))
    place = "".join(traceback.format_exception(error))[-2000:]
    return Reply(broke=f"{type(error).__name__}: {str(error)[:500]}\n{place}")


def _site(update: SiteUpdate | None, sites: dict[str, SiteMemory]) -> SiteMemory | None:
    """The memory of the host that a task is about, brought up to date."""
    if update is None:
        return None
    if update.packed is not None:
        sites[update.host] = SiteMemory.unpacked(update.packed)
    site = sites[update.host]
    site.journal = None
    for change in update.changes:
        site.apply(change)
    site.journal = []
    return site


def _changes(site: SiteMemory | None) -> tuple[Change, ...]:
    return () if site is None or site.journal is None else tuple(site.journal)


def _peak() -> int:
    """The most address space that this process has had, in bytes."""
    for line in Path("/proc/self/status").read_bytes().splitlines():
        if line.startswith(b"VmPeak:"):
            return int(line.split()[1]) * 1024
    return 0


def send(connection: socket.socket, message: bytes, *, more: bool = True) -> None:
    """Send a message. `more`: whether this side has or takes another one after it."""
    head = HEAD.pack(len(message), more)
    sent = connection.sendmsg((head, message))
    if sent < len(head) + len(message):
        connection.sendall(memoryview(head + message)[sent:])


def receive(received: BufferedReader[socket.SocketIO]) -> Any:
    """The next message, unpickled; None where the connection has closed."""
    head = received.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    length, _ = HEAD.unpack(head)
    if length > LARGEST_MESSAGE:
        return None
    body = received.read(length)
    # both ends are this program; what strangers wrote is a value inside
    return pickle.loads(body) if len(body) == length else None  # noqa: S301
