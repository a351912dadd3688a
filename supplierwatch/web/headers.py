"""Headers of pages, documents and feeds: no referrer, no guess at the type, no search engine."""

from __future__ import annotations

PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
