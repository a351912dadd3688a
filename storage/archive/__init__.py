"""Repositories of items, their pages, rechecks, captures, stories and events; retention.

Each class works within one transaction.
"""
