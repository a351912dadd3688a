"""Limits a crawl to one large body in memory; otherwise each of its sources could hold one."""

from __future__ import annotations

import asyncio
import gc
import weakref

from crawler.http.response import FetchResponse

MAX_SMALL_BODY = 2 * 1024 * 1024  # bytes; a larger body needs the slot
_COLLECT_EVERY = 0.5
MAX_WAIT = 60.0  # seconds to wait for the slot


class LargeBodies:
    """A slot for one large response, released when that response is garbage-collected."""

    def __init__(self) -> None:
        self._slot = asyncio.Semaphore(1)

    async def acquire(self) -> bool:
        """Wait for the slot, for at most `MAX_WAIT` seconds; return whether it was acquired."""
        for _ in range(int(MAX_WAIT / _COLLECT_EVERY)):
            try:
                await asyncio.wait_for(self._slot.acquire(), _COLLECT_EVERY)
            except TimeoutError:
                # a response may be in a cycle of an error and its traceback; imported objects are
                # frozen, so that this takes milliseconds
                gc.collect()
            else:
                return True
        return False

    def release_after(self, answer: FetchResponse) -> None:
        """Release the slot when this response is garbage-collected."""
        loop = asyncio.get_running_loop()

        def release_slot() -> None:
            # a thread may drop the last reference
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._slot.release)

        weakref.finalize(answer, release_slot).atexit = False

    def release(self) -> None:
        """Release the slot at once, where there was no response."""
        self._slot.release()
