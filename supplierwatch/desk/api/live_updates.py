"""`/api/v1/updates`: server-sent events that tell an open page that there are new mentions.

An event carries the id of the newest mention and nothing else: the page then asks for what its
user may see. A stream ends after `STREAM_SECONDS`; browsers connect again by themselves, so that
sessions and tokens that ended are noticed, and connections stay within the limits of `web.limits`.
The format is that of the HTML standard, "Server-sent events".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from storage.errors import DatabaseUnusable
from storage.model import Role
from storage.model import Scope as TokenScope
from storage.rules.groups import GroupScope
from supplierwatch.desk.api.authentication import authenticate, refuse_role
from supplierwatch.desk.api.endpoint import BASE
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.routing import HEADERS, problem_response, refuse_method
from supplierwatch.desk.api.updates_operation import MEDIA_TYPE, PATH
from supplierwatch.desk.page import DeskSource, read_number
from supplierwatch.web.limits import LIFETIME, MAX_CONNECTIONS

log = logging.getLogger(__name__)

STREAM_SECONDS = LIFETIME - 5  # before the connection is closed from below
MAX_STREAMS = MAX_CONNECTIONS // 4  # the other connections are for requests
POLL_SECONDS = 2.0  # between two looks at the database, however many streams are open
RETRY_MS = 2_000  # after which browsers connect again


class NewestMention:
    """The id of the newest mention, read from the database by one task for all streams.

    `streams` are those that are open.
    """

    def __init__(self, source: DeskSource) -> None:
        self._source = source
        self.streams = 0
        self._newest = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def read(self) -> int:
        """Return the id that the database has now; 0 where there is no mention."""
        return await run_in_threadpool(self._read)

    async def follow(self, seen: int) -> AsyncGenerator[int, None]:
        """Yield the id whenever it differs from the one before, for `STREAM_SECONDS`.

        Args:
            seen: the id that the client has.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + STREAM_SECONDS
        self.streams += 1
        try:
            if self._task is None or self._task.done():
                self._newest = await self.read()
                self._task = asyncio.create_task(self._poll())
            known = seen
            while loop.time() < end:
                if self._newest != known:
                    known = self._newest
                    yield known
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), end - loop.time())
        finally:
            self.streams -= 1

    async def _poll(self) -> None:
        """Read the id again and again while there is a stream."""
        while self.streams:
            await asyncio.sleep(POLL_SECONDS)
            try:
                newest = await self.read()
            except DatabaseUnusable as error:
                log.warning("desk.updates-unavailable cause=%s", error)
                continue
            if newest != self._newest:
                self._newest = newest
                self._changed.set()
                self._changed = asyncio.Event()

    def _read(self) -> int:
        with self._source.store.reading() as unit:
            return unit.users.newest_mention()


class UpdateStream:
    """The ASGI application of the route."""

    def __init__(self, source: DeskSource) -> None:
        self._source = source
        self._newest: dict[GroupScope, NewestMention] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        request = Request(scope, receive)
        response: Response
        try:
            response = await self._open(request)
        except ApiProblem as problem:
            response = problem_response(problem)
        except DatabaseUnusable as error:
            log.warning("desk.updates-unavailable cause=%s", error)
            response = problem_response(ApiProblem(503, "The database does not answer."))
        await response(scope, receive, send)

    async def _open(self, request: Request) -> Response:
        caller = await run_in_threadpool(authenticate, self._source, request)
        if request.method not in ("GET", "HEAD"):
            raise refuse_method()
        refuse_role(caller, Role.READER, {TokenScope.READ})
        headers = HEADERS | {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if request.method == "HEAD":
            return Response(headers=headers, media_type=MEDIA_TYPE)
        # made here, since it belongs to the event loop of the server
        if caller.scope not in self._newest:
            self._newest[caller.scope] = NewestMention(self._source.within(caller.scope))
        newest = self._newest[caller.scope]
        if sum(each.streams for each in self._newest.values()) >= MAX_STREAMS:
            retry = {"Retry-After": "60"}
            raise ApiProblem(503, "Too many pages wait for updates.", headers=retry)
        given = request.headers.get("last-event-id") or request.query_params.get("seen", "")
        seen = read_number(given)
        if seen is None:
            seen = await newest.read()
        return StreamingResponse(
            _write_events(newest, seen), headers=headers, media_type=MEDIA_TYPE
        )


async def _write_events(newest: NewestMention, seen: int) -> AsyncIterator[str]:
    """Yield the lines of one stream."""
    yield f"retry: {RETRY_MS}\n\n"
    async with aclosing(newest.follow(seen)) as ids:
        async for number in ids:
            yield f'id: {number}\nevent: mentions\ndata: {{"newest": {number}}}\n\n'


def route(source: DeskSource) -> Route:
    """Return the route of the stream."""
    return Route(BASE + PATH, UpdateStream(source), name="updates")
