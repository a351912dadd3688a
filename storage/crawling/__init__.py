"""Sources and their history, crawl runs, site memories, coverage.

Each class works within one transaction.
"""
