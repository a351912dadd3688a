"""From the web to an `Article`: fetching, listings, extraction, polling, and the processes for it.

Never: alerts, SQL.
"""
