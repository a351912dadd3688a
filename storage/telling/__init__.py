"""Who is told what: watches, mentions, subscribers, outbox, reader requests, notices, quarantine.

Each class works within one transaction.
"""
