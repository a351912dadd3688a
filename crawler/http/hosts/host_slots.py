"""Allows one request at a time per host over all processes that share a database.

`HostLockHandler` does so within a process; with several processes, each request also takes the
slot of its host from the database, and frees it after a pause.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Protocol

from crawler.fetch_errors import HostUnavailable
from storage.errors import StorageError
from storage.store import Store

MAX_POLL_PAUSE = 1.0  # seconds between two attempts to take a slot
# the lease of a slot is the longest download and this; then it is free, even if its process died
MARGIN = timedelta(seconds=15)


class HostExclusion(Protocol):
    """Takes and frees the slot of a host."""

    def hold(self, host: str, *, pause: float, timeout: float) -> AbstractAsyncContextManager[None]:
        """Hold the slot of a host for a request.

        Args:
            pause: seconds without requests to the host afterwards.
            timeout: of the request, in seconds.
        """


class NoHostExclusion:
    """Takes no slots: for the only crawl process."""

    @asynccontextmanager
    async def hold(self, host: str, *, pause: float, timeout: float) -> AsyncIterator[None]:
        """Hold nothing."""
        yield


class SharedHostExclusion:
    """Takes slots in the database.

    Args:
        longest_wait: seconds after which a host whose slot was never free counts as unavailable.
    """

    def __init__(self, store: Store, *, longest_wait: float) -> None:
        self._store = store
        self._longest_wait = longest_wait

    @asynccontextmanager
    async def hold(self, host: str, *, pause: float, timeout: float) -> AsyncIterator[None]:
        """Hold the slot of a host.

        Raises:
            HostUnavailable: other processes kept the slot for `longest_wait`.
        """
        holder = uuid.uuid4().hex
        lease = timedelta(seconds=timeout) + MARGIN
        end = asyncio.get_running_loop().time() + self._longest_wait
        while (wait := await asyncio.to_thread(self._try_take, host, holder, lease)) is not None:
            if asyncio.get_running_loop().time() > end:
                raise HostUnavailable(f"{host}: its slot was taken by other crawls all the time")
            await asyncio.sleep(min(max(wait, 0.02), MAX_POLL_PAUSE))
        try:
            yield
        finally:
            task = asyncio.ensure_future(
                asyncio.to_thread(self._free_slot, host, holder, timedelta(seconds=pause))
            )
            await asyncio.shield(task)

    def _try_take(self, host: str, holder: str, lease: timedelta) -> float | None:
        """Take a slot; return None, or the seconds to wait before the next attempt."""
        with self._store.transaction() as unit:
            if unit.host_slots.take(host, holder, lease):
                return None
            return unit.host_slots.seconds_until_free(host)

    def _free_slot(self, host: str, holder: str, pause: timedelta) -> None:
        try:
            with self._store.transaction() as unit:
                unit.host_slots.free(host, holder, pause)
        except StorageError:
            # the slot is free when its lease ends
            return
