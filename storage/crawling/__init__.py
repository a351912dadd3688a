"""Repositories of sources, polls, crawl runs, robots.txt files and site memories; coverage.

Each class works within one transaction.
"""
