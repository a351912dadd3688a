"""Examining a source step by step for `doctor` and `sources --probe`; stores nothing.

Runs in a crawl process.
"""
