"""Allows one request at a time per host over all processes that share a database.

`HostLock` does so within a process; with several, each request also takes the slot of its host
from the database, and leaves a pause behind.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Protocol

from crawler.fetch_errors import HostIsOut
from storage.errors import StorageError
from storage.store import Store

LONGEST_REST = 1.0  # seconds between two questions whether a slot is free
# a slot whose process is gone is free after the longest download and this
MARGIN = timedelta(seconds=15)


class HostExclusion(Protocol):
    """Where the slot of a host is taken."""

    def hold(self, host: str, *, pause: float, timeout: float) -> AbstractAsyncContextManager[None]:
        """Hold the slot of a host for a request.

        Args:
            pause: seconds for which nobody asks the host afterwards.
            timeout: the longest that the request takes, in seconds.
        """


class NoHostExclusion:
    """For a process that has all hosts to itself."""

    @asynccontextmanager
    async def hold(self, host: str, *, pause: float, timeout: float) -> AsyncIterator[None]:
        """Hold nothing."""
        yield


class SharedHostExclusion:
    """Slots in the database.

    Args:
        longest_wait: seconds after which a host that others keep asking counts as out.
    """

    def __init__(self, store: Store, *, longest_wait: float) -> None:
        self._store = store
        self._longest_wait = longest_wait

    @asynccontextmanager
    async def hold(self, host: str, *, pause: float, timeout: float) -> AsyncIterator[None]:
        """Hold the slot of a host.

        Raises:
            HostIsOut: other processes kept the slot for `longest_wait`.
        """
        holder = uuid.uuid4().hex
        longest = timedelta(seconds=timeout) + MARGIN
        end = asyncio.get_running_loop().time() + self._longest_wait
        while (rest := await asyncio.to_thread(self._try_take, host, holder, longest)) is not None:
            if asyncio.get_running_loop().time() > end:
                raise HostIsOut(f"{host}: other crawls have asked it all the time")
            await asyncio.sleep(min(max(rest, 0.02), LONGEST_REST))
        try:
            yield
        finally:
            freeing = asyncio.ensure_future(
                asyncio.to_thread(self._free, host, holder, timedelta(seconds=pause))
            )
            await asyncio.shield(freeing)

    def _try_take(self, host: str, holder: str, longest: timedelta) -> float | None:
        """Take a slot; return None, or the seconds to wait before the next try."""
        with self._store.transaction() as unit:
            if unit.host_slots.take(host, holder, longest):
                return None
            return unit.host_slots.seconds_until_free(host)

    def _free(self, host: str, holder: str, pause: timedelta) -> None:
        try:
            with self._store.transaction() as unit:
                unit.host_slots.free(host, holder, pause)
        except StorageError:
            # the slot frees itself when its time is over
            return
