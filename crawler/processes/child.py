"""A crawl in a process of its own: `python -m crawler.processes.child`, with a CrawlJob on stdin.

The service forks it off `crawler.processes.launcher_process`. Says one JSON event a line on stdout,
logs to stderr. In process a hung crawl cannot be ended; a process can be killed at any time, and
loses nothing by it.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from typing import Any, NoReturn

from config.logs import set_up
from crawler.fetch_errors import BadJob
from crawler.jobs.events import Emit, line_of
from crawler.jobs.job import from_json
from crawler.jobs.limits import ORPHANED, end_after, end_with_parent, limit_memory

log = logging.getLogger(__name__)

BROKE = 1
BAD_JOB = 64
CLOSING = 10.0  # seconds from the deadline until the process ends, closed or not


def import_all() -> None:
    """Import and load what every crawl needs."""
    # Scrapy looks through the whole stack and all modules for each class that it deprecates here:
    # a fifth of a second, unless it is imported before others
    import scrapy.core.downloader.contextfactory  # noqa: F401

    import crawler.processes.batch  # noqa: F401
    from crawler.spider_base.spider_classes import import_spiders
    from crawler.text.language import load_model

    import_spiders()
    load_model()


def main() -> NoReturn:
    """Read the job, do it, end."""
    _set_up_logging()
    import_all()
    # forked before this process has threads, events or a reactor
    from crawler.processes.batch import crawl
    from crawler.reading.fork_server import start_fork_server
    from crawler.reading.reader_process import serve

    forks = start_fork_server(serve)
    emit = _events_on_stdout()
    try:
        job = from_json(sys.stdin.buffer.readline().decode())
    except (BadJob, UnicodeDecodeError) as error:
        log.error("child.bad-job %s", error)
        _end(BAD_JOB)
    end_with_parent(sys.stdin.fileno())
    end_after(job.deadline.total_seconds() + CLOSING)
    limit_memory(job.crawl.memory_limit_mb)
    try:
        code = crawl(job, emit, forks)
    except Exception as error:
        log.exception("child.broke run=%s", job.run_id)
        emit({"event": "error", "source": None, "error": f"{type(error).__name__}: {error}"})
        code = BROKE
    _end(code)


def _set_up_logging() -> None:
    set_up(logging.INFO, prints=True)
    for noisy in ("scrapy", "twisted", "trafilatura", "htmldate", "asyncio", "alembic"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    # what a library will change one day is no news to an operator
    warnings.simplefilter("ignore")


def _events_on_stdout() -> Emit:
    """Keep stdout for events: whatever else prints goes to the log."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lock = threading.Lock()

    def emit(event: dict[str, Any]) -> None:
        try:
            with lock:
                events.write(line_of(event))
                events.flush()
        except BrokenPipeError:
            os._exit(ORPHANED)

    return emit


def _end(code: int) -> NoReturn:
    logging.shutdown()
    sys.stderr.flush()
    # threads that wait for a name server would hold up an ordinary exit
    os._exit(code)


if __name__ == "__main__":
    main()
