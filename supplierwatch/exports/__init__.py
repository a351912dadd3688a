"""Exports mentions: CSV, JSON Lines, RSS, Atom, and evidence with its verification.

All text from outside is escaped here.
"""
