"""Runs tasks in reader processes with limits, and replaces a reader that ended.

There are two lanes with a process each: the quick lane, and the slow lane for tasks that exceeded
the limits of the quick one or are known to take long. A slow task does not delay the quick lane.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import pickle
import signal
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from crawler.errors import OverLimit, ReaderFailed
from crawler.extraction.recurring.site_memory import Change, SiteMemory
from crawler.jobs.job import SLOW_LANE_LOCK_FD, CrawlJob
from crawler.reading.fork_server import ForkServer
from crawler.reading.reader_connection import ReaderConnection
from crawler.reading.reader_process import Limits, Reply, SiteUpdate, Task, TaskRequest, send

log = logging.getLogger(__name__)

Lane = Literal["quick", "slow"]
IDLE_SECONDS = 5.0  # after which the reader of the slow lane is ended, to free its memory
_MAX_CHANGES = 100  # kept for a host; a reader that lacks more gets the whole memory


def lane_limits(megabytes: int) -> dict[Lane, Limits]:
    """Return the limits of a task in each lane.

    Args:
        megabytes: `[crawl] memory_limit_mb`, for all processes together.
    """
    return {
        "quick": Limits(processor_seconds=3, seconds=60, megabytes=max(32, megabytes // 16)),
        "slow": Limits(processor_seconds=15, seconds=120, megabytes=max(48, megabytes // 6)),
    }


@dataclass(slots=True)
class _HostMemory:
    """The site memory of a host with its last changes; `dropped`: number of changes before them."""

    memory: SiteMemory
    changes: list[Change]
    dropped: int = 0


class HostMemories:
    """The site memories of hosts, of which readers have copies, and the changes to send to them."""

    def __init__(self) -> None:
        self._hosts: dict[str, _HostMemory] = {}

    def count_changes(self, host: str, memory: SiteMemory) -> int:
        """Return how many changes the memory of a host has had."""
        known = self._hosts.get(host)
        if known is None or known.memory is not memory:
            memory.journal = []
            known = self._hosts[host] = _HostMemory(memory, memory.journal)
        if len(known.changes) > _MAX_CHANGES:
            known.dropped += len(known.changes)
            known.changes.clear()
        return known.dropped + len(known.changes)

    def update(self, host: str, memory: SiteMemory, seen: int | None) -> SiteUpdate:
        """Return the update for a reader that has seen `seen` changes; None: it has no copy."""
        self.count_changes(host, memory)
        known = self._hosts[host]
        if seen is None or seen < known.dropped:
            return SiteUpdate(host=host, packed=memory.to_bytes(), changes=())
        return SiteUpdate(
            host=host, packed=None, changes=tuple(known.changes[seen - known.dropped :])
        )


class ReaderPool:
    """The reader processes of one crawl, one for each lane."""

    def __init__(self, server: ForkServer, job: CrawlJob) -> None:
        self._server = server
        self._hosts = HostMemories()
        limits = lane_limits(job.crawl.memory_limit_mb)
        self._lanes = {name: _Lane(name, server, job, limits[name]) for name in limits}

    async def run(
        self,
        task: Task,
        *,
        lane: Lane = "quick",
        site: tuple[str, SiteMemory] | None = None,
        poll_state: Any = None,
    ) -> tuple[Any, Any]:
        """Run a task; return its value and the new `poll_state`.

        Args:
            site: the host of the task and its memory, to which the changes of the task are applied.
            poll_state: see `SourceKind`.

        Raises:
            OverLimit: it exceeded a limit; the site memory is unchanged.
            ReaderFailed: it raised an unexpected error.
            CrawlerError: raised by the task itself.
        """
        reply = await self._lanes[lane].run(task, site, poll_state, self._hosts)
        if site is not None:
            host, memory = site
            before = self._hosts.count_changes(host, memory)
            for change in reply.changes:
                memory.apply(change)
            self._lanes[lane].note_seen(host, before, len(reply.changes))
        if reply.error is not None:
            try:
                raise reply.error
            finally:
                del reply  # otherwise it keeps the error, this frame and the response in memory
        if reply.exception is not None:
            raise ReaderFailed(reply.exception)
        return reply.value, reply.poll_state

    def close(self) -> None:
        """End all readers and the fork server."""
        for lane in self._lanes.values():
            lane.end()
        self._server.close()


class _Lane:
    """Runs one reader, and its tasks first in, first out.

    Each source has one task at a time, so this is fair to sources. The connection is on the event
    loop; a thread waits for processes and for other crawls.
    """

    def __init__(self, name: str, server: ForkServer, job: CrawlJob, limits: Limits) -> None:
        self._name = name
        self._server = server
        self._job = job
        self._limits = limits
        self._reader: ReaderConnection | None = None
        self._seen: dict[str, int] = {}
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"reader-{name}")
        self._idle: asyncio.TimerHandle | None = None

    async def run(
        self, task: Task, site: tuple[str, SiteMemory] | None, poll_state: Any, hosts: HostMemories
    ) -> Reply:
        await self._lock.acquire()
        if self._idle is not None:
            self._idle.cancel()
        try:
            update = None
            if site is not None:
                # unknown until the reader replies
                update = hosts.update(*site, self._seen.pop(site[0], None))
            request = TaskRequest(
                task=task, limits=self._limits, site=update, poll_state=poll_state
            )
            pending = asyncio.ensure_future(self._execute(request))
        except BaseException:
            self._lock.release()
            raise
        # also when this is cancelled: the lane stays locked until the reader has replied
        pending.add_done_callback(self._finish_task)
        reply = await asyncio.shield(pending)
        if isinstance(reply, OverLimit):
            raise OverLimit(reply.reason)
        return reply

    def _finish_task(self, done: asyncio.Future[Reply | OverLimit]) -> None:
        # so that the next task runs while the poll stores this result
        self._lock.release()
        if self._name == "slow":
            self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end_idle_reader)
        if not done.cancelled():
            done.exception()  # mark it as retrieved, or asyncio logs it when the poll was cancelled

    def _end_idle_reader(self) -> None:
        """End a reader that is idle."""
        if (reader := self._disconnect()) is not None:
            self._thread.submit(self._end_process, reader.pid)

    def note_seen(self, host: str, before: int, changes: int) -> None:
        """Record that the reader has seen these changes, which it made itself."""
        self._seen[host] = before + changes

    def end(self) -> None:
        """End the reader and wait for its end; the next task starts another one."""
        if (reader := self._disconnect()) is not None:
            self._end_process(reader.pid)

    async def _execute(self, request: TaskRequest) -> Reply | OverLimit:
        async with self._lock_slow_lane():
            if self._reader is None:
                loop = asyncio.get_running_loop()
                pid, connection = await loop.run_in_executor(self._thread, self._start_reader)
                self._reader = ReaderConnection(pid, connection, loop)
            return await self._send_request(request, self._reader)

    @asynccontextmanager
    async def _lock_slow_lane(self) -> AsyncIterator[None]:
        """Lock the slow lane of all crawls of this service.

        Thus only one such task at a time uses memory, not one of each batch.
        """
        lock_fd = os.environ.get(SLOW_LANE_LOCK_FD)
        if self._name != "slow" or lock_fd is None:
            yield
            return
        # lockf locks by process; flock would lock the open file, which all crawls have inherited
        lock = partial(fcntl.lockf, int(lock_fd), fcntl.LOCK_EX)
        await asyncio.get_running_loop().run_in_executor(self._thread, lock)
        try:
            yield
        finally:
            fcntl.lockf(int(lock_fd), fcntl.LOCK_UN)

    async def _send_request(
        self, request: TaskRequest, reader: ReaderConnection
    ) -> Reply | OverLimit:
        """Send a request. `OverLimit` is returned: raised, it would keep the request in memory."""
        received: tuple[Reply, bool] | None = None
        try:
            async with asyncio.timeout(self._limits.seconds):
                received = await reader.ask(pickle.dumps(request, protocol=5))
        except TimeoutError:
            await self._end_reader()
            return OverLimit(f"reading it took longer than {self._limits.seconds:g} s")
        except (OSError, pickle.PickleError, MemoryError, EOFError) as error:
            log.info("reader.ended lane=%s pid=%d %s", self._name, reader.pid, error)
        if received is None:
            return OverLimit(self._explain_end(await self._end_reader()))
        reply, more = received
        if not more:
            await self._end_reader()
        if reply.out_of_memory:
            return OverLimit(f"reading it needs more than {self._limits.megabytes} MB of memory")
        return reply

    def _start_reader(self) -> tuple[int, socket.socket]:
        pid, connection = self._server.fork()
        send(connection, pickle.dumps(self._job, protocol=5))
        return pid, connection

    def _disconnect(self) -> ReaderConnection | None:
        """Close the connection to the reader, if there is one."""
        reader, self._reader = self._reader, None
        self._seen.clear()
        if reader is not None:
            reader.close()
        return reader

    async def _end_reader(self) -> int:
        """End the reader; return its exit code, negative: the signal that ended it."""
        reader = self._disconnect()
        if reader is None:
            return 0
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._end_process, reader.pid)

    def _end_process(self, pid: int) -> int:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # no effect if it has ended already
        try:
            return self._server.wait(pid)
        except OSError:  # the fork server has ended, and its readers with it
            return -signal.SIGKILL

    def _explain_end(self, code: int) -> str:
        """Describe why the reader ended during a task."""
        if code == -signal.SIGPROF:
            seconds = self._limits.processor_seconds
            return f"reading it took longer than {seconds:g} s of processor time"
        if code == -signal.SIGKILL:
            return "its reader was ended, since all processes together used too much memory"
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"its reader ended with {how}"
