"""Turns stored items into delivered messages: queries, matching, digests, channels, delivery.

Never: crawling, SQL.
"""
