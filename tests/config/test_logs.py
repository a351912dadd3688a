"""Log lines: nobody forges one, and none comes without end."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from config.logs import (
    LINES_PER_MINUTE,
    MAX_KINDS,
    MAX_TRACEBACK,
    LimitedHandler,
    LineLimit,
    escape_controls,
)

HOSTILE = {
    "a forged line": "x\n2026-01-01 00:00:00 ERROR storage all is lost",
    "a carriage return": "x\rERROR",
    "clears the screen": "x\x1b[2J\x1b[1;1H",
    "sets the title by a C1 control": "x\x9d0;owned\x9c",
    "backspaces": "x\x08\x08",
    "NUL": "x\x00y",
    "turns the direction": "x\u202eesrever\u202c",
    "isolates": "x\u2066y\u2069",
    "line separators": "x\u2028y\u2029z\x85w",
    "invisible": "x\u200b\ufeff\u00ad\U000e0041y",
    "half a surrogate pair": "x\ud800y",
}

LETTERS = str.maketrans("0123456789", "abcdefghij")


class Time:
    """A monotonic clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time_() -> Time:
    return Time()


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def handler(out: io.StringIO, time_: Time) -> LimitedHandler:
    return LimitedHandler(out, LineLimit(monotonic=time_))


@pytest.fixture
def log(handler: LimitedHandler) -> Iterator[logging.Logger]:
    # outside of the tree of loggers: pytest would keep half a surrogate pair in its report
    logger = logging.Logger("test.of.logs", logging.INFO)
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_words_of_strangers_stay_on_their_line(
    words: str, log: logging.Logger, out: io.StringIO
) -> None:
    log.info("page.thin url=%s", words)
    written = out.getvalue()
    assert written.count("\n") == 1
    assert written.endswith("\n")
    assert written[:-1].isprintable()
    assert "page.thin url=x" in written
    written.encode()  # also half a surrogate pair can be written


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_line_of_an_exception_passes_for_an_event(
    words: str, log: logging.Logger, out: io.StringIO
) -> None:
    try:
        raise ValueError(words)
    except ValueError:
        log.exception("worker.failed")
    first, *rest = out.getvalue()[:-1].split("\n")
    assert "worker.failed" in first
    assert len(rest) >= 3
    assert all(line.startswith("  | ") and line.isprintable() for line in rest)


def test_what_is_harmless_is_written_as_it_is() -> None:
    assert escape_controls("Žluťoučký kůň: 3 % of £5m – “quoted”") == (
        "Žluťoučký kůň: 3 % of £5m – “quoted”"
    )


def test_a_line_without_end_is_cut(log: logging.Logger, out: io.StringIO) -> None:
    log.info("said %s", "x" * 1_000_000)
    assert len(out.getvalue()) < 5_000
    assert "more characters)" in out.getvalue()


def test_a_traceback_without_end_is_cut(log: logging.Logger, out: io.StringIO) -> None:
    try:
        raise ValueError("x" * 1_000_000)
    except ValueError:
        log.exception("worker.failed")
    assert len(out.getvalue()) < MAX_TRACEBACK + 1_000
    assert "characters left out)" in out.getvalue()


def test_tracebacks_of_one_kind_are_limited_and_counted(
    log: logging.Logger, handler: LimitedHandler, out: io.StringIO
) -> None:
    for number in range(LINES_PER_MINUTE + 50):
        try:
            raise ValueError(f"item {number}")
        except ValueError:
            log.exception("worker.failed name=%s", "match")
    handler.close()
    assert out.getvalue().count("Traceback (most recent call last)") == LINES_PER_MINUTE
    assert "log.suppressed lines=50" in out.getvalue()


@pytest.mark.slow
def test_lines_of_one_kind_are_limited_and_the_others_counted_when_the_minute_is_over(
    log: logging.Logger, out: io.StringIO, time_: Time
) -> None:
    for number in range(53_000):
        log.error("accept failed number=%d", number)
    log.error("something else")
    lines = out.getvalue().splitlines()
    assert len(lines) == LINES_PER_MINUTE + 1
    assert "something else" in lines[-1]
    time_.now += 61
    log.info("and on")
    said, last = out.getvalue().splitlines()[len(lines) :]
    assert f"log.suppressed lines={53_000 - LINES_PER_MINUTE}" in said
    assert "like='accept failed number=%d'" in said
    assert " ERROR " in said
    assert "and on" in last
    log.error("accept failed number=%d", 1)
    assert "accept failed number=1" in out.getvalue().splitlines()[-1]


def test_what_was_suppressed_is_said_although_nothing_more_comes(
    log: logging.Logger, handler: LimitedHandler, out: io.StringIO, time_: Time
) -> None:
    for _ in range(LINES_PER_MINUTE + 5):
        log.info("again")
    handler.report_suppressed()
    assert "suppressed" not in out.getvalue()
    time_.now += 61
    handler.report_suppressed()
    handler.report_suppressed()
    assert out.getvalue().count("log.suppressed lines=5") == 1


def test_the_end_of_a_process_says_what_was_suppressed(
    log: logging.Logger, handler: LimitedHandler, out: io.StringIO
) -> None:
    for _ in range(LINES_PER_MINUTE + 5):
        log.info("again")
    handler.close()
    assert "log.suppressed lines=5" in out.getvalue()


def test_kinds_without_end_are_counted_together(
    log: logging.Logger, handler: LimitedHandler, out: io.StringIO
) -> None:
    for number in range(3 * MAX_KINDS):
        log.info("form " + str(number).translate(LETTERS))  # as libraries do
    handler.close()
    lines = out.getvalue().splitlines()
    assert len(lines) <= MAX_KINDS + LINES_PER_MINUTE + 1
    assert "like='others'" in lines[-1]


def test_numbers_do_not_make_kinds_of_what_was_formatted_before(
    log: logging.Logger, out: io.StringIO
) -> None:
    for number in range(1_000):
        log.info(f"socket 0x{number:x} of client {number} lost")  # as libraries do
    assert len(out.getvalue().splitlines()) == LINES_PER_MINUTE


def test_what_child_processes_print_and_their_exceptions_are_log_lines() -> None:
    program = (
        "import logging, sys, threading\n"
        "from config.logs import set_up\n"
        "set_up(logging.INFO, prints=True)\n"
        "print('printed\\x1b[2J')\n"
        "print('and this', file=sys.stderr)\n"
        "def work(): raise ValueError('thread\\nERROR forged')\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
        "raise RuntimeError('main\\nERROR forged')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert "printed\\x1b[2J" in done.stderr
    assert any(line.endswith("and this") for line in lines)
    assert not [line for line in lines if line.startswith("ERROR")]
    assert sum("ended-by-exception" in line for line in lines) == 2
    assert all(line[:2] == "20" or line.startswith("  | ") for line in lines)
