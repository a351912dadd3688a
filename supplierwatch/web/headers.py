"""Headers of pages, documents and feeds: no referrer, no type sniffing, no search engines."""

from __future__ import annotations

PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
