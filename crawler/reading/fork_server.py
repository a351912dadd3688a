"""Forks reader processes on demand, from a process that has one thread and all imports.

A crawl has threads and a reactor, from which forking is not safe; starting an interpreter and
importing Scrapy takes a second. This process is forked before either exists, so that a reader
that was ended is replaced within milliseconds and shares the memory of the imports.
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
_PID = struct.Struct("<i")


class ForkServer:
    """The client's side. Safe to use from several threads."""

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self._connection = connection
        self._lock = threading.Lock()

    def fork(self) -> tuple[int, socket.socket]:
        """Have a reader forked; returns its process id and a connection to it.

        Raises:
            OSError: the fork server is gone, or the system refuses another process.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                with self._lock:
                    socket.send_fds(self._connection, [_FORK + _PID.pack(0)], [theirs.fileno()])
                    pid = self._answer()
            except OSError:
                ours.close()
                raise
        if pid <= 0:
            ours.close()
            raise OSError("the system refuses another process")
        return pid, ours

    def wait(self, pid: int) -> int:
        """Wait for the end of a reader; its exit code, negative: the signal that ended it."""
        with self._lock:
            self._connection.sendall(_WAIT + _PID.pack(pid))
            return self._answer()

    def close(self) -> None:
        """End the fork server and every reader that it forked."""
        self._connection.close()

    def _answer(self) -> int:
        said = self._connection.recv(_PID.size, socket.MSG_WAITALL)
        if len(said) < _PID.size:
            raise OSError("the fork server has ended")
        number: int = _PID.unpack(said)[0]
        return number


def start_fork_server(serve: Callable[[socket.socket], None]) -> ForkServer:
    """Fork the fork server off this process, which must have no other thread of its own.

    Args:
        serve: what a reader does with its connection until that closes.
    """
    ours, theirs = socket.socketpair()
    gc.collect()
    gc.freeze()  # a collection would write to every object, and none would stay shared
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        ours.close()
        _detach(parent)
        _run(theirs, serve)
    theirs.close()
    return ForkServer(ours, pid)


def _detach(parent: int) -> None:
    """Keep nothing that belongs to the parent's side, and end with it."""
    # the group is asked to stop by SIGTERM: the crawl closes its polls then, and ends its readers
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # stdout is for events
    end_with_parent_process(parent)


def _run(connection: socket.socket, serve: Callable[[socket.socket], None]) -> NoReturn:
    readers: set[int] = set()
    try:
        while True:
            said, fds, _, _ = socket.recv_fds(connection, 1 + _PID.size, 1)
            if len(said) < 1 + _PID.size:
                break
            pid: int = _PID.unpack(said[1:])[0]
            if said[:1] == _FORK:
                connection.sendall(_PID.pack(_fork(connection, fds[0], serve, readers)))
            else:
                connection.sendall(_PID.pack(_wait_for(pid, readers)))
    finally:
        for pid in readers:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _fork(
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


def _wait_for(pid: int, readers: set[int]) -> int:
    if pid not in readers:
        return 0
    readers.discard(pid)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
