"""Repositories of items, revisions, due pages, captures and stories; retention.

Each class works within one transaction.
"""
