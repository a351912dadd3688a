"""Formats values for the terminal and for JSON: consoles, highlighted hits, times.

No decisions, no database.
"""
