"""Measures the time until an edit of one watch among many is in force in the running service.

    python -m bench.live_edits [--watches 10000] [--edits 5]

Starts `supplierwatch run` on a configuration of its own, edits watches.toml as an editor would,
and waits for the new version of the watch in the database, from which on it is used for matching.
Adding a watch is measured too.
"""

from __future__ import annotations

import argparse
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from bench.loads import matching_load as load

SEED = 20260131
PATIENCE = 120.0  # seconds
FILES = {
    "settings.toml": '[service]\ndata = "{data}"\nlisten = ""\n',
    "sources.toml": '[[source]]\nkey = "nowhere"\nkind = "feed"\nurl = "http://127.0.0.1:9/feed"\n',
    "suppliers.toml": "",
    "subscriptions.toml": (
        '[[subscription]]\nto = ["you@example.org"]\nwatches = ["*"]\ncadence = "daily at 07:30"\n'
    ),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watches", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="swbench") as name:
        folder = Path(name)
        tables = _tables(wanted.watches)
        _write(folder, tables)
        began = time.perf_counter()
        service = subprocess.Popen(
            [sys.executable, "-m", "supplierwatch", "--config", str(folder), "run"],
            stderr=subprocess.DEVNULL,
        )
        try:
            _measure(folder, tables, wanted.edits, began)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(30)


def _measure(folder: Path, tables: list[str], edits: int, began: float) -> None:
    database = folder / "data" / "supplierwatch.db"
    _wait(database, f"watch-{len(tables) - 1}", 1)
    print(f"{len(tables):,} watches in force {time.perf_counter() - began:.1f} s after the start")
    time.sleep(3)  # until all workers have run once
    found = []
    for number in range(edits):
        key = f"watch-{number * 7}"
        tables[number * 7] = _table(key, f"edited{number} AND nhs")
        found.append(_edit(folder, tables, database, key, 2))
    tables.append(_table("watch-added", "brand AND new"))
    added = _edit(folder, tables, database, "watch-added", 1)
    shown = ", ".join(f"{seconds:.2f}" for seconds in found)
    print(f"an edited watch in force after {shown} s; an added one after {added:.2f} s")


def _edit(folder: Path, tables: list[str], database: Path, key: str, version: int) -> float:
    _write(folder, tables)
    began = time.perf_counter()
    _wait(database, key, version)
    return time.perf_counter() - began


def _wait(database: Path, key: str, version: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if database.exists():
            try:
                with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
                    found = connection.execute(
                        "SELECT 1 FROM watch_version WHERE key = ? AND version = ?", (key, version)
                    ).fetchone()
            except sqlite3.OperationalError:
                found = None  # not made yet
            if found:
                return
        time.sleep(0.01)
    raise SystemExit(f"{key} is not in force after {PATIENCE:.0f} s")


def _tables(count: int) -> list[str]:
    random = Random(SEED)
    texts = load.generated_texts(500, random)
    return [
        _table(f"watch-{number}", load.ours(watch))
        for number, watch in enumerate(load.watches(count, texts, min(200, count), random))
    ]


def _table(key: str, query: str) -> str:
    return f"[[watch]]\nkey = \"{key}\"\nquery = '{query}'\n"


def _write(folder: Path, tables: list[str]) -> None:
    for name, text in FILES.items():
        if not (folder / name).exists():
            (folder / name).write_text(text.format(data=folder / "data"), encoding="utf-8")
    new = folder / "watches.toml.new"
    new.write_text("\n".join(tables), encoding="utf-8")
    new.replace(folder / "watches.toml")


if __name__ == "__main__":
    main()
