"""Repositories of watches, tellings, the outbox, notices and failed work.

Each class works within one transaction.
"""
