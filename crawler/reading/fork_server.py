"""Forks reader processes on demand, from a process that has one thread and all imports.

Forking a crawl is not safe, since it has threads and a reactor; starting an interpreter and
importing Scrapy takes a second. The fork server is forked before either exists, so that an ended
reader is replaced within milliseconds and shares the memory of the imports.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
import threading
from collections.abc import Callable
from typing import NoReturn

from crawler.jobs.limits import end_with_parent_process

_FORK, _WAIT = b"f", b"w"
NUMBER = struct.Struct("<i")  # a process id, 0 or negative: none; or an exit code


class ForkServer:
    """The client of the fork server. Thread-safe."""

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self._connection = connection
        self._lock = threading.Lock()

    def fork(self) -> tuple[int, socket.socket]:
        """Fork a reader; return its process id and a connection to it.

        Raises:
            OSError: the fork server has ended, or the system refuses another process.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                with self._lock:
                    socket.send_fds(self._connection, [_FORK + NUMBER.pack(0)], [theirs.fileno()])
                    pid = self._receive_number()
            except OSError:
                ours.close()
                raise
        if pid <= 0:
            ours.close()
            raise OSError("the system refuses another process")
        return pid, ours

    def wait(self, pid: int) -> int:
        """Wait for the end of a reader; return its exit code, negative: the signal that ended it.

        Raises:
            OSError: the fork server has ended.
        """
        with self._lock:
            self._connection.sendall(_WAIT + NUMBER.pack(pid))
            return self._receive_number()

    def close(self) -> None:
        """End the fork server and all readers that it forked."""
        self._connection.close()

    def _receive_number(self) -> int:
        number = receive_number(self._connection)
        if number is None:
            raise OSError("the fork server has ended")
        return number


def receive_number(connection: socket.socket) -> int | None:
    """Receive a number that the other side packed; None if it has closed the connection.

    Raises:
        OSError: nothing came in time, or the connection broke.
    """
    message = connection.recv(NUMBER.size, socket.MSG_WAITALL)
    return NUMBER.unpack(message)[0] if len(message) == NUMBER.size else None


def start_fork_server(serve: Callable[[socket.socket], None]) -> ForkServer:
    """Start the fork server by forking this process, which must have no other threads.

    Args:
        serve: runs in each reader; serves its connection until that closes.
    """
    ours, theirs = socket.socketpair()
    gc.collect()
    gc.freeze()  # a collection would write to every object and unshare its memory
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        ours.close()
        _detach(parent)
        _serve_requests(theirs, serve)
    theirs.close()
    return ForkServer(ours, pid)


def _detach(parent: int) -> None:
    """Ignore the signals of the group, close stdin and stdout, and end with the parent."""
    # SIGTERM is sent to the whole group; the crawl then closes its polls and ends its readers
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    devnull = os.open(os.devnull, os.O_RDONLY)
    os.dup2(devnull, 0)
    os.close(devnull)
    os.dup2(2, 1)  # stdout is for events
    end_with_parent_process(parent)


def _serve_requests(connection: socket.socket, serve: Callable[[socket.socket], None]) -> NoReturn:
    readers: set[int] = set()
    try:
        while True:
            message, fds, _, _ = socket.recv_fds(connection, 1 + NUMBER.size, 1)
            if len(message) < 1 + NUMBER.size:
                break
            pid: int = NUMBER.unpack(message[1:])[0]
            if message[:1] == _FORK:
                connection.sendall(NUMBER.pack(_fork_reader(connection, fds[0], serve, readers)))
            else:
                connection.sendall(NUMBER.pack(_wait_for_reader(pid, readers)))
    finally:
        for pid in readers:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _fork_reader(
    connection: socket.socket, fd: int, serve: Callable[[socket.socket], None], readers: set[int]
) -> int:
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        os.close(fd)
        return -1
    if pid:
        os.close(fd)
        readers.add(pid)
        return pid
    try:
        connection.close()
        end_with_parent_process(parent)
        serve(socket.socket(fileno=fd))
    finally:
        os._exit(0)


def _wait_for_reader(pid: int, readers: set[int]) -> int:
    if pid not in readers:
        return 0
    readers.discard(pid)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
