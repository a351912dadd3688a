"""Sets up logging of the service and its child processes: one event, one line.

Control and direction characters are escaped, so that fetched text cannot forge or hide a line. The
number of lines of one kind is limited per minute; a line reports how many were suppressed.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any

__all__ = ["LINES_PER_MINUTE", "LimitedHandler", "escape_controls", "report_suppressed", "set_up"]

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
LINES_PER_MINUTE = 100  # of one kind: one logger, level and form of message
WINDOW = 60.0  # seconds
MAX_KINDS = 500  # counted separately in one window; further ones are counted together
MAX_LINE = 4_000  # characters
MAX_TRACEBACK = 20_000  # characters, of all lines of one exception
CONTINUED = "  | "  # prefix of traceback lines, so that none looks like an event

# C0 and C1 controls, line separators, direction marks, overrides and isolates (CVE-2021-42574),
# invisible and tag characters, and lone surrogates, which cannot be encoded
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NUMBERS = re.compile(r"0x[0-9a-f]+|[0-9]+")


def escape_controls(text: str) -> str:
    """Escape control, direction and invisible characters, so that the text is one line."""
    return _UNSAFE.sub(_escape_character, text)


def _escape_character(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class LineFormatter(logging.Formatter):
    """Formats an event as one line; lines of its traceback follow, each with a prefix."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """Format the line of an event, cut to `MAX_LINE` characters."""
        line = escape_controls(super().formatMessage(record))
        if len(line) > MAX_LINE:
            line = f"{line[:MAX_LINE]}... ({len(line) - MAX_LINE} more characters)"
        return line

    def formatException(  # noqa: N802  # logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Format a traceback, escaped: the message of an exception may contain fetched text."""
        text = super().formatException(ei)
        if len(text) > MAX_TRACEBACK:
            half = MAX_TRACEBACK // 2
            text = (
                f"{text[:half]}\n... ({len(text) - 2 * half} characters left out)\n{text[-half:]}"
            )
        return _prefix_lines(text)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802  # logging's name
        """Format a stack in the same way."""
        return _prefix_lines(stack_info)


def _prefix_lines(text: str) -> str:
    return "\n".join(CONTINUED + escape_controls(line) for line in text.split("\n"))


@dataclass(slots=True)
class _Count:
    began: float
    written: int = 0
    suppressed: int = 0


_Kind = tuple[str, int, str]


class LineLimit(logging.Filter):
    """Limits the lines of one kind in each window, and counts the suppressed ones.

    Args:
        lines: allowed of one kind in one window of `WINDOW` seconds.
        monotonic: clock in seconds; replaced in tests.
    """

    def __init__(
        self, lines: int = LINES_PER_MINUTE, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._lines = lines
        self._monotonic = monotonic
        self._counts: dict[_Kind, _Count] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a line is within the limit, and count it."""
        with self._lock:
            kind = self._classify_record(record)
            count = self._counts.setdefault(kind, _Count(self._monotonic()))
            if count.written >= self._lines:
                count.suppressed += 1
                return False
            count.written += 1
            return True

    def _classify_record(self, record: logging.LogRecord) -> _Kind:
        # libraries log formatted messages: lines that differ in numbers are of one kind
        form = str(record.msg) if record.args else _NUMBERS.sub("N", str(record.msg)[:200])
        kind = (record.name, record.levelno, form[:80])
        if kind not in self._counts and len(self._counts) >= MAX_KINDS:
            return (record.name[:80], record.levelno, "")
        return kind

    def take_suppressed(self, *, all_of_them: bool = False) -> list[logging.LogRecord]:
        """Return a record for each kind that had suppressed lines in a window now over."""
        now, lines = self._monotonic(), []
        with self._lock:
            for (name, level, form), count in list(self._counts.items()):
                if now - count.began < WINDOW and not all_of_them:
                    continue
                del self._counts[name, level, form]
                if count.suppressed:
                    args = (count.suppressed, name, form or "others")
                    message = "log.suppressed lines=%d logger=%s like=%r"
                    lines.append(
                        logging.LogRecord(__name__, level, __file__, 0, message, args, None)
                    )
        return lines


class LimitedHandler(logging.StreamHandler[IO[str]]):
    """Writes lines to a stream, formatted by `LineFormatter` and limited by `LineLimit`."""

    def __init__(self, stream: IO[str], limit: LineLimit | None = None) -> None:
        super().__init__(stream)
        self._limit = limit or LineLimit()
        self.setFormatter(LineFormatter(FORMAT))

    def handle(self, record: logging.LogRecord) -> bool:
        """Write a line, after the counts of suppressed lines of windows that are over."""
        self.report_suppressed()
        if not self._limit.filter(record):
            return False
        return bool(super().handle(record))

    def report_suppressed(self, *, all_of_them: bool = False) -> None:
        """Write the counts of suppressed lines of windows that are over."""
        for record in self._limit.take_suppressed(all_of_them=all_of_them):
            super().handle(record)

    def close(self) -> None:
        """Write the remaining counts of suppressed lines, and close."""
        self.report_suppressed(all_of_them=True)
        super().close()


def report_suppressed() -> None:
    """Write the counts of suppressed lines of windows that are over.

    The service calls it periodically: the next log line may be hours away.
    """
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LimitedHandler):
            handler.report_suppressed()


class _LinesToLog:
    """A replacement for stdout and stderr: each printed line becomes a log line."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)
        self._rest = ""

    def write(self, text: str) -> int:
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()[-MAX_LINE:]
        for line in lines:
            if line.strip():
                self._log.warning("%s", line)
        return len(text)

    def flush(self) -> None:
        if self._rest.strip():
            self._log.warning("%s", self._rest)
        self._rest = ""

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 2


def set_up(level: int, stream: IO[str] | None = None, *, prints: bool = False) -> LimitedHandler:
    """Send all log lines of this process to `stream` (standard error), and nowhere else.

    Exceptions that end a thread are log lines too.

    Args:
        level: lowest level that is written.
        stream: standard error where absent.
        prints: whether lines printed to standard output and error by Python code become log
            lines too. For processes in which only libraries print.
    """
    handler = LimitedHandler(stream or sys.stderr)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    threading.excepthook = _log_thread_exception
    if prints:
        logging.raiseExceptions = False  # else errors of logging itself would be printed
        sys.stdout = _LinesToLog("printed")
        sys.stderr = _LinesToLog("printed")
        sys.excepthook = _log_exception
    return handler


def _log_thread_exception(args: Any) -> None:
    if args.exc_type is SystemExit:
        return
    name = args.thread.name if args.thread is not None else "unknown"
    info = (args.exc_type, args.exc_value, args.exc_traceback)
    logging.getLogger(__name__).critical("thread.ended-by-exception name=%s", name, exc_info=info)


def _log_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    logging.getLogger(__name__).critical(
        "process.ended-by-exception", exc_info=(kind, error, trace)
    )
