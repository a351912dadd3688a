"""Searches the archive, fills its full-text index, and backtests watches on it.

The index only selects candidates; the matcher decides.
"""
