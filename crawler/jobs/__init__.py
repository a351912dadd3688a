"""The interface to crawl processes: jobs, events, batches and resource limits.

Plain values for both the parent and the child process; imports no Scrapy.
"""
