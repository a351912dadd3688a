"""The web application of lemon24/reader over the same items, for `bench.web`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reader import make_reader
from reader._app import create_app
from reader._app.legacy import create_app as create_legacy_app
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
FEED = "https://all.example/feed"


def fill(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Put the items into a database of reader, as entries of one feed, and index them."""
    with make_reader(str(file)) as reader:
        reader.add_feed(FEED, allow_invalid_url=True)
        for row in rows:
            reader.add_entry(
                {
                    "feed_url": FEED,
                    "id": row["id"],
                    "title": row["title"],
                    "link": row["link"],
                    "published": row["published"],
                    "content": [{"value": row["text"], "type": "text/plain"}],
                }
            )
        reader.enable_search()
        reader.update_search()


@contextmanager
def serve(file: Path, *, legacy: bool) -> Iterator[tuple[str, int]]:
    """Serve the database while the block runs; the legacy application is the one that searches."""
    make: Callable[..., Any] = create_legacy_app if legacy else create_app
    app = make({"": {"url": str(file)}})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield "127.0.0.1", server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
