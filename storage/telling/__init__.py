"""Repositories for delivery: watches, mentions, subscribers, outbox, notices, quarantine.

Each class works within one transaction.
"""
