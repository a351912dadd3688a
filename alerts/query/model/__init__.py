"""Value types of queries: syntax tree nodes, fields, errors, and lists of common words.

Pure.
"""
