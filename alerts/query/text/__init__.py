"""Text processing for queries: tokens, folding, zones, terms and their occurrences.

Pure; time linear in the text.
"""
