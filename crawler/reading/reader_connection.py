"""The connection of a crawl to one reader process, on the event loop."""

from __future__ import annotations

import asyncio
import pickle
import socket

from crawler.reading.reader_process import HEAD, MAX_MESSAGE, Reply

_RECEIVE_SIZE = 256 * 1024  # bytes; most replies are received at once


class ReaderConnection:
    """Sends one request at a time and waits for its reply. `pid`: that of the reader."""

    def __init__(
        self, pid: int, connection: socket.socket, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.pid = pid
        self._connection = connection
        self._loop = loop
        self._received = bytearray()
        self._reply: asyncio.Future[bytearray | None] | None = None
        self._has_ended = False
        connection.setblocking(False)
        loop.add_reader(connection, self._receive)

    async def ask(self, request: bytes) -> tuple[Reply, bool] | None:
        """Send a pickled request; return its reply and whether the reader accepts another one.

        Returns None if the reader has ended, or sent something that is not a reply.

        Raises:
            OSError: the reader had ended before.
            pickle.PickleError, MemoryError, EOFError: the reply cannot be unpickled.
        """
        if self._has_ended:
            return None
        self._received.clear()
        self._reply = self._loop.create_future()
        await self._send_request(request)
        message = await self._reply
        if message is None:
            return None
        _, more = HEAD.unpack_from(message)
        # safe to unpickle: both ends are this program, and untrusted content is only a value inside
        reply: Reply = pickle.loads(memoryview(message)[HEAD.size :])  # noqa: S301
        return reply, more

    def close(self) -> None:
        """Close the connection; a reader that waits for a request ends."""
        self._stop_receiving()
        self._connection.close()

    async def _send_request(self, request: bytes) -> None:
        head = HEAD.pack(len(request), True)
        try:
            sent = self._connection.sendmsg((head, request))
        except BlockingIOError:
            sent = 0
        if sent < len(head) + len(request):
            rest = memoryview(head + request)[sent:]
            await self._loop.sock_sendall(self._connection, rest)

    def _receive(self) -> None:
        try:
            part = self._connection.recv(_RECEIVE_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            part = b""
        self._received += part
        is_whole = False
        if len(self._received) >= HEAD.size:
            length, _ = HEAD.unpack_from(self._received)
            is_whole = len(self._received) >= HEAD.size + min(length, MAX_MESSAGE)
        if not part or len(self._received) > HEAD.size + MAX_MESSAGE:
            self._stop_receiving()
            self._resolve_reply(None)
        elif is_whole:
            message, self._received = self._received, bytearray()
            self._resolve_reply(message)

    def _resolve_reply(self, message: bytearray | None) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(message)

    def _stop_receiving(self) -> None:
        if not self._has_ended and not self._loop.is_closed():
            self._loop.remove_reader(self._connection)
        self._has_ended = True
