"""The reader process, which parses untrusted content: one task at a time, with limits.

`crawler.reading.fork_server` forks it; `crawler.reading.reader_pool` sends its tasks. The kernel
enforces the limits: that on processor time ends this process, that on memory makes the task fail.
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
from crawler.extraction.recurring.site_memory import Change, SiteMemory
from crawler.jobs.job import CrawlJob
from crawler.jobs.limits import (
    lift_memory_limit,
    limit_growth,
    limit_processor_time,
    resident_bytes,
)

HEAD = struct.Struct("<Q?")  # precedes a message: its length, and whether another may follow
MAX_MESSAGE = 256 * 1024 * 1024  # bytes; a larger length is invalid
_BUFFER = 64 * 1024  # bytes; most requests are received at once
MAX_GROWTH = 48 * 1024 * 1024  # bytes; a reader that has grown by more is not used again
_MB = 1024 * 1024
_NEAR_LIMIT = 0.9  # of the memory limit; a failure beyond it counts as out of memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one task: processor time, elapsed time and memory growth."""

    processor_seconds: float
    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUpdate:
    """An update of a reader's site memory of a host: `packed`, unless None, then the changes."""

    host: str
    packed: bytes | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequest:
    """A task with its limits and inputs. `poll_state`: see `SourceKind`."""

    task: Task
    limits: Limits
    site: SiteUpdate | None
    poll_state: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The result of a task: `value`, or one kind of failure.

    `error`: an expected error. `exception`: an unexpected one, as text with its traceback.
    `out_of_memory`: it exceeded its memory limit. `changes`: those it made to the site memory.
    """

    value: Any = None
    error: CrawlerError | None = None
    exception: str | None = None
    out_of_memory: bool = False
    changes: tuple[Change, ...] = ()
    poll_state: Any = None


@dataclass(slots=True)
class ReaderContext:
    """The state of a reader: job, site memories by host, spiders by kind, current poll state."""

    job: CrawlJob
    sites: dict[str, SiteMemory] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)
    poll_state: Any = None


class Task(Protocol):
    """A task for a reader. It is pickled, so it contains plain values only."""

    def run(self, context: ReaderContext) -> Any:
        """Run the task; the return value is pickled."""


def serve(connection: socket.socket) -> None:
    """Run tasks until the connection closes. The first message is the job."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with BufferedReader(connection.makefile("rb", 0), _BUFFER) as received:
        job = receive(received)
        if job is None:
            return
        context = ReaderContext(job)
        at_start = resident_bytes()
        while (request := receive(received)) is not None:
            reply, is_spent = _run_task(request, context)
            is_spent |= resident_bytes() - at_start > MAX_GROWTH
            send(connection, reply, more=not is_spent)
            if is_spent:
                return


def _run_task(request: TaskRequest, context: ReaderContext) -> tuple[bytes, bool]:
    """Run the task of a request.

    Returns:
        The pickled reply, and whether this process should not be used again.
    """
    site = _update_site(request.site, context.sites)
    context.poll_state = request.poll_state
    failure: Exception | None = None
    before = limit_growth(request.limits.megabytes)
    limit_processor_time(request.limits.processor_seconds)
    try:
        value = request.task.run(context)
        # pickled within the limits: a value that cannot be pickled is an error of the task
        reply = Reply(value=value, poll_state=context.poll_state, changes=_collect_changes(site))
        return pickle.dumps(reply, 5), False
    except Exception as error:
        failure = error
    finally:
        limit_processor_time(0)
        lift_memory_limit()
    allowed = request.limits.megabytes * _MB
    out_of_memory = (
        isinstance(failure, MemoryError) or _read_peak_bytes() - before > _NEAR_LIMIT * allowed
    )
    reply = _build_failure(failure, context, site, out_of_memory=out_of_memory)
    return pickle.dumps(reply, 5), out_of_memory


def _build_failure(
    error: Exception, context: ReaderContext, site: SiteMemory | None, *, out_of_memory: bool
) -> Reply:
    if out_of_memory:
        return Reply(out_of_memory=True)
    if isinstance(error, CrawlerError):
        return Reply(error=error, poll_state=context.poll_state, changes=_collect_changes(site))
    trace = "".join(traceback.format_exception(error))[-2000:]
    return Reply(exception=f"{type(error).__name__}: {str(error)[:500]}\n{trace}")


def _update_site(update: SiteUpdate | None, sites: dict[str, SiteMemory]) -> SiteMemory | None:
    """Update the site memory of a task's host and return it."""
    if update is None:
        return None
    if update.packed is not None:
        sites[update.host] = SiteMemory.from_bytes(update.packed)
    site = sites[update.host]
    site.journal = None
    for change in update.changes:
        site.apply(change)
    site.journal = []
    return site


def _collect_changes(site: SiteMemory | None) -> tuple[Change, ...]:
    return () if site is None or site.journal is None else tuple(site.journal)


def _read_peak_bytes() -> int:
    """Return the peak address space of this process in bytes."""
    for line in Path("/proc/self/status").read_bytes().splitlines():
        if line.startswith(b"VmPeak:"):
            return int(line.split()[1]) * 1024
    return 0


def send(connection: socket.socket, message: bytes, *, more: bool = True) -> None:
    """Send a message. `more`: whether another one may follow in either direction."""
    head = HEAD.pack(len(message), more)
    sent = connection.sendmsg((head, message))
    if sent < len(head) + len(message):
        connection.sendall(memoryview(head + message)[sent:])


def receive(received: BufferedReader[socket.SocketIO]) -> Any:
    """Receive and unpickle a message; return None if the connection has closed."""
    head = received.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    length, _ = HEAD.unpack(head)
    if length > MAX_MESSAGE:
        return None
    body = received.read(length)
    # safe to unpickle: both ends are this program, and untrusted content is only a value inside
    return pickle.loads(body) if len(body) == length else None  # noqa: S301
