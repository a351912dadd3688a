"""Databases as such: engines, dialects, column types, schema versions, backup, locks.

Knows no table of ours but the version.
"""
