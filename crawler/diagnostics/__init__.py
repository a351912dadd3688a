"""Step-by-step diagnosis of a source for `doctor` and `sources --probe`; stores nothing.

Runs in a crawl process.
"""
