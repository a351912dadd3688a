"""Database engines, dialects, column types, schema versions, backup, locks.

Independent of the tables in `storage.tables`.
"""
