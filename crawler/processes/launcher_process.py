"""The process that starts crawls.

`python -m crawler.processes.launcher_process FD`, where FD is a connected socket.

It imports Scrapy and all that a crawl needs once, which takes seconds, and forks off a process for
each crawl, which takes milliseconds; these share its memory. It has one thread and no reactor, so
that forking is safe. `crawler.processes.launcher` is the other side.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
import traceback
from typing import NoReturn

from crawler.jobs.limits import end_with_parent_process

REQUEST = struct.Struct("<I")  # length of the request's JSON; comes with the file descriptors
NUMBER = struct.Struct("<i")  # a process id (negative: an errno) or an exit code
DESCRIPTORS = 5  # stdin, stdout, stderr, the file of turns, and where to say the exit code
TURN_FD = 3  # the file of turns, in a crawl


def main() -> NoReturn:
    """Fork a crawl for each request until the connection closes."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    from crawler.processes import child

    try:
        child.import_all()
    except Exception:
        # each crawl tries for itself, and says what is wrong where its source shows it
        traceback.print_exc()
    gc.collect()
    gc.freeze()  # a collection would write to every object, and none would stay shared
    ended, on_child = os.pipe()
    for end in (ended, on_child):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(on_child, warn_on_full_buffer=False)
    crawls: dict[int, int] = {}
    while True:
        readable, _, _ = select.select([connection.fileno(), ended], [], [])
        if ended in readable:
            os.read(ended, 4096)
            _report_ended(crawls)
        if connection.fileno() in readable and not _answer(connection, crawls):
            os._exit(0)


def _answer(connection: socket.socket, crawls: dict[int, int]) -> bool:
    """Do one request; False: the connection has closed."""
    head, fds, _, _ = socket.recv_fds(connection, REQUEST.size, DESCRIPTORS)
    if len(head) < REQUEST.size or len(fds) < DESCRIPTORS:
        return False
    (length,) = REQUEST.unpack(head)
    body = connection.recv(length, socket.MSG_WAITALL)
    if len(body) < length:
        return False
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        pid = -(error.errno or errno.EAGAIN)
    if pid == 0:
        _crawl(parent, fds, json.loads(body))
    *given, report = fds
    for fd in given:
        os.close(fd)
    if pid > 0:
        crawls[pid] = report
    else:
        os.close(report)
    connection.sendall(NUMBER.pack(pid))
    return True


def _crawl(parent: int, fds: list[int], environment: dict[str, str]) -> NoReturn:
    """Be a crawl: in a session of its own, with the given descriptors and no other."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # above all numbers that are about to be replaced
        moved = [_moved(fd) for fd in fds[: TURN_FD + 1]]
        for wanted, fd in enumerate(moved):
            os.dup2(fd, wanted)
        os.closerange(TURN_FD + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        end_with_parent_process(parent)
        from crawler.processes import child

        child.main()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(1)


def _moved(fd: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD, 16)


def _report_ended(crawls: dict[int, int]) -> None:
    """Say the exit code of every crawl that has ended."""
    while crawls:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        report = crawls.pop(pid, None)
        if report is not None:
            with socket.socket(fileno=report) as told:
                try:
                    told.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
                except OSError:
                    continue  # nobody waits for it any more


if __name__ == "__main__":
    main()
