"""Pure functions: identity, deduplication, copies, local time, bounds of stored times.

No database access.
"""
