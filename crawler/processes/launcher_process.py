"""The launcher process, which forks crawls.

`python -m crawler.processes.launcher_process FD`, where FD is a connected socket.

It imports Scrapy and all that a crawl needs once, which takes seconds, and forks a process for each
crawl, which takes milliseconds and shares memory. It has one thread and no reactor, so that forking
is safe. `crawler.processes.launcher` is its client.
"""

from __future__ import annotations

import errno
import fcntl
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
from crawler.reading.fork_server import NUMBER

REQUEST = struct.Struct("<I")  # length of the JSON that follows; sent with the file descriptors
DESCRIPTORS = 5  # stdin, stdout, stderr, the lock file, and a socket for the exit code
LOCK_FD = 3  # descriptor of the lock file in a crawl


def main() -> NoReturn:
    """Fork a crawl for each request until the connection closes."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    from crawler.processes import child

    try:
        child.import_all()
    except Exception:
        # each crawl imports again, and reports the error as that of its sources
        traceback.print_exc()
    gc.collect()
    gc.freeze()  # a collection would write to every object and unshare its memory
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
        if connection.fileno() in readable and not _handle_request(connection, crawls):
            os._exit(0)


def _handle_request(connection: socket.socket, crawls: dict[int, int]) -> bool:
    """Fork a crawl for one request; return False when the connection has closed."""
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
        _run_crawl(parent, fds, json.loads(body))
    *crawl_fds, report = fds
    for fd in crawl_fds:
        os.close(fd)
    if pid > 0:
        crawls[pid] = report
    else:
        os.close(report)
    connection.sendall(NUMBER.pack(pid))
    return True


def _run_crawl(parent: int, fds: list[int], environment: dict[str, str]) -> NoReturn:
    """Become a crawl: in its own session, with only the given descriptors."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # above all descriptors that dup2 replaces next
        duplicates = [fcntl.fcntl(fd, fcntl.F_DUPFD, 16) for fd in fds[: LOCK_FD + 1]]
        for wanted, fd in enumerate(duplicates):
            os.dup2(fd, wanted)
        os.closerange(LOCK_FD + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
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


def _report_ended(crawls: dict[int, int]) -> None:
    """Send the exit code of every crawl that has ended."""
    while crawls:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        report = crawls.pop(pid, None)
        if report is not None:
            with socket.socket(fileno=report) as connection:
                try:
                    connection.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
                except OSError:
                    continue  # the client no longer waits for it


if __name__ == "__main__":
    main()
