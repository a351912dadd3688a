"""`python -m supplierwatch.demo.newsroom`: the bundled outlets on the air, to browse and to poll.

Prints each outlet's feed. A line on standard input opens the next wave; end of input or Ctrl-C
ends it.
"""

from __future__ import annotations

import sys

from supplierwatch.demo.server import newsroom


def main() -> None:
    """Serve until standard input ends."""
    with newsroom() as room:
        for site in room.sites:
            print(f"{site.outlet.key}: {site.feed_url}", flush=True)
        print("on the air", flush=True)
        for _ in sys.stdin:
            room.wave += 1
            print(f"wave {room.wave}", flush=True)


if __name__ == "__main__":
    main()
