"""Reader processes as a crawl uses them: tasks with limits, and a new reader for one that ended.

Two lanes, a process each: the quick one for what comes, the slow one for what was too much for
the quick one, and for what takes long by its nature. What holds up one does not hold up the other.
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

from crawler.errors import OverLimit, ReaderBroke
from crawler.extraction.site_memory import Change, SiteMemory
from crawler.jobs.job import TURN, CrawlJob
from crawler.reading.fork_server import ForkServer
from crawler.reading.reader_connection import ReaderConnection
from crawler.reading.reader_process import Limits, Order, Reply, SiteUpdate, Task, send

log = logging.getLogger(__name__)

Lane = Literal["quick", "slow"]
IDLE = 5.0  # seconds after which the slow lane's reader is ended: its memory is needed elsewhere
_CHANGES_KEPT = 100  # of a host; a reader that has seen fewer is sent the memory as a whole


def lane_limits(megabytes: int) -> dict[Lane, Limits]:
    """What a task may take in each lane.

    Args:
        megabytes: of `[crawl] memory_limit_mb`, for all processes together.
    """
    return {
        "quick": Limits(processor_seconds=3, seconds=60, megabytes=max(32, megabytes // 16)),
        "slow": Limits(processor_seconds=15, seconds=120, megabytes=max(48, megabytes // 6)),
    }


@dataclass(slots=True)
class _Host:
    """The memory of a host with its last changes. `dropped`: how many changes went before them."""

    memory: SiteMemory
    changes: list[Change]
    dropped: int = 0


class Hosts:
    """Memories of hosts, and how much of each a reader has seen. Those here are what counts."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def length(self, host: str, memory: SiteMemory) -> int:
        """How many changes there have been of a host's memory."""
        known = self._hosts.get(host)
        if known is None or known.memory is not memory:
            memory.journal = []
            known = self._hosts[host] = _Host(memory, memory.journal)
        if len(known.changes) > _CHANGES_KEPT:
            known.dropped += len(known.changes)
            known.changes.clear()
        return known.dropped + len(known.changes)

    def update(self, host: str, memory: SiteMemory, seen: int | None) -> SiteUpdate:
        """What a reader that has seen so many changes lacks; None: it has seen nothing."""
        self.length(host, memory)
        known = self._hosts[host]
        if seen is None or seen < known.dropped:
            return SiteUpdate(host=host, packed=memory.packed(), changes=())
        return SiteUpdate(
            host=host, packed=None, changes=tuple(known.changes[seen - known.dropped :])
        )


class Readers:
    """The reader processes of one crawl."""

    def __init__(self, server: ForkServer, job: CrawlJob) -> None:
        self._server = server
        self._hosts = Hosts()
        limits = lane_limits(job.crawl.memory_limit_mb)
        self._lanes = {name: _Lane(name, server, job, limits[name]) for name in limits}

    async def run(
        self,
        task: Task,
        *,
        lane: Lane = "quick",
        site: tuple[str, SiteMemory] | None = None,
        notes: Any = None,
    ) -> tuple[Any, Any]:
        """Have a task done; returns its value and the notes as it left them.

        Args:
            site: the host that it is about, and its memory, which learns what the task learned.
            notes: what the poll of its source has noted so far.

        Raises:
            OverLimit: it took more than it may; nothing was learned from it.
            ReaderBroke: the code that reads has a fault.
            CrawlerError: what the task itself raises.
        """
        reply = await self._lanes[lane].run(task, site, notes, self._hosts)
        if site is not None:
            host, memory = site
            before = self._hosts.length(host, memory)
            for change in reply.changes:
                memory.apply(change)
            self._lanes[lane].has_seen(host, before, len(reply.changes))
        if reply.error is not None:
            try:
                raise reply.error
            finally:
                del reply  # it would hold on to the error, and that to this frame and the answer
        if reply.broke is not None:
            raise ReaderBroke(reply.broke)
        return reply.value, reply.notes

    def close(self) -> None:
        """End all readers."""
        for lane in self._lanes.values():
            lane.end()
        self._server.close()


class _Lane:
    """One reader at a time, with its tasks in the order in which they came.

    Each source asks for one thing at a time, so this order is fair to sources. The reader is
    talked to on the event loop; what waits for a process or for another crawl does so in a thread.
    """

    def __init__(self, name: str, server: ForkServer, job: CrawlJob, limits: Limits) -> None:
        self._name = name
        self._server = server
        self._job = job
        self._limits = limits
        self._reader: ReaderConnection | None = None
        self._seen: dict[str, int] = {}
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"reader-{name}")
        self._idle: asyncio.TimerHandle | None = None

    async def run(
        self, task: Task, site: tuple[str, SiteMemory] | None, notes: Any, hosts: Hosts
    ) -> Reply:
        await self._turn.acquire()
        if self._idle is not None:
            self._idle.cancel()
        try:
            update = None
            if site is not None:
                # until it has answered nobody knows what it has learned
                update = hosts.update(*site, self._seen.pop(site[0], None))
            order = Order(task=task, limits=self._limits, site=update, notes=notes)
            under_way = asyncio.ensure_future(self._carry_out(order))
        except BaseException:
            self._turn.release()
            raise
        # not when this is cancelled: a poll that is leaves at once, the next one has to wait
        under_way.add_done_callback(self._end_turn)
        reply = await asyncio.shield(under_way)
        if isinstance(reply, OverLimit):
            raise OverLimit(reply.reason)
        return reply

    def _end_turn(self, done: asyncio.Future[Reply | OverLimit]) -> None:
        # the next poll sends its order before the one that asked stores what came
        self._turn.release()
        if self._name == "slow":
            self._idle = asyncio.get_running_loop().call_later(IDLE, self._retire)
        if not done.cancelled():
            done.exception()  # where nobody waits for it any more asyncio would complain

    def _retire(self) -> None:
        """End a reader that has nothing to do."""
        if (reader := self._let_go()) is not None:
            self._thread.submit(self._end_process, reader.pid)

    def has_seen(self, host: str, before: int, changes: int) -> None:
        """Note that the reader made these changes itself."""
        self._seen[host] = before + changes

    def end(self) -> None:
        """End the reader; the next task has another one. Blocks for as long as that takes."""
        if (reader := self._let_go()) is not None:
            self._end_process(reader.pid)

    async def _carry_out(self, order: Order) -> Reply | OverLimit:
        async with self._alone():
            if self._reader is None:
                loop = asyncio.get_running_loop()
                pid, connection = await loop.run_in_executor(self._thread, self._start)
                self._reader = ReaderConnection(pid, connection, loop)
            return await self._ask(order, self._reader)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """While this is held no other crawl of this service has a task in its slow lane.

        So the memory that such a task may take is counted once, and not for each batch.
        """
        turn = os.environ.get(TURN)
        if self._name != "slow" or turn is None:
            yield
            return
        # a lock of this process, not of the file's descriptor, which all crawls have inherited
        lock = partial(fcntl.lockf, int(turn), fcntl.LOCK_EX)
        await asyncio.get_running_loop().run_in_executor(self._thread, lock)
        try:
            yield
        finally:
            fcntl.lockf(int(turn), fcntl.LOCK_UN)

    async def _ask(self, order: Order, reader: ReaderConnection) -> Reply | OverLimit:
        """Have an order done. What was too much is returned: raised it would hold the order."""
        answered: tuple[Reply, bool] | None = None
        try:
            async with asyncio.timeout(self._limits.seconds):
                answered = await reader.ask(pickle.dumps(order, protocol=5))
        except TimeoutError:
            await self._end_reader()
            return OverLimit(f"reading it took longer than {self._limits.seconds:g} s")
        except (OSError, pickle.PickleError, MemoryError, EOFError) as error:
            log.info("reader.ended lane=%s pid=%d %s", self._name, reader.pid, error)
        if answered is None:
            return OverLimit(self._explain(await self._end_reader()))
        reply, more = answered
        if not more:
            await self._end_reader()
        if reply.out_of_memory:
            return OverLimit(f"reading it needs more than {self._limits.megabytes} MB of memory")
        return reply

    def _start(self) -> tuple[int, socket.socket]:
        pid, connection = self._server.fork()
        send(connection, pickle.dumps(self._job, protocol=5))
        return pid, connection

    def _let_go(self) -> ReaderConnection | None:
        """Close the connection to the reader, if there is one."""
        reader, self._reader = self._reader, None
        self._seen.clear()
        if reader is not None:
            reader.close()
        return reader

    async def _end_reader(self) -> int:
        """End the reader; returns its exit code, negative: the signal that ended it."""
        reader = self._let_go()
        if reader is None:
            return 0
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._end_process, reader.pid)

    def _end_process(self, pid: int) -> int:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # where it has ended already this changes nothing
        try:
            return self._server.wait(pid)
        except OSError:  # the fork server has ended, and its readers with it
            return -signal.SIGKILL

    def _explain(self, code: int) -> str:
        """Why the reader has ended in the middle of a task."""
        if code == -signal.SIGPROF:
            seconds = self._limits.processor_seconds
            return f"reading it took longer than {seconds:g} s of processor time"
        if code == -signal.SIGKILL:
            return "reading it was ended, for it took too much memory beside others"
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"reading it ended the reader with {how}"
