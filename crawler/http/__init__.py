"""HTTP with its guards: the fetcher, the SSRF guard, robots.txt, per-host state and throttle.

Every request of a crawl passes through this package.
"""
