"""What a crawl process is told to do and says in return: job, events, batches, resource limits.

Plain values for both sides of the pipe; imports no Scrapy.
"""
