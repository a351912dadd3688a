"""Cutting and delivering messages: due digests, welcomes, alarms, reader preferences, the outbox.

Each message is composed within its own bound and stored in its own transaction.
"""
