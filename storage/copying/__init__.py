"""Copies all tables between databases, of SQLite or PostgreSQL, and compares them."""

from storage.copying.database_copy import CopiedTable, copy_database
from storage.copying.databases import open_both

__all__ = ["CopiedTable", "copy_database", "open_both"]
