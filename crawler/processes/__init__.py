"""Crawl processes: entry point and reactor of the child, and the parent that starts and ends it.

A crawl that hangs can be ended only from outside its process (decision 4).
"""
