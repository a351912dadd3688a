"""How values look on a terminal and in JSON: consoles, highlighted hits, times.

No decisions, no database.
"""
