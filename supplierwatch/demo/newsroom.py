"""Serves the bundled outlets: `python -m supplierwatch.demo.newsroom`.

Prints the feed URL of each outlet. A line on standard input starts the next wave; end of input or
Ctrl-C stops the server.
"""

from __future__ import annotations

import sys

from supplierwatch.demo.server import newsroom


def main() -> None:
    """Serve the outlets until standard input ends."""
    with newsroom() as room:
        for site in room.sites:
            print(f"{site.outlet.key}: {site.feed_url}", flush=True)
        print("serving", flush=True)
        for _ in sys.stdin:
            room.wave += 1
            print(f"wave {room.wave}", flush=True)


if __name__ == "__main__":
    main()
