"""Crawl processes: the child's entry point and reactor, and the parent that starts and ends it.

A crawl can be ended only from outside its process (decision 4).
"""
