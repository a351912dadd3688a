"""A crawl in a process of its own: `python -m crawler.processes.child`, with a CrawlJob on stdin.

`crawler.processes.launcher_process` forks it. It writes events to stdout, one JSON object a line,
and logs to stderr. It can be killed at any time without losing data.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from typing import Any, NoReturn

from config.logs import set_up
from crawler.fetch_errors import InvalidJob
from crawler.jobs.events import Emit, encode_event
from crawler.jobs.job import from_json
from crawler.jobs.limits import ORPHANED, end_after, end_with_parent, limit_memory

log = logging.getLogger(__name__)

FAILED = 1
INVALID_JOB = 64
CLOSING_SECONDS = 10.0  # from the deadline until the process ends, whether polls have ended or not


def import_all() -> None:
    """Import the modules and load the language model that every crawl needs."""
    # imported first: it inspects the stack and all loaded modules for each deprecated class, which
    # takes 0.2 seconds when it is imported after the others
    import scrapy.core.downloader.contextfactory  # noqa: F401

    import crawler.http.guard_middleware
    import crawler.http.hosts.host_lock
    import crawler.http.robots_middleware
    import crawler.http.throttle
    import crawler.processes.batch  # noqa: F401
    from crawler.spider_base.spider_classes import import_spiders
    from crawler.text.language import load_model

    _import_components()
    import_spiders()
    load_model()


def _import_components() -> None:
    """Import the components and codecs that Scrapy imports in each crawl."""
    import encodings.idna  # noqa: F401

    from scrapy.settings import Settings
    from scrapy.utils.conf import build_component_list
    from scrapy.utils.misc import load_object

    from crawler.http.scrapy_settings import component_settings

    settings = Settings(component_settings())
    components = [
        path
        for name in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES")
        for path in build_component_list(settings.getwithbase(name))
    ]
    classes = [
        value
        for name, value in settings.items()
        if isinstance(value, str) and value.startswith("scrapy.")
    ]
    for path in (*components, *classes):
        load_object(path)


def main() -> NoReturn:
    """Read a job from stdin, run it and exit."""
    _set_up_logging()
    import_all()
    # forked before this process has threads, events or a reactor
    from crawler.processes.batch import crawl
    from crawler.reading.fork_server import start_fork_server
    from crawler.reading.reader_process import serve

    forks = start_fork_server(serve)
    emit = _write_events_to_stdout()
    try:
        job = from_json(sys.stdin.buffer.readline().decode())
    except (InvalidJob, UnicodeDecodeError) as error:
        log.error("child.invalid-job %s", error)
        _end_process(INVALID_JOB)
    end_with_parent(sys.stdin.fileno())
    end_after(job.deadline.total_seconds() + CLOSING_SECONDS)
    limit_memory(job.crawl.memory_limit_mb)
    try:
        code = crawl(job, emit, forks)
    except Exception as error:
        log.exception("child.failed run=%s", job.run_id)
        emit({"event": "error", "source": None, "error": f"{type(error).__name__}: {error}"})
        code = FAILED
    _end_process(code)


def _set_up_logging() -> None:
    set_up(logging.INFO, prints=True)
    for noisy in ("scrapy", "twisted", "trafilatura", "htmldate", "asyncio", "alembic"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    # deprecation warnings of libraries are of no use to an operator
    warnings.simplefilter("ignore")


def _write_events_to_stdout() -> Emit:
    """Return a function that writes events to stdout; other output to stdout goes to stderr."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lock = threading.Lock()

    def emit(event: dict[str, Any]) -> None:
        try:
            with lock:
                events.write(encode_event(event))
                events.flush()
        except BrokenPipeError:
            os._exit(ORPHANED)

    return emit


def _end_process(code: int) -> NoReturn:
    logging.shutdown()
    sys.stderr.flush()
    # threads that wait for a name server would delay an ordinary exit
    os._exit(code)


if __name__ == "__main__":
    main()
