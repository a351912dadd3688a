"""Repositories of watches, mentions, tellings, the outbox, notices and failed work.

Each class works within one transaction.
"""
