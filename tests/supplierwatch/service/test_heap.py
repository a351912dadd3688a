"""Free memory of the heap goes back to the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

PROGRAM = """
from supplierwatch.health.heap import limit_arenas, trim_heap
from crawler.processes.memory_use import MB, read_own_memory
limit_arenas()
blocks = [bytearray(60_000) for _ in range(2_000)]
last = bytearray(60_000)  # keeps the end of the heap in use: only a trim frees what is below
del blocks
held = read_own_memory()
trim_heap()
print((held - read_own_memory()) // MB)
"""


def test_what_is_free_in_the_middle_of_the_heap_goes_back() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library has no malloc_trim")
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 60
