"""Items: stored articles with their revisions, pages to fetch, captures, stories, retention.

Each class works within one transaction.
"""
