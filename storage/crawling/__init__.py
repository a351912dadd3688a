"""Repositories of sources, crawl runs and site memories; source history and coverage.

Each class works within one transaction.
"""
