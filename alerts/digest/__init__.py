"""Builds the content of digests and alerts as values: entries, syndication, changes, volumes.

Reads storage, writes nothing.
"""
