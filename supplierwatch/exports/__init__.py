"""Handing out what was found: CSV, JSON Lines, RSS, Atom, evidence and its verification.

Everything from outside is escaped here.
"""
