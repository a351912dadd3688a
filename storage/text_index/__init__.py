"""The full-text index on SQLite and PostgreSQL, and its queries.

It returns candidates only; the matcher decides which of them match.
"""
