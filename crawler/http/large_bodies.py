"""Large bodies of one crawl, one at a time: twenty sources could hold twenty of them otherwise."""

from __future__ import annotations

import asyncio
import gc
import weakref

from crawler.http.response import FetchResponse

SMALL = 2 * 1024 * 1024  # bytes; what is larger waits for its turn
_COLLECT_EVERY = 0.5
PATIENCE = 60.0  # seconds to wait for it


class LargeBodies:
    """The turn of one answer with a large body. It ends when nobody holds the answer any more."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def wait(self) -> bool:
        """Wait for the turn; False: it did not come in time."""
        for _ in range(int(PATIENCE / _COLLECT_EVERY)):
            try:
                await asyncio.wait_for(self._turn.acquire(), _COLLECT_EVERY)
            except TimeoutError:
                # an answer may hang in a cycle of an error and its traceback; what was imported
                # is frozen, so that this takes milliseconds
                gc.collect()
            else:
                return True
        return False

    def hold(self, answer: FetchResponse) -> None:
        """Keep the turn for as long as this answer is held."""
        loop = asyncio.get_running_loop()

        def let_go() -> None:
            # the last to hold it may be a thread
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._turn.release)

        weakref.finalize(answer, let_go).atexit = False

    def give_back(self) -> None:
        """End the turn: no answer came."""
        self._turn.release()
