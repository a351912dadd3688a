"""Crawling: HTTP, listings, extraction, polling, and the processes that run them.

Turns what is published on the web into `Article` values. Contains no alerts and no SQL.
"""
