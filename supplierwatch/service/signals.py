"""Ends the process in an orderly way on SIGTERM and SIGINT."""

import logging
import signal
import threading
from types import FrameType

log = logging.getLogger(__name__)


def stop_on_signal(stopping: threading.Event, name: str) -> None:
    """Set `stopping` on SIGTERM or SIGINT; does nothing in a thread other than the main one.

    Args:
        stopping: the event.
        name: of the process, for the log.
    """

    def stop(signum: int, _frame: FrameType | None) -> None:
        log.info("%s.stopping signal=%s", name, signal.Signals(signum).name)
        stopping.set()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
