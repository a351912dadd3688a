"""A source kind that misbehaves on demand, for the children of a test.

    environment = trouble(tmp_path, quick=1, slow=2)   # seconds of processor time in each lane

A child gets it by way of `sitecustomize`, as it would get any other fault of code that it imports.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests import ROOT

_SPIDER = '''
"""What it does is said by the address of a page or by the key of its source."""
import ctypes, os, re, signal, time
from crawler.kinds.feed import FeedSpider

def misbehave(how):
    if "loop" in how:
        re.match(r"(a|a)*b", "a" * 60)
    if "allocate" in how:
        bytearray(2 << 30)
    if "crash" in how:
        ctypes.string_at(0)
    if "raise" in how:
        raise ValueError("this reader raises")
    if "exit" in how:
        os._exit(3)

class TroubleSpider(FeedSpider):
    name = "trouble"

    def address(self, source, *, since, now):
        if source.key.startswith("kills"):
            os.kill(os.getpid(), signal.SIGKILL)
        if source.key.startswith("hangs"):
            time.sleep(600)
        return super().address(source, since=since, now=now)

    def read(self, source, answer):
        misbehave(source.key)
        return super().read(source, answer)

    def read_page(self, source, answer, entry):
        misbehave(answer.page.final_url)
        return super().read_page(source, answer, entry)
'''
_SITE = """
import sys
sys.path.insert(0, {root!r})
import crawler.kinds
crawler.kinds.__path__.append({folder!r})
if sys.argv[0] == "-m":
    import crawler.reading.isolated_reading, crawler.reading.reader_pool, crawler.kinds.feed
    from crawler.reading.reader_process import Limits
    crawler.reading.reader_pool.lane_limits = lambda megabytes: dict(
        quick=Limits(processor_seconds={quick}, seconds=60, megabytes=64),
        slow=Limits(processor_seconds={slow}, seconds=60, megabytes=128),
    )
    crawler.reading.isolated_reading.ENTRIES_OF_A_POLL = {entries}
    crawler.kinds.feed.ENTRIES_AT_ONCE = {at_once}
"""


def trouble(
    folder: Path,
    *,
    quick: float = 1,
    slow: float = 2,
    entries: int = 10_000,
    at_once: int = 1000,
) -> dict[str, str]:
    """Make the kind `trouble` known to children; returns the environment that they need.

    Args:
        quick, slow: seconds of processor time of a task in each lane.
        entries: of a listing that one poll takes.
        at_once: entries that one task reads.
    """
    (folder / "trouble.py").write_text(_SPIDER)
    (folder / "unimportable.py").write_text("raise ImportError('this module cannot be imported')\n")
    (folder / "sitecustomize.py").write_text(
        _SITE.format(
            root=str(ROOT), folder=str(folder), quick=quick, slow=slow, entries=entries,
            at_once=at_once,
        )
    )  # fmt: skip
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
