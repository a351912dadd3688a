"""Composes due messages (digests, alerts, welcomes, alarms) and delivers the outbox.

Each message is composed within its own time limit and stored in its own transaction.
"""
