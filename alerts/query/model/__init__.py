"""The values that a query is made of: nodes, fields, errors, and lists of common words.

Pure.
"""
