"""From a stored item to a delivered message: watch language, matching, digests, channels, delivery.

Never: crawling, SQL.
"""
