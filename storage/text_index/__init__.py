"""The full-text index: what is in it, what it is asked, on SQLite and PostgreSQL.

It names candidates only.
"""
