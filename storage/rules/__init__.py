"""Pure decisions: identity, deduplication, copies, local time, bounds of stored waits.

No database.
"""
